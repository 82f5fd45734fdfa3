"""Networks and their organisations: the tenant, and what it is made of."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone

from iocn.shared.validators import ods_code
from iocn.shared.working_time import WorkingTime


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
    second_factor_required = models.BooleanField(
        "staff and leaders sign in with a second step",
        default=False,
        help_text="Until they have set one up, they see no page of this network.",
    )
    compares_organisations = models.BooleanField(
        "all members see organisations side by side",
        default=False,
        help_text="In how asks are answered. Otherwise each sees its own and the network's total.",
    )
    work_begins = models.TimeField("work begins", default=time(9))
    work_ends = models.TimeField("work ends", default=time(17))

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(work_begins__lt=F("work_ends")), name="work_begins_before_it_ends"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def today(self) -> date:
        """Return the day it is there now."""
        return timezone.localdate(timezone=ZoneInfo(self.time_zone))

    def begin_of(self, day: date) -> datetime:
        """Return the moment with which the day begins there."""
        return datetime.combine(day, time.min, ZoneInfo(self.time_zone))

    def day_of(self, moment: datetime) -> date:
        """Return the day it was there at the moment."""
        return timezone.localdate(moment, ZoneInfo(self.time_zone))

    @property
    def minutes_a_day(self) -> int:
        """How long a working day is."""
        return WorkingTime(ZoneInfo(self.time_zone), self.work_begins, self.work_ends).minutes_a_day

    def working_time(self) -> WorkingTime:
        """Return when people work here. Reads the closed days, so ask once and keep it."""
        # all(): a sweep has read those of many networks along.
        closed = frozenset(closed.day for closed in self.closed_days.all())
        return WorkingTime(ZoneInfo(self.time_zone), self.work_begins, self.work_ends, closed)


class ClosedDay(models.Model):
    """A day on which a network does not work, besides weekends and bank holidays."""

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="closed_days")
    day = models.DateField()
    name = models.CharField(max_length=60)

    class Meta:
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["network", "day"], name="closed_day_once")]

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
