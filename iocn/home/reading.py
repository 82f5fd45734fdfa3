"""What home pages and updates ask of the database: of one reader (`only`), or of a whole network at once."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from iocn.shared.prepared import prepared
from people.delegates import leaders_acted_for
from people.models import Membership, StaffTask
from programmes.escalations.models import Beside, Commitment, Escalation, EscalationEvent, Voice
from programmes.escalations.permissions import voices_awaited_from
from programmes.escalations.states import WITH_OWNER, WITH_TEAM, Move, State
from programmes.measures.models import Measure, Observation
from programmes.measures.periods import BY_DAY
from programmes.projects.models import PathwayProject, TeamMember

# An owner's turn to answer; a promise has a section of its own.
UNANSWERED = (State.RAISED, State.ACKNOWLEDGED)
# So many are read of lists that may be long, and a few of them shown.
MOST = 50


@prepared
def team_places(network: int, only: Membership | None) -> QuerySet[TeamMember]:
    """Return who is in which team, with its project."""
    places = TeamMember.objects.now().filter(project__network=network)
    shown = ("name", "stage", "moved_at", "network")
    return (
        (places.filter(membership=only) if only else places)
        .select_related("project")
        .only("project", "membership", "part", *(f"project__{field}" for field in shown))
    )


@prepared
def asks_of_one(reader: Membership) -> QuerySet[Any]:
    """Return what waits for the reader's answer, and for their or their team's word, the longest first.

    Each says who owns it (`owner_name`) and whether it was brought to the reader (`is_brought`).
    """
    asks = Escalation.objects.filter(pk__in=_any_of(_ways(reader)))
    brought = _brought_to(reader).filter(escalation=OuterRef("pk"))
    return _in_order(asks.annotate(is_brought=Exists(brought)))


def _any_of(ways: Iterable[Q]) -> QuerySet[Any]:
    """Return the keys of asks that are found in any of these ways, each by an index.

    A union, as databases read a whole network where ways that ask other tables are joined by "or".
    """
    first, *others = (Escalation.objects.filter(way).order_by().values("pk") for way in ways)
    return first.union(*others)


def _ways(reader: Membership) -> Iterable[Q]:
    """How an ask waits for the reader; each found by an index."""
    unanswered = Q(waits=1, state__in=UNANSWERED)
    yield Q(owner=reader) & unanswered
    yield Q(manager=reader) & unanswered
    if reader.is_leader:
        yield Q(pk__in=_brought_to(reader).values("escalation")) & unanswered
    yield Q(pk__in=voices_awaited_from(reader).values("escalation"), waits=1, state=State.DECIDING)
    if not reader.is_citizen_only:
        leaders = leaders_acted_for(reader).values("pk")
        yield Q(owner__in=leaders, restricted=False) & unanswered & ~Q(raised_by=reader)
    yield Q(raised_by=reader, state__in=WITH_TEAM)
    yield Q(project__in=_projects_of(reader), restricted=False, state__in=WITH_TEAM)


def _brought_to(reader: Membership) -> QuerySet[Beside]:
    return Beside.objects.filter(membership=reader, part=Beside.Part.BROUGHT_IN).order_by()


def _projects_of(reader: Membership) -> QuerySet[TeamMember, Any]:
    return TeamMember.objects.now().filter(membership=reader).order_by().values("project")


@prepared
def asks_of_all(network: int) -> QuerySet[Any]:
    """Return all asks of a network that wait for an answer, for a team's word or for anybody at all, as
    `asks_of_one` does."""
    waiting = Q(state__in=[*UNANSWERED, *WITH_TEAM]) | Q(owner=None)
    return _in_order(Escalation.objects.open().filter(waiting, network=network))


def _in_order(asks: QuerySet[Any]) -> QuerySet[Any]:
    return asks.annotate(owner_name=F("owner__name")).order_by("waiting_since", "id")


@prepared
def beside(network: int) -> QuerySet[Beside, tuple[int, int]]:
    """Return for whom asks wait beside their owner, as ids of asks and memberships: those to whom an unanswered one
    climbed, and those who have yet to answer a business case that is being decided."""
    brought = Beside.objects.filter(
        part=Beside.Part.BROUGHT_IN, escalation__network=network, escalation__state__in=UNANSWERED
    )
    voices = Voice.objects.filter(answer="", escalation__network=network, escalation__state=State.DECIDING)
    both = (
        brought.order_by()
        .values_list("escalation", "membership")
        .union(voices.order_by().values_list("escalation", "leader"), all=True)
    )
    return both.order_by()


@prepared
def promises(network: int, only: Membership | None, until: date) -> QuerySet[Commitment]:
    """Return open promises that are due by a day, with their asks."""
    found = Commitment.objects.filter(
        escalation__network=network, kept_at=None, ended_at=None, due_on__lte=until
    )
    found = found.filter(by=only) if only else found
    return found.select_related("escalation").order_by("due_on", "id")


@prepared
def steps_since(network: int, only: Membership | None, since: datetime) -> QuerySet[EscalationEvent]:
    """Return what happened since then to asks that go on, were moved or were closed unconfirmed, in order.

    Of a reader: to those that they or, unless restricted, their teams asked.
    """
    ways = (
        [Q(raised_by=only), Q(project__in=_projects_of(only), restricted=False)]
        if only
        else [Q(network=network)]
    )
    still = [
        Q(state__in=[*WITH_OWNER, State.DECIDING, State.MOVED]),
        Q(state=State.CLOSED, not_confirmed=True),
    ]
    events = EscalationEvent.objects.filter(
        escalation__in=_any_of(way & state for way in ways for state in still), at__gte=since
    )
    ask = ("network", "number", "ask", "restricted", "raised_by", "project")
    names = ("by", "to", "behalf_of")
    return (
        events.exclude(move__in=[Move.REMIND, Move.REDACT])
        .select_related("escalation", *names)
        .only(
            "move",
            "at",
            "step",
            "escalation",
            *(f"escalation__{field}" for field in ask),
            *(field for name in names for field in (name, f"{name}__name")),
        )
        .order_by("at", "id")
    )


@prepared
def measures_with_news(
    network: int, only: Membership | None, month: date, week: date, since: datetime
) -> QuerySet[Any]:
    """Return measures of open projects that have no number of the month or later (of the week, if they are counted
    each day or week), or show a new signal.

    Each says its newest period (`latest`), what its newest number shows (`shows`), since when (`signal_at`), and of
    which version that was worked out (`shows_of`). One query for both: a page of home has few.
    """
    projects = PathwayProject.objects.open().filter(network=network)
    projects = projects.filter(pk__in=_projects_of(only)) if only else projects
    # By their projects alone, which are the network's: asked for the network as well, SQLite reads all of it.
    measures = Measure.objects.filter(project__in=projects.order_by().values("pk"))
    # The newest by the index of periods: an aggregate reads all numbers.
    periods = Observation.objects.filter(measure=OuterRef("pk")).order_by("-period").values("period")
    return measures.annotate(
        latest=Subquery(periods[:1]),
        shows=F("result__variation"),
        signal_at=F("result__signal_at"),
        shows_of=F("result__version"),
    ).filter(
        Q(latest=None)
        | Q(latest__lt=month)
        | Q(latest__lt=week, frequency__in=BY_DAY)
        | Q(signal_at__gte=since, shows_of=F("version"))
    )


@prepared
def staff_tasks(network: int) -> QuerySet[StaffTask]:
    """Return what waits for staff, the first of it."""
    return StaffTask.objects.filter(network=network, settled_at=None)[:MOST]


@prepared
def asks_of_nobody(network: int) -> QuerySet[Escalation]:
    """Return asks that any leader may take, those that have waited longest."""
    return Escalation.objects.unowned().filter(network=network).order_by("waiting_since", "id")[:MOST]
