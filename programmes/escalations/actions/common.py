"""What every action on an ask does: lock it, see whether somebody moved it meanwhile, write one step of its way."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from iocn.shared.permissions import require
from people.actions.members import lock_members
from people.actions.staff_list import settle_what_waits
from people.models import Membership, MembershipQuerySet, StaffTask
from programmes.escalations import news
from programmes.escalations.models import Commitment, Escalation, EscalationEvent, EscalationQuerySet
from programmes.escalations.permissions import OWNERS_MOVES, acting_on, asks_for, may, possible_now
from programmes.escalations.policy import Times, times_of
from programmes.escalations.states import QUIET, WITH_ASKED, WITH_OWNER, WITH_TEAM, Move, State, Step, after

# With these somebody gets the ask: nobody leaves between being looked up and being given it.
GIVING = (
    Move.TAKE,
    Move.ROUTE,
    Move.HAND_ON,
    Move.NOT_SETTLED,
    Move.GO_ON,
    Move.CLIMB,
    Move.ASK_AGAIN,
    Move.REOPEN,
)


class NotPossible(Exception):
    """It cannot be done now; its text is the sentence for the person."""


class Conflict(NotPossible):
    """Somebody moved the ask after the person had opened the form."""

    def __init__(self, since: Sequence[EscalationEvent]) -> None:
        super().__init__("Somebody else acted on this ask while you were writing.")
        self.since = since


def ready(by: Membership, escalation: Escalation, seen: int | None, move: Move) -> Escalation:
    """Lock the ask and return it as it is now, if the membership may do this and it can be done now.

    Raises Escalation.DoesNotExist (not theirs to see), Conflict, PermissionDenied or NotPossible.
    """
    if move in GIVING:
        lock_members(by.network_id)
    locked = locked_for(by, escalation)
    if seen is not None and seen < locked.version:
        since = [
            event
            for event in locked.events.filter(number__gt=seen).select_related("by", "to", "behalf_of")
            if event.move not in QUIET
        ]
        if since:
            raise Conflict(since)
    require(may(by, locked, move))
    possible = possible_now(locked, move)
    if not possible:
        raise NotPossible(possible.reason)
    return locked


def locked_for(by: Membership, escalation: Escalation) -> Escalation:
    """Lock the ask, if the membership may see it (else Escalation.DoesNotExist)."""
    found = lock(asks_for(by).filter(pk=escalation.pk))
    if not found:
        raise Escalation.DoesNotExist
    return found[0]


def lock(asks: EscalationQuerySet) -> list[Escalation]:
    """Lock the asks and return them, always in the same order, so that two transactions do not wait for each other."""
    return list(asks.with_people().select_for_update(of=("self",), no_key=True).order_by("pk"))


def step(by: Membership | None, locked: Escalation, move: Move, **event: Any) -> Escalation:
    """Do to the locked ask what its move says, and return it. `by` is None for a clock."""
    state = after(move, locked.state)
    if state is None:
        raise NotPossible("This cannot be done now.")
    if move in OWNERS_MOVES and by is not None:
        acting = acting_on(by, locked)
        # Unless the action says so itself, since it has given the ask to somebody else by now.
        event.setdefault("behalf_of", acting.leader if acting else None)
    if _turn(locked.state) != _turn(state):
        locked.waiting_since = timezone.now()
    if state != State.ON_HOLD:
        locked.hold_until = None
    write(locked, by, move, state, **event)
    return locked


def _turn(state: str) -> str:
    """Return whose turn it is; nobody's when the ask is closed."""
    turns = {"owner": WITH_OWNER, "team": WITH_TEAM, "asked": WITH_ASKED}
    return next((turn for turn, states in turns.items() if state in states), "")


def write(
    escalation: Escalation,
    by: Membership | None,
    move: Move,
    state: State,
    *,
    actor: Membership | None = None,
    times: Times | None = None,
    manager_before: Membership | None = None,
    **event: Any,
) -> EscalationEvent:
    """Write the event, the ask as it is after it, and the news of it. `actor` did it, if it is not `by`;
    `manager_before` had it until now, and hears that it is gone."""
    escalation.state = state
    escalation.version += 1
    # A reminder says there what time had run out.
    event.setdefault("step", escalation.step)
    written = EscalationEvent.objects.create(
        escalation=escalation, move=move, by=by, number=escalation.version, state=state, **event
    )
    times = times or times_of(escalation.network)
    times.note_times(escalation, written)
    times.set_clock(escalation)
    escalation.save(
        update_fields=[
            "state",
            "step",
            "owner",
            "sponsor",
            "manager",
            "hold_until",
            "due_at",
            "next_due_at",
            "acknowledged_after",
            "decided_after",
            "done_after",
            "decided_in",
            "not_confirmed",
            "waiting_since",
            "version",
        ]
    )
    news.tell_of(written, actor=actor or by, manager_before=manager_before)
    return written


def give(escalation: Escalation, to: Membership | None, step: Step | None = None) -> None:
    """Make `to` the owner; None: nobody has it at that step. The first leader who has an ask is answerable for it; a
    promise goes along."""
    escalation.owner = to
    escalation.sponsor = escalation.sponsor or to
    escalation.manager = None
    if step is not None:
        escalation.step = step
    elif escalation.step in (Step.MANAGER, Step.TABLE, Step.STAFF):
        # Somebody has it now, from where it climbs to the table and to staff.
        escalation.step = Step.SPONSOR
    escalation.waiting_since = timezone.now()
    if to is not None:
        open_promise(escalation).update(by=to)


def take_from_manager(escalation: Escalation) -> Membership | None:
    """End the manager's day where it has not ended, and return who they are."""
    manager = escalation.manager
    if manager is not None:
        # Where it goes if the team says that it is not settled, or staff bring it back.
        escalation.manager, escalation.step = None, Step.STAFF
    return manager


def can_own(escalation: Escalation) -> MembershipQuerySet:
    """Return the leaders to whom the ask may go now: neither who raised it nor who has it."""
    not_these = [escalation.raised_by_id, escalation.owner_id or escalation.raised_by_id]
    return Membership.objects.leaders().filter(network=escalation.network_id).exclude(pk__in=not_these)


def check_can_own(escalation: Escalation, to: Membership) -> None:
    """Raise NotPossible unless the ask may go to `to`."""
    if not can_own(escalation).filter(pk=to.pk).exists():
        raise NotPossible(
            f"The ask cannot go to {to}: choose a leader of the network who neither raised it nor has it."
        )


def open_promise(escalation: Escalation) -> QuerySet[Commitment]:
    """Return the ask's open promise, as a query set of at most one."""
    return Commitment.objects.filter(escalation=escalation, kept_at=None, ended_at=None)


def settle_tasks(escalation: Escalation, by: Membership | None) -> None:
    """Take off staff's list what this act settles."""
    for kind in (StaffTask.Kind.ASK, StaffTask.Kind.PROMISE):
        settle_what_waits(by=by, kind=kind, subject=escalation)


def name_of(escalation: Escalation) -> str:
    """Name the ask on staff's list, which stays after it: a restricted one by its reference alone."""
    return escalation.reference if escalation.restricted else f"{escalation.reference} “{escalation.ask}”"
