"""What whoever has an ask does: reply, hand on, hold, promise, decline, mark as done."""

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from iocn.shared.templatetags.components import day
from people.models import Membership
from programmes.escalations.actions.common import (
    NotPossible,
    check_can_own,
    give,
    open_promise,
    ready,
    settle_tasks,
    step,
)
from programmes.escalations.actions.leaving import give_word_to_staff_if_nobody_is_left
from programmes.escalations.models import Commitment, Escalation
from programmes.escalations.permissions import acting_on
from programmes.escalations.states import Move

LONGEST_HOLD = timedelta(days=366)


@transaction.atomic
def acknowledge(
    *, by: Membership, escalation: Escalation, seen: int | None = None, text: str = ""
) -> Escalation:
    """Tell the raiser that the owner is looking at it."""
    return step(by, ready(by, escalation, seen, Move.ACKNOWLEDGE), Move.ACKNOWLEDGE, text=text)


@transaction.atomic
def take(*, by: Membership, escalation: Escalation, seen: int | None = None, text: str = "") -> Escalation:
    """Take an ask that nobody has; that is its first reply."""
    locked = ready(by, escalation, seen, Move.TAKE)
    give(locked, by)
    settle_tasks(locked, by)
    return step(by, locked, Move.TAKE, text=text)


@transaction.atomic
def hand_on(
    *, by: Membership, escalation: Escalation, seen: int | None = None, to: Membership, text: str = ""
) -> Escalation:
    """Hand an ask on to another leader. The first leader stays answerable; an open promise goes along."""
    locked = ready(by, escalation, seen, Move.HAND_ON)
    check_can_own(locked, to)
    acting = acting_on(by, locked)
    give(locked, to)
    return step(by, locked, Move.HAND_ON, to=to, text=text, behalf_of=acting.leader if acting else None)


@transaction.atomic
def hold(
    *, by: Membership, escalation: Escalation, seen: int | None = None, until: date, text: str
) -> Escalation:
    """Let an ask rest until the morning of a day, with a reason: no clock runs, and it wakes by itself."""
    if until <= timezone.localdate():
        raise NotPossible("Choose a day after today until which it is on hold.")
    if until > timezone.localdate() + LONGEST_HOLD:
        raise NotPossible("Choose a day within a year.")
    locked = ready(by, escalation, seen, Move.HOLD)
    locked.hold_until = until
    return step(by, locked, Move.HOLD, text=f"Until {day(until)}: {text}")


@transaction.atomic
def wake(*, by: Membership, escalation: Escalation, seen: int | None = None, text: str = "") -> Escalation:
    """Take an ask off hold before its day."""
    return step(by, ready(by, escalation, seen, Move.WAKE), Move.WAKE, text=text)


@transaction.atomic
def accept(
    *,
    by: Membership,
    escalation: Escalation,
    seen: int | None = None,
    what: str,
    due_on: date,
    text: str = "",
) -> Escalation:
    """Say yes: promise what will be done, and by when. Whoever promises it has it from then on; a delegate promises
    for their leader."""
    _check_day(due_on)
    locked = ready(by, escalation, seen, Move.ACCEPT)
    what = what.strip().removesuffix(".")  # its day follows
    acting = acting_on(by, locked)
    promises = (acting.leader if acting else None) or by
    ended = locked.commitments.filter(kept_at=None, ended_at__isnull=False).exclude(by=promises)
    left = ended.order_by("-ended_at", "-pk").first()
    if left is not None and Commitment.objects.filter(follows=left).exists():
        left = None
    Commitment.objects.create(escalation=locked, by=promises, what=what, due_on=due_on, follows=left)
    settle_tasks(locked, by)
    if locked.owner_id != promises.pk:  # one to whom it climbed
        locked.owner = promises
    promise = f"{what}, by {day(due_on)}."
    return step(by, locked, Move.ACCEPT, text=f"{promise}\n\n{text}" if text else promise)


def _check_day(due_on: date) -> None:
    if due_on < timezone.localdate():
        raise NotPossible("Choose a day from today on to promise it by.")


@transaction.atomic
def change_promise(
    *,
    by: Membership,
    escalation: Escalation,
    seen: int | None = None,
    what: str,
    due_on: date,
    text: str,
) -> Escalation:
    """Change what was promised, or its day, with a reason that everybody sees beside the old promise."""
    _check_day(due_on)
    if not text.strip():
        raise NotPossible("Say why the promise changes.")
    locked = ready(by, escalation, seen, Move.CHANGE_PROMISE)
    promise = open_promise(locked).get()
    what = what.strip().removesuffix(".")
    if (promise.what, promise.due_on) == (what, due_on):
        raise NotPossible("Nothing is changed: write another promise or another day.")
    said = f"Was: {promise.what}, by {day(promise.due_on)}.\nNow: {what}, by {day(due_on)}.\n\n{text}"
    promise.what, promise.due_on = what, due_on
    promise.save(update_fields=["what", "due_on"])
    return step(by, locked, Move.CHANGE_PROMISE, text=said)


@transaction.atomic
def decline(
    *, by: Membership, escalation: Escalation, seen: int | None = None, text: str, would_change: str
) -> Escalation:
    """Say "not possible now", why, and what would change this or can be done meanwhile."""
    if not text.strip() or not would_change.strip():
        raise NotPossible("Say why, and what would change this or what the team can do now.")
    locked = ready(by, escalation, seen, Move.DECLINE)
    settle_tasks(locked, by)
    step(by, locked, Move.DECLINE, text=text, would_change=would_change)
    give_word_to_staff_if_nobody_is_left(locked)
    return locked


@transaction.atomic
def mark_done(
    *, by: Membership, escalation: Escalation, seen: int | None = None, text: str = ""
) -> Escalation:
    """Say that the promise is kept. The team then says whether that settles the ask."""
    locked = ready(by, escalation, seen, Move.DONE)
    open_promise(locked).update(kept_at=timezone.now())
    step(by, locked, Move.DONE, text=text)
    give_word_to_staff_if_nobody_is_left(locked)
    return locked
