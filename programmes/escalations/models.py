"""Asks ("escalations" in code), what happened to them, and what was promised."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone

from people.models import Domain, Membership, Network, Organisation
from programmes.escalations.states import OPEN, WITH_OWNER, WITH_TEAM, Move, State
from programmes.projects.models import PathwayProject, TeamMember


class EscalationQuerySet(models.QuerySet["Escalation"]):
    def open(self) -> EscalationQuerySet:
        """Return those that wait for somebody."""
        return self.filter(state__in=OPEN)

    def unowned(self) -> EscalationQuerySet:
        """Return those at the staff step: any leader may take them."""
        return self.filter(owner=None, state__in=WITH_OWNER)

    def with_people(self) -> EscalationQuerySet:
        """Read the network, who raised it, whom it is with, who is answerable, its project and organisation."""
        return self.select_related("network", "raised_by", "owner", "sponsor", "project", "organisation")

    def with_names(self) -> EscalationQuerySet:
        """Read only what a list shows: an ask's own line, and the names of those it is with."""
        own = ("network", "number", "ask", "state", "urgency", "restricted", "waiting_since")
        names = ("raised_by", "raised_by__name", "owner", "owner__name", "project", "project__name")
        return self.select_related("raised_by", "owner", "project").only(*own, *names)

    def with_team_of(self, membership: Membership) -> EscalationQuerySet:
        """Say of each whether the membership speaks for its team (`escalation.speaks_for_team`)."""
        return self.annotate(
            team_speaker=Exists(speaking_for_teams(membership).filter(project=OuterRef("project")))
        )

    def with_promise(self) -> EscalationQuerySet:
        """Say of each by when its open promise is to be kept (`promised_by`), and what answered it last
        (`last_answer`: done, or decline)."""
        promise = Commitment.objects.filter(escalation=OuterRef("pk"), kept_at=None, ended_at=None)
        answer = EscalationEvent.objects.filter(
            escalation=OuterRef("pk"), move__in=[Move.DONE, Move.DECLINE]
        ).order_by("-number")
        return self.annotate(
            promised_by=Subquery(promise.values("due_on")[:1]),
            last_answer=Subquery(answer.values("move")[:1]),
        )


def speaking_for_teams(membership: Membership) -> models.QuerySet[TeamMember]:
    """Return the membership's places in teams for which it may confirm and withdraw: all but a coach's."""
    return TeamMember.objects.filter(membership=membership, left_on=None).exclude(part=TeamMember.Part.COACH)


class Escalation(models.Model):
    """An ask that a team cannot settle itself, put to someone who can."""

    class Urgency(models.TextChoices):
        STOPPING = "stopping", "It is stopping us"
        SLOWING = "slowing", "It is slowing us"
        HELPING = "helping", "It would help"

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="escalations")
    number = models.PositiveIntegerField()
    ask = models.CharField("what do you need?", max_length=200)
    background = models.TextField("anything that helps to decide", max_length=4000, blank=True)
    urgency = models.CharField("how badly does it stop you?", max_length=10, choices=Urgency)
    project = models.ForeignKey(
        PathwayProject, on_delete=models.PROTECT, null=True, blank=True, related_name="escalations"
    )
    # Whose power is needed. Empty domain: not sure.
    domain = models.CharField("about", max_length=20, choices=Domain, blank=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    restricted = models.BooleanField(default=False)
    state = models.CharField(max_length=20, choices=State, default=State.RAISED)
    raised_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="asks_raised")
    raised_at = models.DateTimeField(default=timezone.now)
    # Empty: at the staff step, where any leader may take it.
    owner = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="asks_owned"
    )
    # Answerable: the first leader who had it, told of every step.
    sponsor = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="asks_answerable"
    )
    # Since when it waits for whom it waits for now.
    waiting_since = models.DateTimeField(default=timezone.now)
    # Counts its events: a form that saw fewer is told what happened since.
    version = models.PositiveIntegerField(default=0)
    # Made by the form: what an impatient thumb sends twice is one ask.
    form_key = models.UUIDField(null=True, blank=True, editable=False)

    objects = EscalationQuerySet.as_manager()

    if TYPE_CHECKING:
        # Annotations of the query set's methods.
        team_speaker: bool
        promised_by: date | None
        last_answer: str | None

    class Meta:
        ordering = ["waiting_since", "id"]
        constraints = [
            models.UniqueConstraint(fields=["network", "number"], name="escalation_number_once"),
            models.UniqueConstraint(fields=["raised_by", "form_key"], name="escalation_form_once"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="escalation_state_is_known"),
            models.CheckConstraint(
                condition=Q(domain="") | Q(domain__in=Domain.values), name="escalation_domain_is_known"
            ),
            models.CheckConstraint(
                condition=Q(urgency__in=["stopping", "slowing", "helping"]),
                name="escalation_urgency_is_known",
            ),
            models.CheckConstraint(
                condition=Q(owner=None) | ~Q(owner=F("raised_by")), name="escalation_not_with_its_raiser"
            ),
        ]
        indexes = [
            models.Index(
                fields=["owner", "waiting_since"], condition=Q(state__in=OPEN), name="open_asks_of_an_owner"
            ),
            models.Index(fields=["network", "waiting_since", "id"], name="asks_by_waiting"),
            # Those that nobody has, on the home pages of leaders and staff, among a network's many closed ones.
            models.Index(fields=["network", "owner", "state"], name="asks_by_owner"),
            models.Index(fields=["project", "waiting_since"], name="asks_of_a_project"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.ask}"

    @property
    def reference(self) -> str:
        """Its name in the network, never reused: E-42."""
        return f"E-{self.number}"

    def get_urgency_display(self) -> str:  # type: ignore[no-redef]
        """Return the label; Django's own makes a dictionary of all choices each time, and lists show many."""
        return self.Urgency(self.urgency).label

    def get_absolute_url(self) -> str:
        return reverse("escalations:ask", args=[self.network.slug, self.number])

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def waits_for_owner(self) -> bool:
        """Whether it is the owner's turn; without an owner, staff's and any leader's."""
        return self.state in WITH_OWNER

    @property
    def waits_for_team(self) -> bool:
        """Whether it has been answered and the team has not said yet whether that settles it."""
        return self.state in WITH_TEAM

    @property
    def with_whom(self) -> str:
        """Whom it waits for now, in words; empty when it is closed."""
        if self.waits_for_team:
            return "the team" if self.project_id else self.raised_by.name
        if not self.waits_for_owner:
            return ""
        return self.owner.name if self.owner else "network staff"

    def speaks_for_team(self, membership: Membership) -> bool:
        """Whether the membership is of its team now, from `with_team_of()` where it was used, else read now."""
        if hasattr(self, "team_speaker"):
            return self.team_speaker
        return (
            self.project_id is not None
            and speaking_for_teams(membership).filter(project=self.project_id).exists()
        )


class EscalationEvent(models.Model):
    """One step of an ask: its history. Rows are only ever added."""

    escalation = models.ForeignKey(Escalation, on_delete=models.CASCADE, related_name="events")
    move = models.CharField(max_length=20, choices=Move)
    # Empty for what a clock did.
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    # The ask's version after it: 1 for raised.
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=20, choices=State)
    to = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    text = models.TextField(blank=True)
    would_change = models.TextField("what would change this, or what you can do now", blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["escalation", "number"], name="escalation_event_number_once"),
            models.CheckConstraint(condition=Q(move__in=Move.values), name="escalation_event_move_is_known"),
            models.CheckConstraint(
                condition=~Q(move="decline") | (~Q(text="") & ~Q(would_change="")),
                name="not_possible_now_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(move__in=["hand_on", "route"]) | Q(to__isnull=False),
                name="handed_on_to_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.escalation.reference} {self.move}"

    @property
    def who(self) -> str:
        """Who did it; empty for a clock."""
        return self.by.name if self.by else ""

    @property
    def what(self) -> str:
        """What they did, as a phrase that follows the name: "handed it on to Tom Okafor"."""
        return f"{self.get_move_display()} {self.to.name}" if self.to else self.get_move_display()

    @property
    def more(self) -> str:
        """What would change a "not possible now", in a sentence."""
        return (
            f"What would change this, or what you can do now: {self.would_change}"
            if self.would_change
            else ""
        )


class Commitment(models.Model):
    """What a leader promised, and by when."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        KEPT = "kept", "Kept"
        KEPT_LATE = "kept_late", "Kept late"
        NOT_YET_MET = "not_yet_met", "Not yet met"
        ENDED = "ended", "Ended"

    escalation = models.ForeignKey(Escalation, on_delete=models.CASCADE, related_name="commitments")
    # Who is to keep it: the ask's owner. Handing the ask on hands it on.
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="commitments")
    what = models.CharField(max_length=300)
    due_on = models.DateField()
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
