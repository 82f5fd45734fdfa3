"""Asks ("escalations" in code) and what happened to them."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Value, When
from django.urls import reverse
from django.utils import timezone

from people.models import Absence, Domain, Membership, Network, Organisation
from programmes.escalations.clocks import Clock
from programmes.escalations.models.promises import Commitment
from programmes.escalations.states import (
    ANSWERS,
    CLOCKS,
    OPEN,
    UNDECIDED,
    WITH_ASKED,
    WITH_OWNER,
    WITH_TEAM,
    Move,
    State,
    Step,
)
from programmes.projects.models import PathwayProject, TeamMember


class EscalationQuerySet(models.QuerySet["Escalation"]):
    def open(self) -> EscalationQuerySet:
        """Return those that wait for somebody."""
        return self.filter(waits=1)

    def unowned(self) -> EscalationQuerySet:
        """Return those at the network table or with staff: any leader may take them."""
        return self.open().filter(owner=None, state__in=WITH_OWNER).exclude(step=Step.MANAGER)

    def numbered(self, network: int, number: int) -> EscalationQuerySet:
        """Keep the one with this number in a network: by its key, as PostgreSQL does not know that it is one, expects
        a hundred and reads all members and projects to join them."""
        its_key = Escalation.objects.filter(network=network, number=number).order_by().values("pk")
        return self.filter(pk=its_key[:1])

    def with_people(self) -> EscalationQuerySet:
        """Read the network, who raised it, whom it is with, who is answerable, its project and organisation."""
        return self.select_related(
            "network", "raised_by", "owner", "sponsor", "manager", "project", "organisation"
        )

    def with_names(self) -> EscalationQuerySet:
        """Read only what a list shows: an ask's own line, and the names of those it is with."""
        own = (
            "network",
            "number",
            "ask",
            "state",
            "step",
            "urgency",
            "restricted",
            "waiting_since",
            "due_at",
            "not_confirmed",
            "version",
        )
        names = ("raised_by", "owner", "manager", "project")
        read = (field for name in names for field in (name, f"{name}__name"))
        return self.select_related(*names).only(*own, *read)

    def with_team_of(self, membership: Membership) -> EscalationQuerySet:
        """Say of each whether the membership speaks for its team (`escalation.speaks_for_team`)."""
        return self.annotate(
            team_speaker=Exists(speaking_for_teams(membership).filter(project=OuterRef("project")))
        )

    def with_promise(self) -> EscalationQuerySet:
        """Say of each by when its open promise is to be kept (`promised_by`), and what answered it last
        (`last_answer`: one of states.ANSWERS)."""
        promise = Commitment.objects.filter(escalation=OuterRef("pk"), kept_at=None, ended_at=None)
        answer = EscalationEvent.objects.filter(escalation=OuterRef("pk"), move__in=ANSWERS).order_by(
            "-number"
        )
        return self.annotate(
            promised_by=Subquery(promise.values("due_on")[:1]),
            last_answer=Subquery(answer.values("move")[:1]),
        )

    def with_case(self) -> EscalationQuerySet:
        """Read the business case that it is, if it is one (`getattr(escalation, "case", None)`)."""
        return self.select_related("case")

    def with_outcome(self) -> EscalationQuerySet:
        """Say of each what came of it (outcomes.py): all of `with_promise()`, the words of the last answer, and what
        was promised last, by when, and when it was kept."""
        answer = EscalationEvent.objects.filter(
            escalation=OuterRef("pk"), move__in=(*ANSWERS, Move.ELSEWHERE)
        ).order_by("-number")
        promise = Commitment.objects.filter(escalation=OuterRef("pk"), ended_at=None).order_by("-pk")
        found = self.annotate(
            answer_text=Subquery(answer.values("text")[:1]),
            would_change=Subquery(answer.values("would_change")[:1]),
            promise_what=Subquery(promise.values("what")[:1]),
            promise_due=Subquery(promise.values("due_on")[:1]),
            promise_kept_at=Subquery(promise.values("kept_at")[:1]),
        )
        return found.with_promise()

    def with_absence(self, today: date) -> EscalationQuerySet:
        """Say of each until when its owner is away today, if they are (`away_until`), and who stands in (`stand_in`)."""
        absence = Absence.objects.on(today).filter(membership=OuterRef("owner"))
        return self.annotate(
            away_until=Subquery(absence.values("until_date")[:1]),
            stand_in=Subquery(absence.values("stand_in__name")[:1]),
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

    # Some foreign keys have no index of their own: one below begins with them, and each slows every write.
    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="escalations", db_index=False)
    number = models.PositiveIntegerField()
    ask = models.CharField("what do you need?", max_length=200)
    background = models.TextField("anything that helps to decide", max_length=4000, blank=True)
    urgency = models.CharField("how badly does it stop you?", max_length=10, choices=Urgency)
    project = models.ForeignKey(
        PathwayProject,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="escalations",
        db_index=False,
    )
    # Whose power is needed. Empty domain: not sure.
    domain = models.CharField("about", max_length=20, choices=Domain, blank=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    restricted = models.BooleanField(default=False)
    # Raised through a coach or staff for somebody who is not named, here or anywhere.
    for_another = models.BooleanField(default=False)
    state = models.CharField(max_length=20, choices=State, default=State.RAISED)
    raised_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="asks_raised")
    raised_at = models.DateTimeField(default=timezone.now)
    # How far along its route it is, or has climbed.
    step = models.CharField(max_length=10, choices=Step, default=Step.STAFF)
    # Empty: at the network table or with staff, where any leader may take it; or with the manager.
    owner = models.ForeignKey(
        Membership,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="asks_owned",
        db_index=False,
    )
    # Answerable: the first leader who had it, told of every step.
    sponsor = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="asks_answerable"
    )
    # The manager who sponsors the team and may settle it first, at that step; empty afterwards.
    manager = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    # On hold until the morning of this day.
    hold_until = models.DateField(null=True, blank=True)
    # Follow from the events and the network's times (clocks.py), kept so that lists and the sweep find them: until
    # when whoever's turn it is has time, and when a clock does something next.
    due_at = models.DateTimeField(null=True, blank=True)
    next_due_at = models.DateTimeField(null=True, blank=True)
    # Working minutes from being asked to the first reply, to the decision, to done; each of the first time.
    acknowledged_after = models.PositiveIntegerField(null=True, blank=True)
    decided_after = models.PositiveIntegerField(null=True, blank=True)
    done_after = models.PositiveIntegerField(null=True, blank=True)
    # The main posts' organisations of who asked and who decided, at that time.
    asked_in = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_in = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # The team never said whether the answer settled it.
    not_confirmed = models.BooleanField(default=False)
    # Since when it waits for whom it waits for now.
    waiting_since = models.DateTimeField(default=timezone.now)
    # 1 while it waits for somebody, else 0: with an index, so that open asks are found among many closed ones in
    # order of waiting. A number, as SQLite uses no index for "is true".
    waits = models.GeneratedField(
        expression=Case(When(state__in=OPEN, then=Value(1)), default=Value(0)),
        output_field=models.SmallIntegerField(),
        db_persist=True,
    )
    # Counts its events: a form that saw fewer is told what happened since.
    version = models.PositiveIntegerField(default=0)

    objects = EscalationQuerySet.as_manager()

    if TYPE_CHECKING:
        # Annotations of the query set's methods.
        team_speaker: bool
        promised_by: date | None
        last_answer: str | None
        answer_text: str | None
        would_change: str | None
        promise_what: str | None
        promise_due: date | None
        promise_kept_at: datetime | None
        away_until: date | None
        stand_in: str | None
        clock: Clock  # set by `Times.set_clock`

    class Meta:
        ordering = ["waiting_since", "id"]
        constraints = [
            models.UniqueConstraint(fields=["network", "number"], name="escalation_number_once"),
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
            models.CheckConstraint(condition=Q(step__in=Step.values), name="escalation_step_is_known"),
            models.CheckConstraint(
                condition=Q(step=Step.MANAGER, manager__isnull=False, owner=None)
                | (~Q(step=Step.MANAGER) & Q(manager=None)),
                name="escalation_with_the_manager_or_past_them",
            ),
            models.CheckConstraint(
                condition=Q(state=State.ON_HOLD, hold_until__isnull=False)
                | (~Q(state=State.ON_HOLD) & Q(hold_until=None)),
                name="escalation_on_hold_until_a_day",
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN) | Q(due_at=None, next_due_at=None),
                name="no_clock_in_a_closed_escalation",
            ),
            models.CheckConstraint(
                condition=Q(not_confirmed=False) | Q(state=State.CLOSED),
                name="escalation_not_confirmed_is_closed",
            ),
        ]
        indexes = [
            models.Index(fields=["network", "waiting_since", "id"], name="asks_by_waiting"),
            models.Index(fields=["network", "waits", "waiting_since", "id"], name="open_asks_by_waiting"),
            # As lists of open asks begin: what is late first.
            models.Index(fields=["network", "waits", "due_at", "id"], name="open_asks_by_due"),
            models.Index(fields=["owner", "waits", "waiting_since"], name="open_asks_of_an_owner"),
            # Those that nobody has, on the home pages of leaders and staff, among a network's many closed ones.
            models.Index(fields=["network", "owner", "waits", "waiting_since"], name="open_asks_by_owner"),
            models.Index(fields=["project", "waiting_since"], name="asks_of_a_project"),
            models.Index(
                fields=["next_due_at", "id"], condition=Q(next_due_at__isnull=False), name="asks_by_clock"
            ),
            models.Index(fields=["manager"], condition=Q(manager__isnull=False), name="asks_with_a_manager"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.ask}"

    @property
    def reference(self) -> str:
        """Its name in the network, never reused: E-42."""
        return f"E-{self.number}"

    @property
    def brought_in(self) -> list[Membership]:
        """The leaders to whom it climbed."""
        return self._in_part(Beside.Part.BROUGHT_IN)

    @property
    def joined(self) -> list[Membership]:
        """Who needs the same."""
        return self._in_part(Beside.Part.JOINED)

    def _in_part(self, part: str) -> list[Membership]:
        # all(): pages have read them along.
        return [one.membership for one in self.beside.all() if one.part == part]

    @property
    def is_undecided(self) -> bool:
        """Whether it waits for a decision."""
        return self.state in UNDECIDED

    @property
    def asker(self) -> str:
        """Who asked, in words: somebody who asked through a coach or staff is named nowhere."""
        return f"somebody, through {self.raised_by.name}" if self.for_another else self.raised_by.name

    def get_urgency_display(self) -> str:  # type: ignore[no-redef]
        """Return the label; Django's own makes a dictionary of all choices each time, and lists show many."""
        return self.Urgency(self.urgency).label

    def get_absolute_url(self) -> str:
        return reverse("escalations:ask", args=[self.network.slug, self.number])

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_unowned(self) -> bool:
        """Whether any leader may take it (`Escalation.objects.unowned()`)."""
        return self.owner_id is None and self.state in WITH_OWNER and self.step != Step.MANAGER

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
        if self.state in WITH_ASKED:
            return "the leaders asked"
        if not self.waits_for_owner:
            return ""
        if self.owner:
            return self.owner.name
        if self.manager:
            return self.manager.name
        return "the network table" if self.step == Step.TABLE else "network staff"

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
    # The leader for whom somebody acted: a delegate, or a stand-in while they were away.
    behalf_of = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    # How far along its route the ask is after it. Of a reminder: what time had run out (clocks.Reminder).
    step = models.CharField(max_length=16, blank=True)
    # Of what a clock did: when its time had come, however late a worker was.
    due_at = models.DateTimeField(null=True)
    text = models.TextField(blank=True)
    would_change = models.TextField("what would change this, or what you can do now", blank=True)

    if TYPE_CHECKING:
        file: dict[str, object]  # set by the page, for its timeline

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
            models.CheckConstraint(
                condition=~Q(move__in=CLOCKS) | Q(by=None, due_at__isnull=False),
                name="escalation_event_of_a_clock_was_due",
            ),
            # However often a worker tries, and however many there are.
            models.UniqueConstraint(
                fields=["escalation", "move", "step", "due_at"],
                condition=Q(due_at__isnull=False),
                name="escalation_clock_strikes_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.escalation.reference} {self.move}"

    @property
    def who(self) -> str:
        """Who did it: "Sam Lee for Dr Patel" for a delegate, "The network" for a clock."""
        if self.by is None:
            return "The network"
        return f"{self.by.name} for {self.behalf_of.name}" if self.behalf_of else self.by.name

    @property
    def what(self) -> str:
        """What they did, as a phrase that follows the name: "handed it on to Tom Okafor"."""
        if self.to:
            return f"{self.get_move_display()} {self.to.name}"
        if self.move in (Move.RAISE, Move.CLIMB, Move.GO_ON, Move.ASK_AGAIN) and self.step:
            return f"{self.get_move_display()} {Step(self.step).label}"
        return self.get_move_display()

    @property
    def more(self) -> str:
        """What would change a "not possible now", in a sentence."""
        return (
            f"What would change this, or what you can do now: {self.would_change}"
            if self.would_change
            else ""
        )


class Beside(models.Model):
    """Somebody beside an ask's owner and raiser: a leader to whom it climbed, who may act on it too; or somebody who
    needs the same and is told how it is answered."""

    class Part(models.TextChoices):
        BROUGHT_IN = "brought_in", "Brought in"
        JOINED = "joined", "Needs this too"

    escalation = models.ForeignKey(Escalation, on_delete=models.CASCADE, related_name="beside")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    part = models.CharField(max_length=10, choices=Part)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["membership", "part", "escalation"], name="beside_an_ask_once"),
            models.CheckConstraint(
                condition=Q(part__in=["brought_in", "joined"]), name="part_beside_an_ask_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.membership} on {self.escalation.reference}"
