"""What staff removed, what is on hold, for how long things are kept, and how much went."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from people.models import Membership, Network, Organisation
from programmes.projects.models import PathwayProject


class Redaction(models.Model):
    """That something was removed: by whom, when and why, and from how many places. Never what it was."""

    class Kind(models.TextChoices):
        WORDS = "words", "Words"
        PERSON = "person", "A person who left"

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="redactions")
    kind = models.CharField(max_length=10, choices=Kind)
    # Empty for what the retention schedule did.
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    reason = models.TextField(max_length=500)
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, null=True, related_name="redactions")
    places = models.PositiveIntegerField(default=0)
    # How many places of which kind: {"Asks": 2}.
    found = models.JSONField(default=dict)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="words", membership=None) | Q(kind="person", membership__isnull=False),
                name="redaction_of_words_or_a_person",
            )
        ]
        indexes = [models.Index(fields=["network", "-at"], name="redactions_by_time")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} removed from {self.places} places"


class HoldQuerySet(models.QuerySet["Hold"]):
    def now(self) -> HoldQuerySet:
        """Return those in force."""
        return self.filter(Q(until=None) | Q(until__gte=timezone.localdate()), ended_at=None)


class Hold(models.Model):
    """That nothing about an organisation, a project or a person may be disposed of; without any: the network."""

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="holds")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, null=True, related_name="holds")
    project = models.ForeignKey(PathwayProject, on_delete=models.PROTECT, null=True, related_name="holds")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, null=True, related_name="holds")
    reason = models.TextField(max_length=500)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    # The last day; empty: until somebody ends it.
    until = models.DateField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")

    objects = HoldQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation=None, project=None)
                | Q(organisation=None, membership=None)
                | Q(project=None, membership=None),
                name="hold_on_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="hold_ended_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return str(self.organisation or self.project or self.membership or self.network)

    @property
    def is_on_network(self) -> bool:
        """Whether it is on all that the network has."""
        return not (self.organisation_id or self.project_id or self.membership_id)

    @property
    def is_over(self) -> bool:
        """Whether somebody ended it, or its last day has passed."""
        return self.ended_at is not None or (self.until is not None and self.until < timezone.localdate())


class KeepFor(models.Model):
    """For how long a network keeps something, where that is not the schedule's own period."""

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="+")
    # Of a rule in retention.py, which also says whether days or years are counted.
    key = models.CharField(max_length=20)
    number = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["network", "key"], name="keep_for_once"),
            models.CheckConstraint(condition=Q(number__gt=0), name="keep_for_some_time"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.number}"


class Disposal(models.Model):
    """How much of what the schedule disposed of on a day. Never what it was."""

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="disposals")
    key = models.CharField(max_length=20)
    on = models.DateField()
    number = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-on", "key"]
        constraints = [models.UniqueConstraint(fields=["network", "on", "key"], name="disposal_once_a_day")]

    def __str__(self) -> str:
        return f"{self.on} {self.key} {self.number}"
