"""The rows of lists of asks: all that each of them shows, in words.

Said here rather than by template tags, of which a page of rows needs hundreds.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b
from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString

from iocn.shared.templatetags.components import clock, day, tag
from people.models import Membership
from people.permissions import Permission
from programmes.escalations.filters import UNOWNED, WAITING
from programmes.escalations.models import Escalation
from programmes.escalations.states import OPEN, WITH_ASKED, Move, State
from programmes.escalations.words import (
    LIKELY,
    LIKELY_OF_MANAGER,
    button_of,
    days_in_words,
    due_in_words,
    slug_of,
    state_in_words,
)


@dataclass(frozen=True, slots=True)
class Choice:
    """What can most likely be done to an ask: its address below the ask's, and the words of its button."""

    slug: str
    label: str


def _choices(state: State, moves: Sequence[Move]) -> tuple[Choice, ...]:
    return tuple(Choice(slug_of(move), button_of(move, state)) for move in moves[:2])


_BY_STATE = {state: _choices(state, moves) for state, moves in LIKELY.items()}
_AS_MANAGER = _choices(State.RAISED, LIKELY_OF_MANAGER)
_AS_STAFF = _choices(State.RAISED, (Move.ROUTE, Move.ELSEWHERE))
_AS_LEADER = _choices(State.RAISED, (Move.TAKE,))


@dataclass(frozen=True, slots=True)
class Row:
    """An ask in a list. Times are in words, and exact: for the markup and on hover."""

    reference: str
    # Its number and version, as it is ticked: views/several.py.
    tick: str
    ask: str
    hint: str
    state: SafeString  # as its tag
    with_whom: str
    urgency: str
    due: str
    due_kind: str
    due_iso: str
    due_exact: str
    waited: str
    waiting_iso: str
    waiting_exact: str
    # Nobody has it: any leader may take it.
    is_free: bool
    choices: tuple[Choice, ...]


def rows_of(asks: Iterable[Escalation], reader: Membership, shown: str) -> list[Row]:
    """Return the rows of a list for the reader; `shown` is its tab."""
    now, today = timezone.now(), timezone.localdate()
    return [_row(ask, reader, shown, now, today) for ask in asks]


# All that a row is made of, as the database has it.
MADE_OF = (
    "number", "version", "ask", "state", "step", "urgency", "restricted", "waiting_since", "due_at",
    "not_confirmed", "promised_by", "last_answer", "owner", "owner__name", "manager", "manager__name",
    "project__name", "raised_by", "raised_by__name",
)  # fmt: skip
_WAITING_SINCE, _DUE_AT = MADE_OF.index("waiting_since"), MADE_OF.index("due_at")


def values_of(ask: Escalation) -> tuple[object, ...]:
    """Return of an ask that has been read what a query for MADE_OF returns of it."""
    return (
        ask.number,
        ask.version,
        ask.ask,
        ask.state,
        ask.step,
        ask.urgency,
        ask.restricted,
        ask.waiting_since,
        ask.due_at,
        ask.not_confirmed,
        ask.promised_by,
        ask.last_answer,
        ask.owner_id,
        ask.owner and ask.owner.name,
        ask.manager_id,
        ask.manager and ask.manager.name,
        ask.project and ask.project.name,
        ask.raised_by_id,
        ask.raised_by.name,
    )


def stamp_of(values: Iterable[tuple[Any, ...]], has_more: bool) -> str:
    """Return a stamp of what a list shows, as an ETag: the same stamp, the same rows.

    Of their values and of what time makes of them, so that nobody makes rows only to find them unchanged.
    """
    now = timezone.now()
    shown = [
        (one, (now - one[_WAITING_SINCE]).days, one[_DUE_AT] is not None and one[_DUE_AT] < now)
        for one in values
    ]
    said = repr((shown, has_more, timezone.localdate()))
    return f'"{blake2b(said.encode(), digest_size=12).hexdigest()}"'


def _row(ask: Escalation, reader: Membership, shown: str, now: datetime, today: date) -> Row:
    due, due_kind = due_in_words(ask.due_at, now, today)
    is_open = ask.state in OPEN
    hint = f"{ask.reference} · {ask.project.name if ask.project else ask.raised_by.name}"
    mine = ask.owner_id == reader.pk and ask.waits_for_owner
    with_whom = "you" if mine else ask.with_whom
    return Row(
        reference=ask.reference,
        tick=f"{ask.number}.{ask.version}",
        ask=ask.ask,
        hint=f"{hint} · restricted" if ask.restricted else hint,
        state=tag(*state_in_words(ask)),
        with_whom=with_whom[:1].upper() + with_whom[1:],
        urgency=ask.get_urgency_display(),
        due=due,
        due_kind=due_kind,
        due_iso=_iso(ask.due_at),
        due_exact=_exact(ask.due_at),
        waited=days_in_words((now - ask.waiting_since).days) if is_open else "",
        waiting_iso=_iso(ask.waiting_since),
        waiting_exact=_exact(ask.waiting_since),
        is_free=ask.owner_id is None and ask.manager_id is None and ask.waits_for_owner,
        choices=_choices_of(ask, reader) if is_open and shown in (WAITING, UNOWNED) else (),
    )


def _iso(moment: datetime | None) -> str:
    return timezone.localtime(moment).isoformat(timespec="seconds") if moment else ""


def _exact(moment: datetime | None) -> str:
    return f"{day(moment)} at {clock(moment)}" if moment else ""


def _choices_of(ask: Escalation, reader: Membership) -> tuple[Choice, ...]:
    """Return the two acts that are likeliest, of an ask that waits for the reader. The act's own page has the last
    word on whether it may be done."""
    if ask.waits_for_team or ask.state in WITH_ASKED or ask.owner_id is not None:
        return _BY_STATE.get(State(ask.state), ())
    if ask.manager_id is not None:
        return _AS_MANAGER if ask.manager_id == reader.pk else ()
    if reader.is_leader and ask.raised_by_id != reader.pk:
        return _AS_LEADER
    return _AS_STAFF if reader.may(Permission.ROUTE_ASK) else ()
