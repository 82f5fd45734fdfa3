"""Who exists and what they may do: networks, organisations, people, memberships, posts, remits."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar, cast

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.aggregates import StringAgg
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone

from iocn.shared.validators import ods_code
from people.permissions import ROLE_PERMISSIONS, Permission, Role


class Domain(models.TextChoices):
    """What kind of power an ask needs."""

    DATA = "data", "Data and digital"
    MONEY = "money", "Money"
    WORKFORCE = "workforce", "Workforce"
    ESTATES = "estates", "Estates and equipment"
    CLINICAL = "clinical", "Clinical policy"
    COMMISSIONING = "commissioning", "Commissioning and contracts"
    SHARING = "sharing", "Information sharing"


class Level(models.TextChoices):
    """Where in its organisation a post stands."""

    TOP = "top", "Senior leader"
    MIDDLE = "middle", "Manager"
    FRONT_LINE = "front_line", "Front line"
    CITIZEN = "citizen", "Citizen partner"


# First segments of addresses that are ours, now or soon: no network may take one.
RESERVED_SLUGS = frozenset(
    [
        "accounts",
        "admin",
        "api",
        "demo",
        "docs",
        "favicon",
        "gallery",
        "healthz",
        "help",
        "invitations",
        "mail",
        "media",
        "metrics",
        "networks",
        "outbox",
        "readyz",
        "robots",
        "schema",
        "search",
        "sign-in",
        "static",
    ]
)


class Network(models.Model):
    """One place's collaborative: the tenant. Made by an operator (`manage.py add_network`)."""

    class Kind(models.TextChoices):
        PLACE = "place", "A place"
        ISSUE = "issue", "An issue"

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.PLACE)
    time_zone = models.CharField(max_length=40, default="Europe/London")
    leaders_see_all_asks = models.BooleanField(
        "all leaders see unrestricted asks",
        default=True,
        help_text="Restricted asks stay with those named on them.",
    )
    incident_link = models.URLField("where incidents are reported", blank=True)
    speak_up_link = models.URLField("the Freedom to Speak Up Guardian's page", blank=True)

    def __str__(self) -> str:
        return self.name


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def current(self) -> OrganisationQuerySet:
        """Return those that still exist under their name."""
        return self.filter(closed_at=None)


class Organisation(models.Model):
    """A member organisation of a network."""

    class Kind(models.TextChoices):
        HOSPITAL = "hospital", "Hospital trust"
        COMMISSIONER = "commissioner", "Commissioner"
        COMMUNITY = "community", "Community or mental health provider"
        PRACTICE = "practice", "General practice"
        PHARMACY = "pharmacy", "Pharmacy"
        COUNCIL = "council", "Council"
        UNIVERSITY = "university", "University"
        CHARITY = "charity", "Charity"
        OTHER = "other", "Other"

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="organisations")
    name = models.CharField(max_length=120)
    ods_code = models.CharField("ODS code", max_length=10, blank=True, validators=[ods_code])
    kind = models.CharField(max_length=20, choices=Kind)
    executive_sponsor = models.ForeignKey(
        "Membership", on_delete=models.SET_NULL, null=True, blank=True, related_name="sponsored_organisations"
    )
    succeeded_by = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="predecessors"
    )
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint("network", Lower("name"), name="organisation_name_once"),
            models.UniqueConstraint(
                fields=["network", "ods_code"], condition=~Q(ods_code=""), name="organisation_ods_code_once"
            ),
            models.CheckConstraint(
                condition=~Q(succeeded_by=F("id")), name="organisation_not_its_own_successor"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("people:organisation", args=[self.network.slug, self.pk])


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

    def with_roles(self) -> MembershipQuerySet:
        """Read the roles in the same query (`membership.roles`)."""
        return self.annotate(role_keys=StringAgg("roles_held__role", Value(",")))

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
    digest_rhythm = models.CharField(
        "your update comes", max_length=10, choices=Rhythm, default=Rhythm.WEEKLY
    )
    mail_about_asks = models.BooleanField("e-mail me about asks", default=True)
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
        ]
        indexes = [models.Index(fields=["network", "name", "id"], name="members_by_name")]

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

    @property
    def main_post(self) -> Post | None:
        """The main post, from `with_main_post()` where it was used, else read now."""
        if hasattr(self, "main_posts"):
            return cast("Post | None", next(iter(self.main_posts), None))
        return self.posts.filter(is_main=True).select_related("organisation").first()


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


class Counter(models.Model):
    """The last number given out, per network and kind. A row of its own, so that taking a number locks
    nothing that other inserts point to."""

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=20)
    value = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["network", "name"], name="counter_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.value}"


class StaffTask(models.Model):
    """Something that waits for staff: what a person who left had in hand, or a gap that they alone can close."""

    class Kind(models.TextChoices):
        ASK = "ask", "Ask"
        PROMISE = "promise", "Promise"
        REMIT = "remit", "Remit"
        SPONSOR = "sponsor", "Executive sponsor"
        PROJECT = "project", "Project"
        MESSAGE = "message", "E-mail that could not be sent"

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="staff_tasks")
    kind = models.CharField(max_length=10, choices=Kind)
    text = models.CharField(max_length=300)
    # Of the remit that is free; the subject is its organisation.
    domain = models.CharField(max_length=20, choices=Domain, blank=True)
    left_by = models.ForeignKey(Membership, on_delete=models.CASCADE, null=True, related_name="+")
    subject_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+")
    subject_id = models.BigIntegerField()
    subject = GenericForeignKey("subject_type", "subject_id")
    created_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(settled_at=None, settled_by=None)
                | Q(settled_at__isnull=False, settled_by__isnull=False),
                name="staff_task_settled_at_and_by",
            ),
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "kind", "domain"],
                condition=Q(settled_at=None),
                name="one_open_staff_task_per_thing",
            ),
        ]
        indexes = [
            models.Index(
                fields=["network", "created_at"], condition=Q(settled_at=None), name="open_staff_tasks"
            )
        ]

    def __str__(self) -> str:
        return self.text


class Message(models.Model):
    """An e-mail to one person, written in the transaction of what caused it and sent by a worker.

    A message that the mail server may have taken before a worker died is `unsure` and not sent again.
    """

    class State(models.TextChoices):
        DUE = "due", "Waiting to be sent"
        CLAIMED = "claimed", "Taken by a worker"
        SENDING = "sending", "Being handed to the mail server"
        SENT = "sent", "Sent"
        UNSURE = "unsure", "Perhaps sent"
        FAILED = "failed", "Could not be sent"
        DROPPED = "dropped", "Not sent: the person left or stopped such e-mail"

    class Kind(models.TextChoices):
        ACCOUNT = "account", "About the account"
        INVITATION = "invitation", "Invitation"
        ASK = "ask", "About an ask"
        DIGEST = "digest", "Your update"

    network = models.ForeignKey(Network, on_delete=models.CASCADE, null=True, related_name="+")
    # Empty for mail about an account, which goes to `address`.
    to = models.ForeignKey(Membership, on_delete=models.CASCADE, null=True, related_name="messages")
    address = models.EmailField(blank=True)
    kind = models.CharField(max_length=10, choices=Kind)
    # Names what caused it, such as "escalation-event:17": the same cause never writes to a person twice.
    cause = models.CharField(max_length=120)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.DUE)
    due_at = models.DateTimeField(default=timezone.now)
    state_at = models.DateTimeField(default=timezone.now)
    claim = models.UUIDField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["to", "cause"], condition=Q(to__isnull=False), name="message_once_per_cause"
            ),
            models.UniqueConstraint(
                fields=["address", "cause"],
                condition=Q(to__isnull=True),
                name="account_message_once_per_cause",
            ),
            models.CheckConstraint(
                condition=Q(to__isnull=False, address="") | (Q(to__isnull=True) & ~Q(address="")),
                name="message_to_a_member_or_an_address",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(state="due"), name="messages_due"),
            models.Index(
                fields=["state_at"], condition=Q(state__in=["claimed", "sending"]), name="messages_in_hand"
            ),
            models.Index(fields=["claim"], condition=Q(claim__isnull=False), name="messages_by_claim"),
        ]

    def __str__(self) -> str:
        return self.subject

    def get_absolute_url(self) -> str:
        """The page of the member to whom it went: where staff put an address right."""
        return reverse("people:member", args=[self.network.slug, self.to_id])  # type: ignore[union-attr]


class Upload(models.Model):
    """A file that somebody brought and has not confirmed yet. It goes when applied, discarded, or a day old."""

    class Kind(models.TextChoices):
        MEMBERS = "members", "Members"
        OBSERVATIONS = "observations", "Observations"

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="uploads")
    by = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="uploads")
    kind = models.CharField(max_length=20, choices=Kind)
    # What it is brought into: a measure's id; empty for members.
    into_id = models.BigIntegerField(null=True)
    name = models.CharField(max_length=200)
    content = models.BinaryField()
    # Which heading of the file is which of our columns, and further choices: {"email": "Mail", ...}.
    columns = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="uploads_by_age")]

    def __str__(self) -> str:
        return self.name
