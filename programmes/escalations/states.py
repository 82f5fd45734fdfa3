"""The states of an ask and every move between them. Docs and tests are made from MOVES."""

from django.db.models import TextChoices


class State(TextChoices):
    RAISED = "raised", "Awaiting first reply"
    ACKNOWLEDGED = "acknowledged", "Being looked at"
    ON_HOLD = "on_hold", "On hold"
    # A business case, which several leaders decide together.
    DECIDING = "deciding", "Being decided"
    ACCEPTED = "accepted", "Yes, promised"
    DECLINED = "declined", "Not possible now"
    DONE = "done", "Done, awaiting the team"
    CLOSED = "closed", "Closed"
    WITHDRAWN = "withdrawn", "Withdrawn"
    MOVED = "moved", "Belongs elsewhere"


# An ask in these states waits for somebody.
OPEN = (
    State.RAISED,
    State.ACKNOWLEDGED,
    State.ON_HOLD,
    State.DECIDING,
    State.ACCEPTED,
    State.DECLINED,
    State.DONE,
)
# Of these, the owner's turn; in the others it is the team's.
WITH_OWNER = (State.RAISED, State.ACKNOWLEDGED, State.ON_HOLD, State.ACCEPTED)
# Of these, those in which nothing has been decided yet.
UNDECIDED = (State.RAISED, State.ACKNOWLEDGED, State.ON_HOLD)
WITH_TEAM = (State.DECLINED, State.DONE)
# The turn of all leaders who are asked and have not answered.
WITH_ASKED = (State.DECIDING,)


class Step(TextChoices):
    """Where on its way an ask is: a route's steps in their order (routing.py)."""

    MANAGER = "manager", "the manager who sponsors the team"
    REMIT = "remit", "who can decide"
    SPONSOR = "sponsor", "the executive sponsor"
    TABLE = "table", "the network table"
    STAFF = "staff", "network staff"


class Move(TextChoices):
    """What somebody, or a clock, does to an ask, as the timeline says it after their name."""

    RAISE = "raise", "asked"
    PUT = "put", "put a business case"
    GO_ON = "go_on", "passed it on to"
    SETTLE = "settle", "settled it"
    ACKNOWLEDGE = "acknowledge", "is looking at it"
    TAKE = "take", "took it"
    ROUTE = "route", "brought it to"
    HAND_ON = "hand_on", "handed it on to"
    HOLD = "hold", "put it on hold"
    WAKE = "wake", "took it off hold"
    ACCEPT = "accept", "said yes"
    CHANGE_PROMISE = "change_promise", "changed the promise"
    DECLINE = "decline", "said: not possible now"
    VOICE = "voice", "answered"
    AGREE = "agree", "answered last, and all agree"
    REFUSE = "refuse", "answered last, and not all agree"
    VOICE_LEFT = "voice_left", "is no longer there to answer it"
    DONE = "done", "marked it done"
    CONFIRM = "confirm", "confirmed the answer for the team"
    NOT_CONFIRMED = "not_confirmed", "closed it, as the team has not said whether that settles it"
    NOT_SETTLED = "not_settled", "said that it is not settled"
    ASK_AGAIN = "ask_again", "asked once more, with something new,"
    REOPEN = "reopen", "opened it again"
    ELSEWHERE = "elsewhere", "said that it belongs elsewhere"
    WITHDRAW = "withdraw", "withdrew it"
    WAIT = "wait", "said: wait with that"
    JOIN = "join", "needs this too"
    COMMENT = "comment", "wrote"
    ATTACH = "attach", "attached a file"
    REMIND = "remind", "reminded"
    CLIMB = "climb", "brought it to"
    OWNER_LEFT = "owner_left", "is no longer there to answer it"
    ANSWERABLE_LEFT = "answerable_left", "is no longer there; now answerable is"
    REDACT = "redact", "removed what must not be here"


def _stays(*states: State) -> dict[State, State]:
    return {state: state for state in states}


# How an ask begins.
BEGINS = {Move.RAISE: State.RAISED, Move.PUT: State.DECIDING}
# Move → the state before → the state after. Whoever gets an ask from another gives their own first reply;
# whoever takes it, or puts it on hold, has given it.
MOVES: dict[Move, dict[State, State]] = {
    # The manager's day is over, or they pass it on before.
    Move.GO_ON: _stays(State.RAISED),
    Move.SETTLE: {State.RAISED: State.DONE},
    Move.ACKNOWLEDGE: {State.RAISED: State.ACKNOWLEDGED},
    Move.TAKE: dict.fromkeys(UNDECIDED, State.ACKNOWLEDGED),
    # A promise goes along with the ask.
    Move.ROUTE: {**dict.fromkeys(UNDECIDED, State.RAISED), **_stays(State.ACCEPTED)},
    Move.HAND_ON: {**dict.fromkeys(UNDECIDED, State.RAISED), **_stays(State.ACCEPTED)},
    Move.HOLD: {State.RAISED: State.ON_HOLD, State.ACKNOWLEDGED: State.ON_HOLD},
    Move.WAKE: {State.ON_HOLD: State.ACKNOWLEDGED},
    Move.ACCEPT: dict.fromkeys(UNDECIDED, State.ACCEPTED),
    Move.CHANGE_PROMISE: _stays(State.ACCEPTED),
    # Each who is asked answers a business case, and may change that until the last has: then it is decided.
    Move.VOICE: _stays(State.DECIDING),
    Move.VOICE_LEFT: _stays(State.DECIDING),
    Move.AGREE: {State.DECIDING: State.ACCEPTED},
    Move.REFUSE: {State.DECIDING: State.DECLINED},
    Move.DECLINE: dict.fromkeys(UNDECIDED, State.DECLINED),
    Move.DONE: {State.ACCEPTED: State.DONE},
    Move.CONFIRM: dict.fromkeys(WITH_TEAM, State.CLOSED),
    Move.NOT_CONFIRMED: dict.fromkeys(WITH_TEAM, State.CLOSED),
    Move.NOT_SETTLED: {State.DONE: State.ACKNOWLEDGED},
    Move.ASK_AGAIN: {State.DECLINED: State.RAISED},
    Move.REOPEN: {State.CLOSED: State.RAISED, State.MOVED: State.RAISED},
    Move.ELSEWHERE: dict.fromkeys(UNDECIDED, State.MOVED),
    Move.WITHDRAW: dict.fromkeys(OPEN, State.WITHDRAWN),
    Move.WAIT: _stays(State.RAISED, State.ACKNOWLEDGED),
    Move.JOIN: _stays(*OPEN),
    Move.COMMENT: _stays(*State),
    Move.ATTACH: _stays(*OPEN),
    Move.REMIND: _stays(State.RAISED, State.ACKNOWLEDGED, State.DECIDING, State.ACCEPTED, *WITH_TEAM),
    # Somebody is brought in beside the owner; nobody else has to do anything for it.
    Move.CLIMB: _stays(State.RAISED, State.ACKNOWLEDGED, State.DECIDING),
    # The promise of who left ends with them: whoever comes next gives their own. Of a business case nobody is left.
    Move.OWNER_LEFT: {**dict.fromkeys((*WITH_OWNER, *WITH_ASKED), State.RAISED), **_stays(*WITH_TEAM)},
    Move.ANSWERABLE_LEFT: _stays(*OPEN),
    Move.REDACT: _stays(*State),
}

# These change neither the state nor whom it waits for: a form that has not seen them may still be sent.
QUIET = (
    Move.COMMENT,
    Move.ATTACH,
    Move.JOIN,
    Move.VOICE,
    Move.VOICE_LEFT,
    Move.WAIT,
    Move.REMIND,
    Move.CLIMB,
    Move.ANSWERABLE_LEFT,
    Move.REDACT,
)
# How an ask is answered; the first two by something that was done.
SETTLING = (Move.DONE, Move.SETTLE)
ANSWERS = (*SETTLING, Move.DECLINE, Move.REFUSE)
# What a clock does when a time has run out, besides passing on after the manager's day and ending a hold.
CLOCKS = (Move.REMIND, Move.CLIMB, Move.NOT_CONFIRMED)


def after(move: Move, state: str) -> State | None:
    """Return the state that the move leads to, or None if it is not allowed now."""
    return MOVES[move].get(State(state))


def diagram() -> str:
    """Return MOVES as a Mermaid state diagram, for docs/escalations.md (`manage.py draw_escalations`)."""
    lines = ["stateDiagram-v2", *(f"    [*] --> {state}: {move}" for move, state in BEGINS.items())]
    lines += [f"    {state}: {state.label}" for state in State]
    arrows: dict[tuple[State, State], list[str]] = {}
    for move, ways in MOVES.items():
        for before, then in ways.items():
            if move not in QUIET:
                arrows.setdefault((before, then), []).append(move)
    lines += [f"    {before} --> {then}: {', '.join(moves)}" for (before, then), moves in arrows.items()]
    lines += [f"    {state} --> [*]" for state in State if state not in OPEN]
    return "\n".join(lines)
