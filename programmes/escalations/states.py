"""The states of an ask and every move between them. Docs and tests are made from MOVES."""

from django.db.models import TextChoices


class State(TextChoices):
    RAISED = "raised", "Awaiting first reply"
    ACKNOWLEDGED = "acknowledged", "Being looked at"
    ACCEPTED = "accepted", "Yes, promised"
    DECLINED = "declined", "Not possible now"
    DONE = "done", "Done, awaiting the team"
    CLOSED = "closed", "Settled"
    WITHDRAWN = "withdrawn", "Withdrawn"


# An ask in these states waits for somebody.
OPEN = (State.RAISED, State.ACKNOWLEDGED, State.ACCEPTED, State.DECLINED, State.DONE)
# Of these, the owner's turn; in the others it is the team's.
WITH_OWNER = (State.RAISED, State.ACKNOWLEDGED, State.ACCEPTED)


class Move(TextChoices):
    """What somebody does to an ask, as the timeline says it after their name."""

    RAISE = "raise", "asked"
    ACKNOWLEDGE = "acknowledge", "said they are looking at it"
    TAKE = "take", "took it"
    ROUTE = "route", "brought it to"
    HAND_ON = "hand_on", "handed it on to"
    ACCEPT = "accept", "said yes"
    DECLINE = "decline", "said: not possible now"
    DONE = "done", "marked it done"
    CONFIRM = "confirm", "confirmed that it is settled"
    NOT_SETTLED = "not_settled", "said that it is not settled"
    WITHDRAW = "withdraw", "withdrew it"
    COMMENT = "comment", "wrote"
    OWNER_LEFT = "owner_left", "left the network; staff will find somebody"


# Move → the state before → the state after.
MOVES: dict[Move, dict[State, State]] = {
    Move.ACKNOWLEDGE: {State.RAISED: State.ACKNOWLEDGED},
    Move.TAKE: {state: state for state in WITH_OWNER},
    Move.ROUTE: {state: state for state in WITH_OWNER},
    Move.HAND_ON: {
        State.RAISED: State.RAISED,
        State.ACKNOWLEDGED: State.RAISED,
        State.ACCEPTED: State.ACCEPTED,
    },
    Move.ACCEPT: {State.RAISED: State.ACCEPTED, State.ACKNOWLEDGED: State.ACCEPTED},
    Move.DECLINE: {State.RAISED: State.DECLINED, State.ACKNOWLEDGED: State.DECLINED},
    Move.DONE: {State.ACCEPTED: State.DONE},
    Move.CONFIRM: {State.DONE: State.CLOSED, State.DECLINED: State.CLOSED},
    Move.NOT_SETTLED: {State.DONE: State.ACKNOWLEDGED},
    Move.WITHDRAW: dict.fromkeys(OPEN, State.WITHDRAWN),
    Move.COMMENT: {state: state for state in State},
    Move.OWNER_LEFT: {state: state for state in WITH_OWNER},
}


def after(move: Move, state: str) -> State | None:
    """Return the state that the move leads to, or None if it is not allowed now."""
    return MOVES[move].get(State(state))
