"""What came of an ask, in a line: for its team's page, and for who is about to ask the same."""

from django.utils import timezone
from django.utils.text import Truncator

from iocn.shared.templatetags.components import day, waited
from programmes.escalations.models import Escalation
from programmes.escalations.states import SETTLING, State

LONGEST = 200


def came_of_it(ask: Escalation) -> str:
    """Return what came of an ask that was read `with_names().with_outcome()`."""
    words = _in_a_line(ask.answer_text)
    if ask.state == State.WITHDRAWN:
        return "Withdrawn by the team."
    if ask.state == State.MOVED:
        return _with_words("It belongs elsewhere", words)
    if ask.state == State.ACCEPTED:
        return f"Promised by {day(ask.promise_due)}: {_in_a_line(ask.promise_what)}"
    if ask.state == State.DONE or (ask.state == State.CLOSED and ask.last_answer in SETTLING):
        return _with_words(_kept(ask), words or _in_a_line(ask.promise_what))
    if ask.state == State.DECLINED or ask.state == State.CLOSED:
        change = _in_a_line(ask.would_change)
        said = _with_words("Not possible", words)
        return f"{said} What would change this: {change}" if change else said
    return f"With {ask.with_whom} for {waited(ask.waiting_since)}."


def _kept(ask: Escalation) -> str:
    if ask.promise_kept_at is None or ask.promise_due is None:
        return "Settled"
    in_time = timezone.localdate(ask.promise_kept_at) <= ask.promise_due
    return "Promise kept" if in_time else "Promise kept late"


def _with_words(what: str, words: str) -> str:
    return f"{what}: {words}" if words else f"{what}."


def _in_a_line(text: str | None) -> str:
    return Truncator(" ".join((text or "").split())).chars(LONGEST)
