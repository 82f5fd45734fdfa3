"""What pages say of an ask in a word or two."""

from datetime import date, datetime

from django.utils import timezone

from programmes.escalations.models import Escalation
from programmes.escalations.states import SETTLING, Move, State

COLOURS = {
    State.RAISED: "orange",
    State.ACKNOWLEDGED: "blue",
    State.ON_HOLD: "white",
    State.DECIDING: "yellow",
    State.ACCEPTED: "aqua-green",
    State.DECLINED: "purple",
    State.DONE: "green",
    State.CLOSED: "grey",
    State.WITHDRAWN: "grey",
    State.MOVED: "grey",
}
# What can be done to an ask, as its buttons and e-mails offer it.
BUTTONS = {
    Move.SETTLE: "We have settled it",
    Move.GO_ON: "Pass it on now",
    Move.TAKE: "Take this ask",
    Move.ACKNOWLEDGE: "I am looking at it",
    Move.VOICE: "Answer the business case",
    Move.ACCEPT: "Yes, with a promise",
    Move.WAKE: "Take it off hold",
    Move.DONE: "Mark as done",
    Move.CHANGE_PROMISE: "Change the promise",
    Move.CONFIRM: "Yes, it is settled",
    Move.NOT_SETTLED: "No, not settled",
    Move.ASK_AGAIN: "Ask once more",
    Move.WAIT: "Wait with that",
    Move.DECLINE: "Not possible now",
    Move.HOLD: "Put on hold",
    Move.ROUTE: "Bring it to a leader",
    Move.ELSEWHERE: "Belongs elsewhere",
    Move.HAND_ON: "Hand on",
    Move.JOIN: "We need this too",
    Move.REOPEN: "Open it again",
    Move.ATTACH: "Attach a file",
    Move.WITHDRAW: "Withdraw the ask",
    Move.COMMENT: "Add comment",
}
# What it is likely to need next, of whoever has it; then of the team.
LIKELY = {
    State.RAISED: (Move.ACKNOWLEDGE, Move.ACCEPT, Move.HAND_ON, Move.DECLINE),
    State.ACKNOWLEDGED: (Move.ACCEPT, Move.DECLINE, Move.HAND_ON),
    State.DECIDING: (Move.VOICE,),
    State.ACCEPTED: (Move.DONE, Move.CHANGE_PROMISE, Move.HAND_ON),
    State.DONE: (Move.CONFIRM, Move.NOT_SETTLED),
    State.DECLINED: (Move.CONFIRM, Move.ASK_AGAIN),
}
LIKELY_OF_MANAGER = (Move.SETTLE, Move.GO_ON)
LATE, SOON = "late", "soon"


def state_in_words(escalation: Escalation) -> tuple[str, str]:
    """Return the state of an ask and the colour of its tag. Reads what `with_promise()` says of it.

    A promise whose day has passed is "not yet met", and what was closed says how it was answered.
    """
    state = State(escalation.state)
    if state == State.ACCEPTED and escalation.promised_by and escalation.promised_by < timezone.localdate():
        return "Not yet met", "red"
    if state == State.CLOSED and escalation.not_confirmed:
        return "Not confirmed", "grey"
    if state == State.CLOSED:
        settled = escalation.last_answer in SETTLING
        return ("Settled", "green") if settled else ("Closed: not possible", "grey")
    return state.label, COLOURS[state]


def due_in_words(due_at: datetime | None, now: datetime, today: date) -> tuple[str, str]:
    """Return when the time of whoever has an ask is over, and whether that is LATE or SOON; empty without a clock."""
    if due_at is None:
        return "", ""
    days = (timezone.localtime(due_at).date() - today).days
    if due_at < now:
        return ("Late since today" if days == 0 else f"{days_in_words(-days)} late"), LATE
    if days <= 1:
        return ("Due tomorrow" if days else "Due today"), SOON
    return f"Due in {days} days", ""


def days_in_words(days: int) -> str:
    """Return whole days: 6 days, 1 day, less than a day."""
    if days < 1:
        return "less than a day"
    return "1 day" if days == 1 else f"{days} days"


def slug_of(move: Move) -> str:
    """Return the move as it is in an address."""
    return move.value.replace("_", "-")


def button_of(move: Move, state: str) -> str:
    """Return the words of a move's button; of a no the team says only that it has read it."""
    if move == Move.CONFIRM and state == State.DECLINED:
        return "We have read it"
    return BUTTONS[move]
