"""What became of a settled ask, in a line for the whole network."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from people.models import Membership, Network
from programmes.escalations.states import State


class StoryQuerySet(models.QuerySet["Story"]):
    def agreed(self) -> StoryQuerySet:
        """Return those that team and owner agreed to, while their ask is settled and not restricted."""
        return self.filter(
            team_agreed_at__isnull=False,
            owner_agreed_at__isnull=False,
            escalation__state=State.CLOSED,
            escalation__restricted=False,
        )


class Story(models.Model):
    """One line about an ask that was settled. The network sees it once team and owner have agreed."""

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="stories")
    escalation = models.OneToOneField("programmes.Escalation", on_delete=models.CASCADE, related_name="story")
    text = models.CharField("the story in one line", max_length=200)
    proposed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)
    team_agreed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    team_agreed_at = models.DateTimeField(null=True)
    owner_agreed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    owner_agreed_at = models.DateTimeField(null=True)

    objects = StoryQuerySet.as_manager()

    class Meta:
        ordering = ["-proposed_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(team_agreed_by=None, team_agreed_at=None)
                | Q(team_agreed_by__isnull=False, team_agreed_at__isnull=False),
                name="story_agreed_by_somebody_of_the_team",
            ),
            models.CheckConstraint(
                condition=Q(owner_agreed_by=None, owner_agreed_at=None)
                | Q(owner_agreed_by__isnull=False, owner_agreed_at__isnull=False),
                name="story_agreed_by_an_owner",
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def is_agreed(self) -> bool:
        """Whether both have agreed."""
        return self.team_agreed_at is not None and self.owner_agreed_at is not None
