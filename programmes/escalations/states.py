"""The states of an ask and every move between them. Docs and tests are made from MOVES."""

from django.db.models import TextChoices


class State(TextChoices):
    RAISED = "raised", "Awaiting first reply"
    ACKNOWLEDGED = "acknowledged", "Being looked at"
    ACCEPTED = "accepted", "Yes, promised"
    DECLINED = "declined", "Not possible now"
    DONE = "done", "Done, awaiting the team"
    CLOSED = "closed", "Closed"
    WITHDRAWN = "withdrawn", "Withdrawn"


# An ask in these states waits for somebody.
OPEN = (State.RAISED, State.ACKNOWLEDGED, State.ACCEPTED, State.DECLINED, State.DONE)
# Of these, the owner's turn; in the others it is the team's.
WITH_OWNER = (State.RAISED, State.ACKNOWLEDGED, State.ACCEPTED)
WITH_TEAM = (State.DECLINED, State.DONE)


class Move(TextChoices):
    """What somebody does to an ask, as the timeline says it after their name."""

    RAISE = "raise", "asked"
    ACKNOWLEDGE = "acknowledge", "is looking at it"
    TAKE = "take", "took it"
    ROUTE = "route", "brought it to"
    HAND_ON = "hand_on", "handed it on to"
    ACCEPT = "accept", "said yes"
    DECLINE = "decline", "said: not possible now"
    DONE = "done", "marked it done"
    CONFIRM = "confirm", "confirmed the answer for the team"
    NOT_SETTLED = "not_settled", "said that it is not settled"
    WITHDRAW = "withdraw", "withdrew it"
    COMMENT = "comment", "wrote"
    OWNER_LEFT = "owner_left", "is no longer there to answer it"
    ANSWERABLE_LEFT = "answerable_left", "is no longer there; now answerable is"
    REDACT = "redact", "removed words that must not be here"


# Move → the state before → the state after. Whoever gets an ask from another gives their own first reply;
# whoever takes it has given it.
MOVES: dict[Move, dict[State, State]] = {
    Move.ACKNOWLEDGE: {State.RAISED: State.ACKNOWLEDGED},
    Move.TAKE: {State.RAISED: State.ACKNOWLEDGED, State.ACKNOWLEDGED: State.ACKNOWLEDGED},
    Move.ROUTE: {
        State.RAISED: State.RAISED,
        State.ACKNOWLEDGED: State.RAISED,
        State.ACCEPTED: State.ACCEPTED,
    },
    # A promise goes along with the ask.
    Move.HAND_ON: {
        State.RAISED: State.RAISED,
        State.ACKNOWLEDGED: State.RAISED,
        State.ACCEPTED: State.ACCEPTED,
    },
    Move.ACCEPT: {State.RAISED: State.ACCEPTED, State.ACKNOWLEDGED: State.ACCEPTED},
    Move.DECLINE: {State.RAISED: State.DECLINED, State.ACKNOWLEDGED: State.DECLINED},
    Move.DONE: {State.ACCEPTED: State.DONE},
    Move.CONFIRM: {State.DONE: State.CLOSED, State.DECLINED: State.CLOSED},
    Move.NOT_SETTLED: {State.DONE: State.ACKNOWLEDGED, State.DECLINED: State.ACKNOWLEDGED},
    Move.WITHDRAW: dict.fromkeys(OPEN, State.WITHDRAWN),
    Move.COMMENT: {state: state for state in State},
    # The promise of who left ends with them: whoever comes next gives their own.
    Move.OWNER_LEFT: {
        **dict.fromkeys(WITH_OWNER, State.RAISED),
        State.DECLINED: State.DECLINED,
        State.DONE: State.DONE,
    },
    Move.ANSWERABLE_LEFT: {state: state for state in OPEN},
    Move.REDACT: {state: state for state in State},
}

# These change neither the state nor the owner: a form that has not seen them may still be sent.
QUIET = (Move.COMMENT, Move.ANSWERABLE_LEFT, Move.REDACT)


def after(move: Move, state: str) -> State | None:
    """Return the state that the move leads to, or None if it is not allowed now."""
    return MOVES[move].get(State(state))


def diagram() -> str:
    """Return MOVES as a Mermaid state diagram, for docs/escalations.md (`manage.py draw_escalations`)."""
    lines = ["stateDiagram-v2", f"    [*] --> {State.RAISED}: {Move.RAISE}"]
    lines += [f"    {state}: {state.label}" for state in State]
    arrows: dict[tuple[State, State], list[str]] = {}
    for move, ways in MOVES.items():
        for before, then in ways.items():
            if move not in QUIET:
                arrows.setdefault((before, then), []).append(move)
    lines += [f"    {before} --> {then}: {', '.join(moves)}" for (before, then), moves in arrows.items()]
    lines += [f"    {state} --> [*]" for state in State if state not in OPEN]
    return "\n".join(lines)
