"""What pages say of an ask in a word or two."""

from datetime import date, datetime

from django.utils import timezone

from programmes.escalations.models import Escalation
from programmes.escalations.states import SETTLING, State

COLOURS = {
    State.RAISED: "orange",
    State.ACKNOWLEDGED: "blue",
    State.ON_HOLD: "white",
    State.ACCEPTED: "aqua-green",
    State.DECLINED: "purple",
    State.DONE: "green",
    State.CLOSED: "grey",
    State.WITHDRAWN: "grey",
    State.MOVED: "grey",
}
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
