"""People and what they are in a network: memberships, roles, posts, remits, mandates."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Value
from django.db.models.aggregates import StringAgg
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone

from iocn.shared.prepared import prepared
from people.models.places import Domain, Level, Network, Organisation
from people.permissions import ROLE_PERMISSIONS, Permission, Role


class PersonManager(BaseUserManager["Person"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Person:
        """Create a person; without a password they can sign in only after an invitation or a reset."""
        person = self.model(email=email.strip().lower(), **fields)
        person.set_password(password)
        person.save()
        return person

    def get_by_natural_key(self, email: str | None) -> Person:
        return self.get(email=(email or "").strip().lower())


class Person(AbstractBaseUser):
    """A human being with one sign-in, in any number of networks."""

    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects = PersonManager()

    if TYPE_CHECKING:
        memberships_read: list[Membership]  # of whoever is signed in: people/backend.py

    class Meta:
        verbose_name_plural = "people"
        constraints = [
            # One address, one person, however it is typed.
            models.CheckConstraint(condition=Q(email=Lower("email")), name="person_email_lower_case"),
        ]

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self) -> MembershipQuerySet:
        """Return those that are not closed: joined, or invited and awaited."""
        return self.filter(closed_at=None)

    def active(self) -> MembershipQuerySet:
        """Return those who have joined and not left: who can be asked for anything."""
        return self.filter(closed_at=None, joined_at__isnull=False)

    def holding(self, role: Role) -> MembershipQuerySet:
        """Return those who hold the role."""
        return self.filter(roles_held__role=role)

    def leaders(self) -> MembershipQuerySet:
        """Return active memberships with the role leader: who may own an ask."""
        return self.active().holding(Role.LEADER)

    def at_table(self) -> MembershipQuerySet:
        """Return the leaders who meet as peers at the network table."""
        return self.leaders().filter(at_table=True)

    def with_roles(self) -> MembershipQuerySet:
        """Read the roles in the same query (`membership.roles`)."""
        # Not joined: rows that are grouped are all read before the first page of a list is known.
        held = RoleHeld.objects.filter(membership=OuterRef("pk")).order_by().values("membership")
        return self.annotate(role_keys=Subquery(held.values(keys=StringAgg("role", Value(",")))))

    def with_main_post(self) -> MembershipQuerySet:
        """Read the main post and its organisation along (`membership.main_post`)."""
        main = Post.objects.filter(is_main=True).select_related("organisation")
        return self.prefetch_related(models.Prefetch("posts", queryset=main, to_attr="main_posts"))


class Membership(models.Model):
    """A person in a network. All acts are done by a membership."""

    class Rhythm(models.TextChoices):
        WEEKLY = "weekly", "Every Monday"
        NEVER = "never", "Never"

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    # As whoever invited them wrote it, until they join; from then on the person's own name, which only they
    # change. So a network learns nothing of what another network knows about an address.
    name = models.CharField(max_length=120)
    invited_at = models.DateTimeField(null=True, blank=True)
    joined_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Since when nobody can see who they were: the name and the person are not theirs any more.
    anonymised_at = models.DateTimeField(null=True, blank=True)
    digest_rhythm = models.CharField(
        "your update comes", max_length=10, choices=Rhythm, default=Rhythm.WEEKLY
    )
    mail_about_asks = models.BooleanField("e-mail me about asks", default=True)
    mail_about_numbers = models.BooleanField("e-mail me when a number is due", default=True)
    mail_about_concerns = models.BooleanField(
        "e-mail me when a measure of a handed-over project shows a concern", default=True
    )
    at_table = models.BooleanField("sits at the network table", default=False)
    refused_mail = models.BooleanField(
        default=False, help_text="Stopped invitations by the link in the e-mail."
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["network", "person"], name="one_membership_per_person_and_network"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None)
                | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="membership_closed_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(anonymised_at=None) | Q(closed_at__isnull=False),
                name="membership_anonymised_after_it_closed",
            ),
            models.CheckConstraint(
                condition=Q(at_table=False) | Q(closed_at=None), name="who_left_sits_at_no_table"
            ),
        ]
        indexes = [
            models.Index(fields=["network", "name", "id"], name="members_by_name"),
            models.Index(fields=["network"], condition=Q(at_table=True), name="members_at_table"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("people:member", args=[self.network.slug, self.pk])

    @cached_property
    def roles(self) -> frozenset[Role]:
        """The roles held, from `with_roles()` where it was used, else read now."""
        keys = getattr(self, "role_keys", False)
        if keys is False:
            return frozenset(Role(held.role) for held in self.roles_held.all())
        return frozenset(Role(key) for key in str(keys).split(",")) if keys else frozenset()

    def may(self, permission: Permission) -> bool:
        """Whether any role held carries the permission."""
        return any(permission in ROLE_PERMISSIONS[role] for role in self.roles)

    @property
    def is_staff(self) -> bool:
        return Role.STAFF in self.roles

    @property
    def is_leader(self) -> bool:
        return Role.LEADER in self.roles

    @property
    def is_evaluator_only(self) -> bool:
        """Whether they read numbers only, without names and free text."""
        return self.roles == {Role.EVALUATOR}

    @property
    def is_citizen_only(self) -> bool:
        """Whether they see their own projects and nothing else."""
        return self.roles == {Role.CITIZEN_PARTNER}

    @property
    def is_active(self) -> bool:
        return self.joined_at is not None and self.closed_at is None

    # --- A reader of prepared queries (iocn.shared.prepared): what decides which rows they may see.
    @property
    def may_act_for_others(self) -> bool:
        """Whether a leader may have named them, or they stand in for one: yes, unless `with_others()` has looked."""
        return getattr(self, "is_named", True)

    def sql_kind(self) -> Hashable:
        """Return what scopes ask of a reader before they build a query: roles and the network's openness."""
        network = self.network
        openness = network.leaders_see_all_asks, network.compares_organisations
        return self.roles, self.may_act_for_others, *openness

    def sql_values(self) -> tuple[int, int, int, date]:
        """Return the numbers that scopes put into a query, and the network's day."""
        return self.pk, self.person_id, self.network_id, self.network.today()

    def stand_in(self, pk: int, person: int, network: int, today: date) -> Membership:
        """Return a membership of this kind with other numbers, on another day."""
        network_there = Network(
            pk=network,
            leaders_see_all_asks=self.network.leaders_see_all_asks,
            compares_organisations=self.network.compares_organisations,
        )
        network_there.today = lambda: today  # type: ignore[method-assign]
        there = Membership(pk=pk, person_id=person, network=network_there)
        there.roles = self.roles
        there.is_named = self.may_act_for_others  # type: ignore[attr-defined]
        return there

    @property
    def main_post(self) -> Post | None:
        """The main post, from `with_main_post()` where it was used, else read now."""
        if hasattr(self, "main_posts"):
            return cast("Post | None", next(iter(self.main_posts), None))
        return next(iter(_main_posts(self.pk)), None)


@prepared
def _main_posts(membership: int) -> models.QuerySet[Post]:
    return Post.objects.filter(membership=membership, is_main=True).select_related("organisation").order_by()


class RoleHeld(models.Model):
    """A role that a membership holds."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="roles_held")
    role = models.CharField(max_length=20, choices=Role)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["role", "membership"], name="role_held_once"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="role_is_known"),
        ]

    def __str__(self) -> str:
        return Role(self.role).label


class PostQuerySet(models.QuerySet["Post"]):
    def current(self) -> PostQuerySet:
        """Return those that have not ended."""
        return self.filter(Q(until_date=None) | Q(until_date__gt=timezone.localdate()))


class Post(models.Model):
    """A membership's job. One person may hold several; one is the main one."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="posts")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="posts")
    job_title = models.CharField(max_length=120)
    level = models.CharField(max_length=20, choices=Level)
    from_date = models.DateField("from", default=timezone.localdate)
    until_date = models.DateField("until", null=True, blank=True)
    is_main = models.BooleanField("main post", default=False)

    objects = PostQuerySet.as_manager()

    class Meta:
        ordering = ["-is_main", "until_date", "-from_date", "id"]
        constraints = [
            models.UniqueConstraint(fields=["membership"], condition=Q(is_main=True), name="one_main_post"),
            models.CheckConstraint(
                condition=Q(until_date=None) | Q(until_date__gte=F("from_date")),
                name="post_ends_after_it_begins",
            ),
            models.CheckConstraint(condition=Q(level__in=Level.values), name="post_level_is_known"),
            models.CheckConstraint(
                condition=Q(is_main=False) | Q(until_date=None), name="main_post_is_current"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.job_title}, {self.organisation}" if self.job_title else str(self.organisation)

    @property
    def is_current(self) -> bool:
        """Whether it has not ended."""
        return self.until_date is None or self.until_date > timezone.localdate()


class Remit(models.Model):
    """What a leader has power over: a domain of an organisation. Several leaders: the lowest order first."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="remits")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="remits")
    domain = models.CharField(max_length=20, choices=Domain)
    order = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering = ["organisation", "domain", "order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "domain", "membership"], name="remit_once"),
            models.CheckConstraint(condition=Q(domain__in=Domain.values), name="remit_domain_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_domain_display()} at {self.organisation}"


class Mandate(models.Model):
    """What teams may do in a domain of an organisation without asking, as its leaders set it."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="mandates")
    domain = models.CharField(max_length=20, choices=Domain)
    text = models.TextField("without asking, teams may", max_length=1000)

    class Meta:
        ordering = ["organisation", "domain", "id"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "domain"], name="mandate_once"),
            models.CheckConstraint(condition=Q(domain__in=Domain.values), name="mandate_domain_is_known"),
        ]

    def __str__(self) -> str:
        return self.text
