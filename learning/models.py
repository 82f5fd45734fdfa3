"""Cohorts of the two leadership programmes: who takes part, who facilitates, sessions, attendance."""

from __future__ import annotations

import secrets
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Lower
from django.urls import reverse
from django.utils import timezone

from people.models import Membership, Network
from programmes.escalations.models import Escalation
from programmes.projects.models import PathwayProject

# Read aloud and typed on a phone: no letter that looks or sounds like another.
CODE_LETTERS = "ACDEFHJKLMNPRTUVWXY3479"
CODE_LENGTH = 6


def new_code() -> str:
    """Return a session's code, such as KX4HPA."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


class CohortQuerySet(models.QuerySet["Cohort"]):
    def going_on(self) -> CohortQuerySet:
        """Return those that have not ended: coming and running."""
        return self.filter(ends_on__gte=timezone.localdate())

    def with_part_of(self, membership: Membership) -> CohortQuerySet:
        """Say of each whether the membership facilitates it (`facilitated`) and is enrolled (`taken_part`)."""
        facilitating = Facilitator.objects.now().filter(cohort=OuterRef("pk"), membership=membership)
        enrolled = Enrolment.objects.now().filter(cohort=OuterRef("pk"), membership=membership)
        return self.annotate(facilitated=Exists(facilitating), taken_part=Exists(enrolled))

    def with_numbers(self) -> CohortQuerySet:
        """Count who is enrolled now (`enrolled`), and say when the next session is (`next_at`)."""
        coming = Session.objects.on().filter(cohort=OuterRef("pk"), ends_at__gte=timezone.now())
        return self.annotate(
            enrolled=number_of(Enrolment.objects.now().filter(cohort=OuterRef("pk")), "cohort"),
            next_at=Subquery(coming.order_by("starts_at").values("starts_at")[:1]),
        )


def number_of(rows: models.QuerySet[Any], group: str) -> Coalesce:
    """Return how many of these rows there are for each row outside, as a subquery: joins would multiply."""
    counted = rows.order_by().values(group).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=models.IntegerField()), 0)


class Cohort(models.Model):
    """One run of a leadership programme."""

    class Kind(models.TextChoices):
        PLP = "plp", "Professional Leadership Programme"
        ALP = "alp", "Advanced Leadership Programme"

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="cohorts")
    kind = models.CharField("programme", max_length=10, choices=Kind)
    name = models.CharField(max_length=120)
    begins_on = models.DateField("begins")
    ends_on = models.DateField("ends")
    capacity = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField(default=timezone.now)

    objects = CohortQuerySet.as_manager()

    if TYPE_CHECKING:
        # Annotations of the query set's methods.
        facilitated: bool
        taken_part: bool
        enrolled: int

    class Meta:
        ordering = ["-begins_on", "-id"]
        constraints = [
            models.UniqueConstraint("network", Lower("name"), name="cohort_name_once"),
            models.CheckConstraint(condition=Q(kind__in=["plp", "alp"]), name="cohort_kind_is_known"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("begins_on")), name="cohort_ends_after_it_begins"
            ),
            models.CheckConstraint(condition=Q(capacity__gt=0), name="cohort_has_places"),
        ]
        indexes = [models.Index(fields=["network", "-begins_on", "-id"], name="cohorts_by_begin")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("learning:cohort", args=[self.network.slug, self.pk])

    @property
    def state(self) -> str:
        """Coming, running or past, by its dates."""
        today = timezone.localdate()
        if self.ends_on < today:
            return "Past"
        return "Running" if self.begins_on <= today else "Coming"

    @property
    def is_past(self) -> bool:
        return self.state == "Past"

    @property
    def has_projects(self) -> bool:
        """Whether each participant brings a pathway project."""
        return self.kind == self.Kind.PLP


class PlaceQuerySet[Place: models.Model](models.QuerySet[Place]):
    def now(self) -> PlaceQuerySet[Place]:
        """Return those that have not ended."""
        return self.filter(left_on=None)


class FacilitatorQuerySet(PlaceQuerySet["Facilitator"]):
    pass


class Facilitator(models.Model):
    """Who runs a cohort's sessions, from and until."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="facilitators")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="facilitates")
    since = models.DateField(default=timezone.localdate)
    left_on = models.DateField(null=True, blank=True)

    objects = FacilitatorQuerySet.as_manager()

    class Meta:
        ordering = ["membership__name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "membership"], condition=Q(left_on=None), name="facilitates_once"
            ),
        ]
        indexes = [
            models.Index(fields=["membership", "cohort"], condition=Q(left_on=None), name="facilitated_by")
        ]

    def __str__(self) -> str:
        return f"{self.membership} facilitates {self.cohort}"


class EnrolmentQuerySet(PlaceQuerySet["Enrolment"]):
    pass


class Enrolment(models.Model):
    """A membership's place in a cohort. Who leaves and comes back has the same one, with its attendance."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="enrolments")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="enrolments")
    # The participant's pathway project, for PLP.
    project = models.ForeignKey(
        PathwayProject, on_delete=models.PROTECT, null=True, blank=True, related_name="enrolments"
    )
    enrolled_on = models.DateField(default=timezone.localdate)
    left_on = models.DateField(null=True, blank=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        ordering = ["membership__name", "id"]
        constraints = [models.UniqueConstraint(fields=["cohort", "membership"], name="enrolled_once")]
        indexes = [
            models.Index(fields=["membership", "cohort"], condition=Q(left_on=None), name="enrolled_now")
        ]

    def __str__(self) -> str:
        return f"{self.membership} in {self.cohort}"


class SessionQuerySet(models.QuerySet["Session"]):
    def on(self) -> SessionQuerySet:
        """Return those that have not been called off."""
        return self.filter(called_off_at=None)


class Session(models.Model):
    """One meeting of a cohort."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="sessions")
    title = models.CharField("what is it about?", max_length=120)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    place = models.CharField(max_length=200, blank=True)
    link = models.URLField(max_length=500, blank=True)
    # Shown by a facilitator on the day; a participant who types it is here.
    code = models.CharField(max_length=10, default=new_code, editable=False)
    called_off_at = models.DateTimeField(null=True, blank=True)
    called_off_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="session_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(called_off_at=None, called_off_by=None)
                | Q(called_off_at__isnull=False, called_off_by__isnull=False),
                name="session_called_off_at_and_by",
            ),
        ]
        indexes = [models.Index(fields=["cohort", "starts_at"], name="sessions_of_a_cohort")]

    def __str__(self) -> str:
        return self.title

    @property
    def network_id(self) -> int:
        """The network of its cohort, for its history."""
        return self.cohort.network_id

    @cached_property
    def on_day(self) -> date:
        """The day on which it is, where people are."""
        return timezone.localdate(self.starts_at)

    @cached_property
    def has_begun(self) -> bool:
        """Whether its day has come: attendance can be taken."""
        return self.on_day <= timezone.localdate()

    @property
    def is_today(self) -> bool:
        return self.on_day == timezone.localdate()


class Attendance(models.Model):
    """Whether a participant was at a session, as somebody noted it last."""

    class Mark(models.TextChoices):
        PRESENT = "present", "Present"
        PART = "part", "Part"
        APOLOGIES = "apologies", "Apologies"
        ABSENT = "absent", "Absent"
        SUBSTITUTE = "substitute", "Substitute"

    # The participant learned something, or somebody came for them.
    HERE = (Mark.PRESENT, Mark.PART, Mark.SUBSTITUTE)

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="attendance")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="attendance")
    mark = models.CharField(max_length=10, choices=Mark)
    # Who came instead.
    substitute = models.CharField(max_length=120, blank=True)
    # Who noted it last: the participant themselves where the code was used.
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["session", "id"]
        constraints = [
            models.UniqueConstraint(fields=["session", "enrolment"], name="attendance_once"),
            models.CheckConstraint(
                condition=Q(mark__in=["present", "part", "apologies", "absent", "substitute"]),
                name="attendance_mark_is_known",
            ),
            models.CheckConstraint(
                condition=Q(substitute="") | Q(mark="substitute"), name="only_a_substitute_has_a_name"
            ),
        ]

    def __str__(self) -> str:
        return self.words

    @property
    def words(self) -> str:
        """The mark in words: "Apologies", "Substitute: Jo Lee"."""
        label = self.get_mark_display()
        return f"{label}: {self.substitute}" if self.substitute else label


class CohortAsk(models.Model):
    """An ask that was raised from a cohort."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="asks")
    escalation = models.OneToOneField(Escalation, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.escalation} from {self.cohort}"
