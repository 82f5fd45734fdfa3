"""A network's times: what clocks.py needs of the database, read once for as many asks as there are."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from django.db.models import QuerySet

from iocn.shared.prepared import prepared
from iocn.shared.working_time import WorkingTime
from people.models import Network
from programmes.escalations.clocks import ALLOWED, Allowed, Clock, Event, read
from programmes.escalations.models import ClockPolicy, Commitment, Escalation, EscalationEvent
from programmes.escalations.routing import own_organisation
from programmes.escalations.states import SETTLING, Move, State


class Timed(Protocol):
    """What is read of an ask to know its clock."""

    pk: int
    network_id: int
    state: str
    urgency: str
    hold_until: date | None


@dataclass(frozen=True)
class Times:
    """When a network works, and how long its asks may wait."""

    working: WorkingTime
    allowed: Mapping[str, Allowed]

    def clock_of(self, escalation: Escalation) -> Clock:
        """Return the ask's clock, read from its timeline and promise."""
        if not escalation.is_open:
            return Clock()
        promise = None
        if escalation.state == State.ACCEPTED:
            promise = _open_promises([escalation]).get(escalation.pk)
        return self._read(escalation, _events_of(escalation.pk), promise)

    def set_clock(self, escalation: Escalation) -> None:
        """Renew the ask's clock, and what it keeps of it; the caller saves it."""
        escalation.clock = clock = self.clock_of(escalation)
        escalation.due_at = clock.deadline
        escalation.next_due_at = clock.next.at if clock.next else None

    def answer_by(self, urgency: str, now: datetime, *, after_manager: bool) -> datetime:
        """Return by when an ask that is raised now is to be decided, if whoever has it keeps the network's times.
        A manager who may settle it first has a working day, and then its time begins."""
        begins = self.working.add(now, self.working.minutes_a_day if after_manager else 0)
        return self.working.add(begins, self.allowed[urgency].decide)

    def _read(self, ask: Timed, events: Iterable[Event], promise: date | None) -> Clock:
        return read(ask.state, events, self.allowed[ask.urgency], self.working, promise, ask.hold_until)

    def note_times(self, escalation: Escalation, event: EscalationEvent) -> None:
        """Keep how many working minutes passed until a step ended for the first time, and where it was decided.

        What the team does not take for settled is not done.
        """
        after = self.working.between(escalation.raised_at, event.at)
        replies = (Move.ACKNOWLEDGE, Move.TAKE, Move.HOLD, Move.ACCEPT, Move.DECLINE, Move.SETTLE, Move.VOICE)
        if event.move in replies and escalation.acknowledged_after is None:
            escalation.acknowledged_after = after
        if (
            event.move in (Move.ACCEPT, Move.DECLINE, Move.SETTLE, Move.AGREE, Move.REFUSE)
            and escalation.decided_after is None
        ):
            escalation.decided_after = after
            decider = event.behalf_of or event.by
            escalation.decided_in = own_organisation(decider) if decider else None
        if event.move in SETTLING and escalation.done_after is None:
            escalation.done_after = after
        if event.move == Move.NOT_SETTLED:
            escalation.done_after = None  # it was not done after all


def clocks_of(asks: Sequence[Timed]) -> Iterator[tuple[Timed, Clock]]:
    """Yield open asks with their clocks, in five queries, however many they are and of however many networks."""
    networks = Network.objects.prefetch_related("closed_days").in_bulk({ask.network_id for ask in asks})
    allowed = _allowed_in(networks)
    times = {pk: Times(network.working_time(), allowed[pk]) for pk, network in networks.items()}
    events: dict[int, list[Event]] = defaultdict(list)
    for event in _events().filter(escalation__in=[ask.pk for ask in asks]):
        events[event.escalation_id].append(event)
    promises = _open_promises([ask for ask in asks if ask.state == State.ACCEPTED])
    for ask in asks:
        yield ask, times[ask.network_id]._read(ask, events[ask.pk], promises.get(ask.pk))


def allowed_in(network: Network) -> Mapping[str, Allowed]:
    """Read how long asks of each urgency may wait in the network, in a query."""
    return _allowed_in([network.pk])[network.pk]


def _allowed_in(networks: Collection[int]) -> dict[int, dict[str, Allowed]]:
    found = {pk: dict(ALLOWED) for pk in networks}
    for row in ClockPolicy.objects.filter(network__in=networks):
        found[row.network_id][row.urgency] = Allowed(row.acknowledge, row.decide, row.climb)
    return found


def times_of(network: Network) -> Times:
    """Read the network's times, in two queries."""
    return Times(network.working_time(), allowed_in(network))


def _events() -> QuerySet[Any, Any]:
    # Plain rows: a sweep reads hundreds of thousands.
    read_of = ("escalation_id", "move", "at", "due_at", "step", "state")
    return EscalationEvent.objects.order_by("escalation_id", "number").values_list(*read_of, named=True)


@prepared
def _events_of(escalation_id: int) -> QuerySet[Any, Any]:
    return _events().filter(escalation=escalation_id)


def _open_promises(asks: Sequence[Timed]) -> dict[int, date]:
    rows = Commitment.objects.filter(escalation__in=[ask.pk for ask in asks], kept_at=None, ended_at=None)
    return dict(rows.values_list("escalation", "due_on"))
