"""What network staff do with an ask. They route it and never decide it."""

from django.db import transaction

from people.models import Membership
from programmes.escalations.actions.common import (
    check_can_own,
    give,
    ready,
    settle_tasks,
    step,
    take_from_manager,
)
from programmes.escalations.models import Escalation, EscalationEvent
from programmes.escalations.states import Move


@transaction.atomic
def route(
    *, by: Membership, escalation: Escalation, seen: int | None = None, to: Membership, text: str = ""
) -> Escalation:
    """Bring an ask to a leader who can decide it, as staff do; that settles staff's task about it."""
    locked = ready(by, escalation, seen, Move.ROUTE)
    check_can_own(locked, to)
    give(locked, to)
    settle_tasks(locked, by)
    return step(by, locked, Move.ROUTE, to=to, text=text)


@transaction.atomic
def move_elsewhere(
    *, by: Membership, escalation: Escalation, seen: int | None = None, text: str
) -> Escalation:
    """Close an ask that belongs into another system, such as one for incidents; `text` says where."""
    locked = ready(by, escalation, seen, Move.ELSEWHERE)
    manager = take_from_manager(locked)
    settle_tasks(locked, by)
    return step(by, locked, Move.ELSEWHERE, text=text, manager_before=manager)


def note_redaction(by: Membership | None, escalation: Escalation, text: str) -> None:
    """Write on the timeline that staff, or the retention schedule, removed words. Inside iocn.records' action."""
    locked = Escalation.objects.select_for_update(no_key=True).get(pk=escalation.pk)
    locked.version += 1
    locked.save(update_fields=["version"])
    EscalationEvent.objects.create(
        escalation=locked, move=Move.REDACT, by=by, number=locked.version, state=locked.state, text=text
    )
