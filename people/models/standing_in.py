"""Who stands in for a leader who is away, and who acts for one."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from people.models.members import Membership


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def on(self, day: date) -> AbsenceQuerySet:
        """Return those that last on the day."""
        return self.filter(ended_at=None, from_date__lte=day, until_date__gte=day)

    def lasting(self, day: date) -> AbsenceQuerySet:
        """Return those that last on the day, or begin after it."""
        return self.filter(ended_at=None, until_date__gte=day)


class Absence(models.Model):
    """Some days on which a leader is away, and perhaps who stands in: whom asks reach meanwhile."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="absences")
    from_date = models.DateField("first day away")
    until_date = models.DateField("last day away")
    stand_in = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="stands_in"
    )
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    # When rooms above heard that its first day had come (hooks.absence_changed).
    begun_at = models.DateTimeField(null=True, blank=True)
    # Ended before its last day. By nobody: by an operator's command.
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        ordering = ["-from_date", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_date__gte=F("from_date")), name="absence_ends_after_it_begins"
            ),
            models.CheckConstraint(condition=~Q(stand_in=F("membership")), name="nobody_stands_in_for_self"),
            models.CheckConstraint(
                condition=Q(ended_by=None) | Q(ended_at__isnull=False), name="absence_ended_by_and_at"
            ),
        ]
        indexes = [
            models.Index(
                fields=["membership", "until_date"], condition=Q(ended_at=None), name="absences_to_come"
            )
        ]

    def __str__(self) -> str:
        return f"{self.membership} away from {self.from_date} until {self.until_date}"


class DelegateQuerySet(models.QuerySet["Delegate"]):
    def open(self) -> DelegateQuerySet:
        """Return those that nobody has ended, also where their last day has passed."""
        return self.filter(ended_at=None)

    def now(self, today: date | None = None) -> DelegateQuerySet:
        """Return those who act for a leader today. The day is the network's (`network.today()`) where it is given."""
        return self.open().filter(until__gte=today or timezone.localdate())


class Delegate(models.Model):
    """Somebody who acts for a leader, within limits and until a date."""

    class Power(models.TextChoices):
        READ = "read", "Reads, and drafts answers"
        ACT = "act", "Also acknowledges, holds and hands on"
        DECIDE = "decide", "Also decides"

    leader = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="delegates")
    delegate = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="acts_for")
    power = models.CharField("what they may do", max_length=10, choices=Power)
    copies_mail = models.BooleanField("gets a copy of e-mail about asks", default=False)
    until = models.DateField()
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    # By nobody: by an operator's command.
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = DelegateQuerySet.as_manager()

    class Meta:
        ordering = ["ended_at", "-until", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["leader", "delegate"], condition=Q(ended_at=None), name="one_open_delegate_per_pair"
            ),
            models.CheckConstraint(condition=~Q(leader=F("delegate")), name="nobody_acts_for_self"),
            models.CheckConstraint(
                condition=Q(power__in=["read", "act", "decide"]), name="delegate_power_is_known"
            ),
            models.CheckConstraint(
                condition=Q(ended_by=None) | Q(ended_at__isnull=False), name="delegate_ended_by_and_at"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delegate} for {self.leader}"
