"""What clocks do to asks: remind, bring in, wake, close. The database decides what is due; beat only wakes.

Each ask is a transaction of its own, so a worker that dies has either done a step, with its e-mails, or not. Two
workers do not meet in one ask. What was missed while no worker ran happens once, in order, when one comes back.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from itertools import batched

from django.db import connection, transaction
from django.utils import timezone

from iocn.shared import waking
from iocn.shared.prepared import prepared
from people.actions.members import lock_members
from people.actions.staff_list import add_staff_task
from people.models import Network, StaffTask
from programmes.escalations.actions.common import step
from programmes.escalations.actions.raising import go_on, way_of
from programmes.escalations.clocks import Due, Reminder
from programmes.escalations.models import Beside, Escalation, EscalationQuerySet
from programmes.escalations.policy import Timed, Times, clocks_of, times_of
from programmes.escalations.states import OPEN, Move, State, Step

log = logging.getLogger(__name__)

BATCH = 500
# Of one ask, in one go: more than the longest way through reminders and climbs.
MOST_STEPS = 20


def run_clocks(now: datetime | None = None) -> int:
    """Do all that is due in any network; return how many steps that were."""
    now = now or timezone.now()
    done = 0
    due = Escalation.objects.filter(next_due_at__lte=now).order_by("next_due_at", "id")
    # Read once: each ask has one turn in a sweep, also one that somebody has locked or that is in trouble.
    for batch in batched(list(due.values_list("pk", flat=True)), BATCH):
        for ask in _set_right(batch, now):
            try:
                done += _strike(ask.pk, ask.network_id, now)
            except Exception:
                log.exception("The clock of ask %s cannot strike", ask.pk)
    return done


def renew_clocks(network: Network) -> None:
    """Let every clock of the network be read anew, as its times have changed. Inside the action's transaction."""
    Escalation.objects.filter(network=network, state__in=OPEN).update(next_due_at=timezone.now())
    wake_clocks()


@transaction.atomic
def _set_right(pks: Sequence[int], now: datetime) -> list[Timed]:
    """Renew the caches of those whose time has not come after all, in few statements; return the others.

    Networks' times are read after the asks are locked, so that no cache is made of times that have changed meanwhile:
    `renew_clocks` waits for the asks.
    """
    found = Escalation.objects.filter(pk__in=pks).select_for_update(
        no_key=True, skip_locked=connection.features.has_select_for_update_skip_locked
    )
    read_of = ("pk", "network_id", "state", "urgency", "hold_until")
    asks = list(found.filter(state__in=OPEN).order_by("pk").values_list(*read_of, named=True))
    others, due = [], []
    for ask, clock in clocks_of(asks):
        if clock.next and clock.next.at <= now:
            due.append(ask)
        else:
            others.append((clock.deadline, clock.next.at if clock.next else None, ask.pk))
    _keep(others)
    return due


def _keep(clocks: Sequence[tuple[datetime | None, datetime | None, int]]) -> None:
    """Write what asks keep of their clocks. (bulk_update makes up an expression for each cell: ten times slower.)"""
    if not clocks:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # It plans each statement anew, so one for all takes half as long.
            cursor.execute(_KEEP_ALL, [list(column) for column in zip(*clocks, strict=True)])
            return
        as_kept = connection.ops.adapt_datetimefield_value
        cursor.executemany(
            "UPDATE programmes_escalation SET due_at = %s, next_due_at = %s WHERE id = %s",
            [(as_kept(deadline), as_kept(next_at), pk) for deadline, next_at, pk in clocks],
        )


_KEEP_ALL = """
    UPDATE programmes_escalation ask SET due_at = clock.deadline, next_due_at = clock.next_at
    FROM unnest(%s::timestamptz[], %s::timestamptz[], %s::bigint[]) AS clock(deadline, next_at, pk)
    WHERE ask.id = clock.pk
"""


@transaction.atomic
def _strike(pk: int, network_id: int, now: datetime) -> int:
    """Do what is due for one ask, step by step; return how many steps that were."""
    # For GO_ON and CLIMB: nobody leaves between being looked up and being brought in, since `leave_asks` would not find
    # them beside the ask yet. Before the ask is locked, as in all that gives asks, or two wait for each other; what is
    # due is only known after that, so reminders take it too, for the few milliseconds that they last.
    lock_members(network_id)
    locked = next(iter(_locked(pk)), None)
    if locked is None:
        return 0
    times = times_of(locked.network)
    done = 0
    times.set_clock(locked)
    while done < MOST_STEPS and (due := locked.clock.next) and due.at <= now:
        _do(locked, due, times)  # which sets the clock anew
        done += 1
    if not done:
        locked.save(update_fields=["due_at", "next_due_at"])
    return done


@prepared
def _locked(pk: int) -> EscalationQuerySet:
    return Escalation.objects.with_people().select_for_update(of=("self",), no_key=True).filter(pk=pk)


def _do(locked: Escalation, due: Due, times: Times) -> None:
    if due.move == Move.CLIMB:
        _climb(locked, due, times)
    elif due.move == Move.GO_ON:
        go_on(None, locked, due_at=due.at, times=times)
    elif due.move == Move.REMIND:
        said = _said(locked, due)
        step(None, locked, Move.REMIND, step=due.reminder, due_at=due.at, text=said, times=times)
    else:  # a hold ends, or an answer that nobody confirmed closes
        locked.not_confirmed = due.move == Move.NOT_CONFIRMED
        step(None, locked, due.move, due_at=due.at, times=times)


def _said(locked: Escalation, due: Due) -> str:
    whom = locked.with_whom
    whom = whom[0].upper() + whom[1:]
    if due.reminder == Reminder.ACKNOWLEDGE:
        return f"{whom}: the time for a first reply has run out."
    if due.reminder == Reminder.DECIDE:
        return f"{whom}: the time for a decision has run out."
    if due.reminder == Reminder.PROMISE_SOON:
        return f"{whom}: the day of the promise is near."
    if due.reminder == Reminder.PROMISE_LATE:
        return f"{whom}: the promise is not yet met."
    return f"{whom}: please say whether the answer settles it."


def _climb(locked: Escalation, due: Due, times: Times) -> None:
    """Bring the next step of the route in beside the owner."""
    have_it = tuple(one.pk for one in (locked.owner, *locked.brought_in) if one)
    way = way_of(locked, have_it).after(locked.step)
    if locked.restricted:
        # Nobody else may see it: staff bring it to somebody.
        way = way.after(Step.TABLE)
    stage = way.stage
    locked.step = stage.step
    people = stage.people if stage.step == Step.TABLE else stage.people[:1]
    part = Beside.Part.BROUGHT_IN
    Beside.objects.bulk_create(
        [Beside(escalation=locked, membership=one, part=part) for one in people], ignore_conflicts=True
    )
    if stage.step == Step.STAFF:
        add_staff_task(
            kind=StaffTask.Kind.ASK,
            subject=locked,
            text=f"{locked.reference} has had no answer in its time. Find out what it needs, or bring it to a leader.",
        )
    to = people[0] if len(people) == 1 and stage.step != Step.TABLE else None
    said = "\n".join([_why(locked), *way.passed_over])
    step(None, locked, Move.CLIMB, to=to, due_at=due.at, text=said, times=times)


def _why(locked: Escalation) -> str:
    what = "No first reply" if locked.state == State.RAISED else "No decision"
    if locked.owner is None:
        return f"{what} in its time."
    return f"{what} in its time. {locked.owner} still has it; either may act."


def wake_clocks() -> None:
    """Ask a worker to look at clocks, once the transaction has committed. A dead broker is no error: beat sweeps."""
    transaction.on_commit(_wake_a_worker, robust=True)


def _wake_a_worker() -> None:
    from programmes.escalations.tasks import run_due_clocks  # the task imports this module

    waking.wake(run_due_clocks)
