"""What leaders promised, and by when."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from people.models import Membership


class Commitment(models.Model):
    """What a leader promised, and by when."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        KEPT = "kept", "Kept"
        KEPT_LATE = "kept_late", "Kept late"
        NOT_YET_MET = "not_yet_met", "Not yet met"
        ENDED = "ended", "Ended"

    escalation = models.ForeignKey(
        "programmes.Escalation", on_delete=models.CASCADE, related_name="commitments"
    )
    # Who is to keep it: the ask's owner. Handing the ask on hands it on.
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="commitments")
    what = models.CharField(max_length=300)
    due_on = models.DateField()
    # The promise of somebody who left, which this one took over: pages show both days.
    follows = models.OneToOneField("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    kept_at = models.DateTimeField(null=True, blank=True)
    # Ended without being kept: the ask was withdrawn or not settled by it, or who promised left.
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kept_at=None) | Q(ended_at=None), name="commitment_kept_or_ended"
            ),
            models.UniqueConstraint(
                fields=["escalation"],
                condition=Q(kept_at=None, ended_at=None),
                name="one_open_commitment_per_ask",
            ),
        ]
        indexes = [
            models.Index(
                fields=["by", "due_on"], condition=Q(kept_at=None, ended_at=None), name="open_commitments"
            )
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def state(self) -> State:
        """Kept by its day or late, open, or not yet met; the day itself counts as in time."""
        if self.ended_at:
            return self.State.ENDED
        if self.kept_at:
            return (
                self.State.KEPT if timezone.localdate(self.kept_at) <= self.due_on else self.State.KEPT_LATE
            )
        return self.State.OPEN if self.due_on >= timezone.localdate() else self.State.NOT_YET_MET
