"""Fills an empty database with a hundred networks, one of which holds most.

The same number of rows gives the same data: nothing is random but a generator with a fixed seed. Rows are
written past the actions, many at a time; what each network holds has the shape that the actions would give it.
"""

import itertools
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.contenttypes.models import ContentType
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.utils import timezone

from iocn.bench import words
from iocn.bench.cohorts import TABLES, add_cohort
from iocn.shared.models import History
from people.models import (
    Counter,
    Domain,
    Mandate,
    Membership,
    Message,
    Network,
    Organisation,
    Person,
    Post,
    Remit,
    RoleHeld,
    StaffTask,
)
from programmes.escalations.figures import build_all
from programmes.escalations.models import Commitment, Escalation, EscalationEvent
from programmes.escalations.states import Move, State
from programmes.measures.models import Measure, Observation
from programmes.measures.results import renew_due
from programmes.projects.models import PathwayProject, ProgrammeOfCare, Prototype, TeamMember, TestCycle

NETWORKS = 100
BATCH = 5000
MONTHS = 36
ASKS_OF_A_PROJECT = 20
# Of the large network, whatever its asks: a city does not get more hospitals by asking more.
ORGANISATIONS, LEADERS, STAFF = 40, 60, 5
# So many of the large network would like its update; a thousand of them have something in it.
READERS = 1100
# Pages are equally full at every size: so many asks wait for the leader who reads them, so many projects are
# the member's, with so many measures.
WAITING_FOR_READER, PROJECTS_OF_READER, MEASURES_OF_READER = 40, 6, 6
# The last of the reader's projects has two measures more, that are counted each day: so many numbers.
LONG, LONGEST = 120, 5000
PASSWORD = "a password of the bench alone"  # noqa: S105 - of a database that lives for minutes

Part = TeamMember.Part
# Each after what it points to.
ORDER: list[type[models.Model]] = [
    Person,
    Network,
    Organisation,
    Membership,
    RoleHeld,
    Post,
    Remit,
    Mandate,
    Counter,
    ProgrammeOfCare,
    PathwayProject,
    TeamMember,
    Prototype,
    TestCycle,
    Measure,
    Observation,
    Escalation,
    EscalationEvent,
    Commitment,
    *TABLES,
    StaffTask,
    Message,
    History,
]
# What of a hundred asks has become: most are closed.
BECAME = (
    [State.RAISED] * 4
    + [State.ACKNOWLEDGED] * 2
    + [State.ACCEPTED] * 2
    + [State.DECLINED]
    + [State.DONE]
    + [State.CLOSED] * 86
    + [State.WITHDRAWN] * 4
)
# The moves that lead to each state, after it was raised.
WAY = {
    State.RAISED: [],
    State.ACKNOWLEDGED: [Move.ACKNOWLEDGE],
    State.ACCEPTED: [Move.ACKNOWLEDGE, Move.ACCEPT],
    State.DECLINED: [Move.ACKNOWLEDGE, Move.DECLINE],
    State.DONE: [Move.ACCEPT, Move.DONE],
    State.CLOSED: [Move.ACKNOWLEDGE, Move.ACCEPT, Move.DONE, Move.CONFIRM],
    State.WITHDRAWN: [Move.WITHDRAW],
}
AFTER = {
    Move.ACKNOWLEDGE: State.ACKNOWLEDGED,
    Move.ACCEPT: State.ACCEPTED,
    Move.DECLINE: State.DECLINED,
    Move.DONE: State.DONE,
    Move.CONFIRM: State.CLOSED,
    Move.WITHDRAW: State.WITHDRAWN,
}


@dataclass(frozen=True)
class Filled:
    """What the measuring needs to know of what was loaded."""

    network: int
    slug: str
    addresses: dict[str, str]  # of those who sign in: who → e-mail address
    project: int
    ask: int
    measure: int
    long: int  # a measure of 120 numbers
    longest: int  # a measure of 5,000
    rows: dict[str, int]


def load(asks: int, observations: int) -> Filled:
    """Write so many asks and observations, and all that belongs to them; return where to look."""
    loader = _Loader(asks, observations)
    loader.load()
    build_all()
    return loader.filled()


def know_what_is_where() -> None:
    """Renew the statistics by which the database plans, as it does by itself in time, or a nightly task."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


class _Loader:
    def __init__(self, asks: int, observations: int) -> None:
        self.asks, self.observations = asks, observations
        self.random = random.Random(1948)  # noqa: S311 - the same data every time, no secret
        self.now = timezone.now()
        self.password = make_password(PASSWORD)
        self.nobody = make_password(None)
        self.ids: dict[type[models.Model], Iterator[int]] = {}
        self.waiting: dict[type[models.Model], list[models.Model]] = {}
        self.counts: dict[str, int] = {}
        self.types: dict[type[models.Model], ContentType] = {
            model: ContentType.objects.get_for_model(model)
            for model in (PathwayProject, Measure, Membership, Organisation)
        }
        self.addresses: dict[str, str] = {}
        self.people = itertools.count(1)
        self.long: list[int] = []  # the measures of many numbers

    def load(self) -> None:
        small = self.asks // (5 * (NETWORKS - 1))
        for number in range(NETWORKS):
            large = number == 0
            asks = self.asks - small * (NETWORKS - 1) if large else small
            _Network(self, number, asks, large).load()
        self._write_all()
        self._go_on_counting()
        # As workers would.
        renew_due()

    def filled(self) -> Filled:
        long, longest = self.long
        return Filled(
            1,
            "network-1",
            self.addresses,
            project=1,
            ask=1,
            measure=1,
            long=long,
            longest=longest,
            rows=self.counts,
        )

    def add(self, model: type[models.Model], **fields: Any) -> int:
        """Remember a row to be written, and return its id."""
        pk = next(self.ids.setdefault(model, itertools.count(1)))
        rows = self.waiting.setdefault(model, [])
        rows.append(model(pk=pk, **fields))
        if len(rows) >= BATCH:
            self._write_all()
        return pk

    def _write_all(self) -> None:
        with transaction.atomic():
            for model in ORDER:
                rows = self.waiting.pop(model, [])
                model._default_manager.bulk_create(rows, batch_size=BATCH)
                self.counts[model.__name__] = self.counts.get(model.__name__, 0) + len(rows)

    def _go_on_counting(self) -> None:
        """Let PostgreSQL give out the ids after ours."""
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), ORDER):
                cursor.execute(statement)
        know_what_is_where()


class _Network:
    """One network and all that is in it."""

    def __init__(self, loader: _Loader, number: int, asks: int, large: bool) -> None:
        self.add, self.random, self.now = loader.add, loader.random, loader.now
        self.loader, self.number, self.asks, self.large = loader, number + 1, asks, large
        self.members: list[int] = []
        self.leaders: list[int] = []
        self.citizens: list[int] = []
        self.teams: list[tuple[int, list[int]]] = []

    def load(self) -> None:
        self.pk = self.add(
            Network, slug=f"network-{self.number}", name=f"{self._pick(words.NAMES)}ton Health {self.number}"
        )
        self.organisations = [
            self.add(
                Organisation,
                network_id=self.pk,
                name=f"{self._pick(words.NAMES)} {self._pick(words.NAMES)} Trust {one}",
                kind=self._pick(Organisation.Kind.values),
            )
            for one in range(ORGANISATIONS if self.large else 3)
        ]
        self._people()
        self._projects()
        for number in range(10 if self.large else 1):
            add_cohort(self.add, self.pk, number, self.now, self.members[0], self.teams)
        for number in range(1, self.asks + 1):
            self._ask(number)
        self.add(Counter, network_id=self.pk, name="ask", value=self.asks)

    def _pick(self, things: Any) -> Any:
        return things[self.random.randrange(len(things))]

    def _days_ago(self, most: int, least: int = 0) -> datetime:
        return self.now - timedelta(days=self.random.uniform(least, most))

    # --- People -----------------------------------------------------------------------------------------
    def _people(self) -> None:
        self.staff = [self._member("staff", "staff") for _ in range(STAFF if self.large else 1)]
        self.leaders = [self._member("leader", "leader") for _ in range(LEADERS if self.large else 2)]
        # The more a city asks, the more people it has.
        for number in range(max(READERS + 200, self.asks // 10) if self.large else 7):
            if number % 20 == 19:
                self.citizens.append(self._member("citizen_partner", "citizen"))
            else:
                self.members.append(self._member("member", "member", number))
        for number, organisation in enumerate(self.organisations):
            for domain in Domain.values[number % 3 :: 3]:
                leader = self._pick(self.leaders)
                self.add(Remit, membership_id=leader, organisation_id=organisation, domain=domain)
                self.add(
                    Mandate, organisation_id=organisation, domain=domain, text=self._pick(words.SENTENCES)
                )
        for number in range(60 if self.large else 1):
            self.add(
                StaffTask,
                network_id=self.pk,
                kind=StaffTask.Kind.SPONSOR,
                text=f"Organisation {number} has no executive sponsor.",
                subject_type=self.loader.types[Organisation],
                subject_id=1000 * self.number + number,
                created_at=self._days_ago(60),
            )

    def _member(self, role: str, who: str, number: int = 0) -> int:
        name = f"{self._pick(words.FIRST)} {self._pick(words.NAMES)}{self._pick(words.NAMES).lower()}"
        # The first of each kind in the large network signs in.
        signs_in = self.large and who not in self.loader.addresses
        email = f"person-{next(self.loader.people)}@example.org"
        password = self.loader.password if signs_in else self.loader.nobody
        person = self.add(Person, email=email, name=name, password=password)
        if signs_in:
            self.loader.addresses[who] = email
        joined = self._days_ago(900, 30)
        membership = self.add(
            Membership,
            network_id=self.pk,
            person_id=person,
            name=name,
            invited_at=joined,
            joined_at=joined,
            # Most of a large network would rather not have the update: a thousand do.
            digest_rhythm="never" if number >= READERS else "weekly",
        )
        self.add(RoleHeld, membership_id=membership, role=role)
        if role != "citizen_partner":
            level = {"leader": "top", "staff": "middle"}.get(role) or self._pick(["front_line", "middle"])
            for is_main in [True, False] if number % 10 == 5 else [True]:
                self.add(
                    Post,
                    membership_id=membership,
                    organisation_id=self._pick(self.organisations),
                    job_title=self._pick(words.TITLES),
                    level=level,
                    from_date=joined.date(),
                    is_main=is_main,
                )
        self._history(Membership, membership, joined, "joined")
        return membership

    def _history(
        self, model: type[models.Model], subject: int, at: datetime, what: str, by: int | None = None
    ) -> None:
        self.add(
            History,
            network_id=self.pk,
            by_id=by or self.staff_member,
            at=at,
            what=what,
            subject_type=self.loader.types[model],
            subject_id=subject,
        )

    @property
    def staff_member(self) -> int | None:
        staff = getattr(self, "staff", None)
        return staff[0] if staff else None

    # --- Projects, what they try and count ----------------------------------------------------------------
    def _projects(self) -> None:
        programmes = [
            self.add(ProgrammeOfCare, network_id=self.pk, name=f"Programme {one}", aim=words.AIMS)
            for one in range(8 if self.large else 1)
        ]
        # So many that each of a thousand members has a project to hear of.
        count = max(READERS // 4 if self.large else 1, self.asks // ASKS_OF_A_PROJECT)
        measures = max(1, round(self.loader.observations * self.asks / self.loader.asks / MONTHS / count))
        for number in range(count):
            begun = self._days_ago(800, 100)
            project = self.add(
                PathwayProject,
                network_id=self.pk,
                programme_id=self._pick(programmes),
                name=f"{self._pick(words.NAMES)} pathway {number}",
                aim=words.AIMS,
                stage=self._pick(PathwayProject.Stage.values[:6]) if number else "prototyping",
                stage_since=begun + timedelta(days=60),
                created_at=begun,
                # Of each two projects one is quiet, and the other misses a number.
                moved_at=self._days_ago(40, 22) if number % 2 else self._days_ago(20),
            )
            team = [self.members[(4 * number + one) % len(self.members)] for one in range(4)]
            of_reader = self.large and number < PROJECTS_OF_READER
            if of_reader:
                team[0] = self.members[0]
            self._team(project, team, begun)
            self._tries(project, team, begun)
            for one in range(MEASURES_OF_READER if of_reader else measures):
                self._measure(project, team[0], one, self._months(number % 2 == 0 and one == 0))
            if of_reader and number == PROJECTS_OF_READER - 1:
                today = self.now.date()
                for one, count in ((MEASURES_OF_READER, LONG), (MEASURES_OF_READER + 3, LONGEST)):
                    days = [today - timedelta(days=day) for day in range(count)]
                    self.loader.long.append(self._measure(project, team[0], one, days))
            for step in range(7):
                self._history(
                    PathwayProject, project, begun + timedelta(days=9 * step), "changed the aim", team[0]
                )

    def _team(self, project: int, team: list[int], begun: datetime) -> None:
        places = [(member, Part.TEAM if place else Part.LEAD) for place, member in enumerate(team)]
        places += [(member, Part.CITIZEN_PARTNER) for member in self.citizens[project // 2 % 50 :][:1]]
        for member, part in places:
            self.add(TeamMember, project_id=project, membership_id=member, part=part, joined_on=begun.date())
        self.teams.append((project, team))

    def _tries(self, project: int, team: list[int], begun: datetime) -> None:
        for idea in range(3):
            prototype = self.add(
                Prototype,
                project_id=project,
                name=f"Change idea {idea}",
                state=Prototype.State.values[idea],
                created_at=begun,
            )
            for number in range(1, 4):
                at = begun + timedelta(days=20 * number)
                self.add(
                    TestCycle,
                    prototype_id=prototype,
                    number=number,
                    on=at.date(),
                    do=self._pick(words.SENTENCES),
                    study=self._pick(words.SENTENCES),
                    logged_by_id=team[number % len(team)],
                    logged_at=at,
                )

    def _months(self, misses_one: bool) -> Iterator[date]:
        """Yield the months that are over, or all but the last."""
        month = _month_before(self.now.date()) if misses_one else self.now.date()
        for _ in range(MONTHS):
            yield (month := _month_before(month))

    def _measure(self, project: int, by: int, number: int, periods: Iterable[date]) -> int:
        measure = self.add(
            Measure,
            network_id=self.pk,
            project_id=project,
            name=f"Measure {number} of the pathway",
            shape=Measure.Shape.values[number % 3],
            unit="bed days",
            better="lower",
            source="The trust’s own audit",
        )
        for period in periods:
            self.add(
                Observation,
                measure_id=measure,
                period=period,
                numerator=self.random.randrange(5, 60),
                denominator=None if number % 3 == 2 else self.random.randrange(200, 400),
                added_by_id=by,
                added_at=self.now,
            )
        for _ in range(3):
            self._history(Measure, measure, self._days_ago(100), "added a number", by)
        return measure

    # --- Asks ---------------------------------------------------------------------------------------------
    def _ask(self, number: int) -> None:
        first = self.large and number <= WAITING_FOR_READER
        project, team = self.teams[(number - 1) % (PROJECTS_OF_READER if first else len(self.teams))]
        state = State.RAISED if first else self._pick(BECAME)
        is_open = state not in (State.CLOSED, State.WITHDRAWN)
        leader = self.leaders[0] if first else self._pick(self.leaders)
        # One in fifty has nobody yet.
        owner = None if state == State.RAISED and not first and number % 5 == 0 else leader
        raised_at = self._days_ago(60) if is_open else self._days_ago(730, 30)
        steps = WAY[state]
        changed_at = min(self.now, raised_at + timedelta(days=len(steps)))
        ask = self.add(
            Escalation,
            network_id=self.pk,
            number=number,
            ask=f"{self._pick(words.ASKS)} ({number})",
            background=" ".join([self._pick(words.SENTENCES), self._pick(words.SENTENCES)]),
            urgency=self._pick(Escalation.Urgency.values),
            project_id=project if number % 4 else None,
            domain=self._pick(Domain.values),
            organisation_id=self._pick(self.organisations),
            restricted=number % 50 == 7,
            state=state,
            raised_by_id=team[number % len(team)],
            raised_at=raised_at,
            owner_id=owner,
            sponsor_id=owner,
            acknowledged_after=20 * (1 + number % 97) if steps else None,
            decided_after=60 * (1 + number % 89) if {Move.ACCEPT, Move.DECLINE} & set(steps) else None,
            done_after=240 * (1 + number % 83) if Move.DONE in steps else None,
            asked_in_id=self.organisations[number % len(self.organisations)],
            decided_in_id=self.organisations[number % 7 % len(self.organisations)],
            waiting_since=changed_at,
            version=1 + len(steps),
        )
        self._events(ask, raised_at, steps, owner, team[number % len(team)])
        if Move.ACCEPT in steps and owner:
            self.add(
                Commitment,
                escalation_id=ask,
                by_id=owner,
                what=self._pick(words.ASKS),
                due_on=(changed_at + timedelta(days=20)).date(),
                made_at=changed_at,
                kept_at=None if state == State.ACCEPTED else changed_at,
            )
        self.add(
            Message,
            network_id=self.pk,
            to_id=leader,
            kind=Message.Kind.ASK,
            cause=f"escalation-event:{ask}",
            subject=self._pick(words.ASKS),
            text=" ".join(words.SENTENCES),
            html=" ".join(words.SENTENCES) * 3,
            state=Message.State.SENT,
            due_at=raised_at,
            state_at=raised_at,
        )

    def _events(self, ask: int, at: datetime, steps: list[Move], owner: int | None, raiser: int) -> None:
        self.add(
            EscalationEvent,
            escalation_id=ask,
            move=Move.RAISE,
            by_id=raiser,
            to_id=owner,
            at=at,
            number=1,
            state=State.RAISED,
        )
        for number, move in enumerate(steps, start=2):
            at = min(self.now, at + timedelta(days=1))
            self.add(
                EscalationEvent,
                escalation_id=ask,
                move=move,
                by_id=raiser if move in (Move.CONFIRM, Move.WITHDRAW) else owner or raiser,
                at=at,
                number=number,
                state=AFTER[move],
                text=self._pick(words.SENTENCES),
                would_change=self._pick(words.SENTENCES) if move == Move.DECLINE else "",
            )


def _month_before(day: date) -> date:
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)
