"""When an ask's time runs out, and what a clock does then. Pure: it reads the timeline and knows no database.

Nothing here is stored but as a cache: `read` works everything out from the events of the ask, the network's
policy and its working time. So a change of policy, a closed day or a worker that was down for a day can neither
lose nor double anything. What the clock did is itself in the timeline, with the time at which it was due.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol

from iocn.shared.working_time import WorkingTime
from programmes.escalations.states import ANSWERS, WITH_TEAM, Move, State, Step


class Reminder(StrEnum):
    """What time has run out, or soon will: the `step` of a reminder's event."""

    ACKNOWLEDGE = "acknowledge"
    DECIDE = "decide"
    PROMISE_SOON = "promise_soon"
    PROMISE_LATE = "promise_late"
    CONFIRM = "confirm"


@dataclass(frozen=True)
class Allowed:
    """Working minutes: to the first reply, to the decision, and from a missed time to a climb or between two."""

    acknowledge: int
    decide: int
    climb: int


DAY = 8 * 60
# Where a network has set none of its own. Keys are Escalation.Urgency's.
ALLOWED: Mapping[str, Allowed] = {
    "stopping": Allowed(acknowledge=DAY, decide=3 * DAY, climb=DAY),
    "slowing": Allowed(acknowledge=2 * DAY, decide=10 * DAY, climb=2 * DAY),
    "helping": Allowed(acknowledge=5 * DAY, decide=20 * DAY, climb=5 * DAY),
}
# Working days: after an answer the team is reminded, and in the end the ask is closed without its word; so long
# before its day a promise is spoken of.
REMIND_TEAM, CLOSE_WITHOUT_TEAM, PROMISE_AHEAD = 5, 10, 2
# With these the time for a decision begins anew, and everything that was missed is past.
BEGINNINGS = (Move.RAISE, Move.PUT, Move.GO_ON, Move.NOT_SETTLED, Move.ASK_AGAIN, Move.REOPEN)


class Event(Protocol):
    """What is read of an EscalationEvent."""

    move: str
    at: datetime
    due_at: datetime | None
    step: str
    state: str


@dataclass(frozen=True)
class Due:
    """What a clock does at a time."""

    move: Move
    at: datetime
    reminder: Reminder | None = None


@dataclass(frozen=True)
class Clock:
    """Until when whoever's turn it is has time (None: no clock runs), and what a clock does next."""

    deadline: datetime | None = None
    next: Due | None = None


@dataclass
class _Way:
    """What the timeline says, as far as clocks care."""

    asked: datetime | None = None  # raised, or given back undecided: the decision's clock runs from here
    turn: datetime | None = None  # since when whoever has it now has had it: the first reply's clock
    promised: datetime | None = None
    answered: datetime | None = None
    held_since: datetime | None = None
    # When each hold began, and its working minutes.
    holds: list[tuple[datetime, int]] = field(default_factory=list)
    reminded: dict[str, Event] = field(default_factory=dict)
    waits: Event | None = None
    climbs: int = 0
    last_climb: Event | None = None
    step: str = ""
    # Up to when clocks have struck: the last time at which one was due.
    struck: datetime | None = None

    def begin(self, at: datetime) -> None:
        """Begin anew: everything that was missed is past."""
        self.asked = self.turn = at
        self.climbs = 0
        self.reminded, self.waits, self.last_climb = {}, None, None

    def new_turn(self, at: datetime) -> None:
        """Whoever has it from now on gives their own first reply."""
        self.turn = at
        self.reminded.pop(Reminder.ACKNOWLEDGE, None)


def _walk(events: Iterable[Event], working: WorkingTime) -> _Way:
    way = _Way()
    for event in events:
        move = event.move
        if way.held_since is not None and event.state != State.ON_HOLD:
            # However the hold ended: by its day, by the owner, by a decision.
            way.holds.append((way.held_since, working.between(way.held_since, event.at)))
            way.held_since = None
        if move in BEGINNINGS:
            way.begin(event.at)
        elif move in (Move.HAND_ON, Move.ROUTE, Move.OWNER_LEFT, Move.TAKE):
            way.new_turn(event.at)
        elif move == Move.HOLD:
            way.held_since = event.at
        elif move in (Move.ACCEPT, Move.AGREE, Move.CHANGE_PROMISE):
            way.promised = event.at
            way.reminded.pop(Reminder.PROMISE_SOON, None)
            way.reminded.pop(Reminder.PROMISE_LATE, None)
        elif move in ANSWERS:
            way.answered = event.at
            way.reminded.pop(Reminder.CONFIRM, None)
        elif move == Move.REMIND:
            way.reminded[event.step] = event
        elif move == Move.WAIT:
            way.waits = event
        elif move == Move.CLIMB:
            way.climbs += 1
            way.last_climb, way.waits = event, None
        if event.step and move != Move.REMIND:
            way.step = event.step
        way.struck = event.due_at or way.struck
    return way


def read(
    state: str,
    events: Iterable[Event],
    allowed: Allowed,
    working: WorkingTime,
    promised_by: date | None = None,
    hold_until: date | None = None,
) -> Clock:
    """Return the clock of an ask in `state` whose events, in their order, are these.

    `promised_by` is the day of its open promise, `hold_until` the end of its hold. A closed ask has no clock.
    """
    way = _walk(events, working)
    clock = _read(state, way, allowed, working, promised_by, hold_until)
    if clock.next and way.struck and clock.next.at < way.struck:
        # It was late before a hold began, or became so as the network's times changed: its turn comes after what
        # clocks have done already, so that each step is due in the order in which it is written.
        return replace(clock, next=replace(clock.next, at=way.struck))
    return clock


def _read(
    state: str,
    way: _Way,
    allowed: Allowed,
    working: WorkingTime,
    promised_by: date | None,
    hold_until: date | None,
) -> Clock:
    if state in WITH_TEAM and way.answered:
        return _for_team(way, working, way.answered)
    if state == State.ON_HOLD and hold_until:
        return Clock(None, Due(Move.WAKE, working.add(_start_of(hold_until, working), 0)))
    if state == State.ACCEPTED and promised_by:
        return _for_promise(way, working, promised_by)
    if (
        state not in (State.RAISED, State.ACKNOWLEDGED, State.DECIDING)
        or way.asked is None
        or way.turn is None
    ):
        return Clock()
    if way.step == Step.MANAGER:
        ends = working.add(way.asked, working.minutes_a_day)
        return Clock(ends, Due(Move.GO_ON, ends))
    return _for_owner(way, working, allowed, way.asked, way.turn, awaits_reply=state == State.RAISED)


def _for_owner(
    way: _Way,
    working: WorkingTime,
    allowed: Allowed,
    asked: datetime,
    turn: datetime,
    *,
    awaits_reply: bool,
) -> Clock:
    times = {Reminder.DECIDE: _passed(way, working, asked, allowed.decide)}
    if awaits_reply:
        times[Reminder.ACKNOWLEDGE] = _passed(way, working, turn, allowed.acknowledge)
    to_come = [
        Due(Move.REMIND, at, reminder) for reminder, at in times.items() if reminder not in way.reminded
    ]
    # What was missed in this turn; a first reply that has come since is not missed any more.
    missed = [reminder for reminder in times if reminder in way.reminded]
    if missed and way.step != Step.STAFF:
        to_come.append(Due(Move.CLIMB, _climbs_at(way, working, allowed, times, missed)))
    return Clock(min(times.values()), min(to_come, key=lambda due: due.at, default=None))


def _passed(way: _Way, working: WorkingTime, since: datetime, minutes: int) -> datetime:
    """Return when so many working minutes have passed since a moment, those on hold not counted."""
    held = sum(minutes for began, minutes in way.holds if began >= since)
    return working.add(since, minutes + held)


def _climbs_at(
    way: _Way,
    working: WorkingTime,
    allowed: Allowed,
    times: Mapping[Reminder, datetime],
    missed: list[Reminder],
) -> datetime:
    first = min(missed, key=lambda reminder: times[reminder])
    after_missing = working.add(times[first], allowed.climb)
    if way.last_climb and way.last_climb.due_at:
        return max(after_missing, _passed(way, working, way.last_climb.due_at, allowed.climb))
    told = way.reminded[first].at
    if way.waits and way.waits.at >= told:
        # The raiser said "wait": whoever has it gets as long again before it climbs as it would have.
        again = allowed.acknowledge if first == Reminder.ACKNOWLEDGE else allowed.decide
        return _passed(way, working, way.waits.at, again + allowed.climb)
    # The raiser has a whole working day to say "wait" from when they were told, however late that was.
    return max(after_missing, _passed(way, working, told, working.minutes_a_day))


def _for_team(way: _Way, working: WorkingTime, answered: datetime) -> Clock:
    day = _local(answered, working)
    ends = working.end_of(working.next_days(day, CLOSE_WITHOUT_TEAM))
    if Reminder.CONFIRM not in way.reminded:
        remind = working.end_of(working.next_days(day, REMIND_TEAM))
        return Clock(ends, Due(Move.REMIND, remind, Reminder.CONFIRM))
    return Clock(ends, Due(Move.NOT_CONFIRMED, ends))


def _for_promise(way: _Way, working: WorkingTime, promised_by: date) -> Clock:
    ends = working.end_of(promised_by)
    late = Due(Move.REMIND, _start_of(working.next_days(promised_by, 1), working), Reminder.PROMISE_LATE)
    soon = Due(Move.REMIND, _start_of(_days_before(promised_by, working), working), Reminder.PROMISE_SOON)
    if Reminder.PROMISE_LATE in way.reminded:
        return Clock(ends)
    # Nobody is reminded of what they have only just said.
    if Reminder.PROMISE_SOON in way.reminded or (way.promised and soon.at <= way.promised):
        return Clock(ends, late)
    return Clock(ends, soon)


def _days_before(day: date, working: WorkingTime) -> date:
    left = PROMISE_AHEAD
    while left:
        day -= timedelta(days=1)
        left -= working.is_working_day(day)
    return day


def _local(moment: datetime, working: WorkingTime) -> date:
    return moment.astimezone(working.zone).date()


def _start_of(day: date, working: WorkingTime) -> datetime:
    # Beginning at midnight, so that a day that is none of work leads to the next that is.
    return working.add(datetime.combine(day, time(), working.zone), 0)
