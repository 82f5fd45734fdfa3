"""What a team does with its ask: say whether an answer settles it, ask once more, wait, withdraw; and who joins in."""

from django.db import transaction
from django.utils import timezone

from iocn.shared.permissions import require
from people.models import Membership
from programmes.escalations.actions.common import (
    NotPossible,
    give,
    locked_for,
    open_promise,
    ready,
    settle_tasks,
    step,
    take_from_manager,
)
from programmes.escalations.actions.raising import go_further
from programmes.escalations.files import Checked
from programmes.escalations.models import Attachment, Beside, Escalation
from programmes.escalations.permissions import may_remove_file
from programmes.escalations.states import Move, State, Step

MOST_FILES = 10


@transaction.atomic
def confirm(*, by: Membership, escalation: Escalation, seen: int | None = None, text: str = "") -> Escalation:
    """Close an answered ask, as its team."""
    locked = ready(by, escalation, seen, Move.CONFIRM)
    settle_tasks(locked, by)
    return step(by, locked, Move.CONFIRM, text=text)


@transaction.atomic
def not_settled(*, by: Membership, escalation: Escalation, seen: int | None = None, text: str) -> Escalation:
    """Give an ask that was marked as done back, as its team, with what is missing. The promise that did not settle
    it is not counted as kept."""
    locked = ready(by, escalation, seen, Move.NOT_SETTLED)
    last = locked.commitments.order_by("-made_at", "-pk").first()
    if last is not None:
        last.kept_at, last.ended_at = None, timezone.now()
        last.save(update_fields=["kept_at", "ended_at"])
    _give_back(locked)
    settle_tasks(locked, by)
    return step(by, locked, Move.NOT_SETTLED, text=text)


def _give_back(locked: Escalation) -> None:
    """Let its owner have it again, from where it climbs anew; staff, if nobody has it or they lead no more."""
    owner = locked.owner
    if owner is None or not Membership.objects.leaders().filter(pk=owner.pk).exists():
        give(locked, None, Step.STAFF)
    else:
        give(locked, owner)


@transaction.atomic
def ask_again(*, by: Membership, escalation: Escalation, seen: int | None = None, text: str) -> Escalation:
    """Put an ask that was declined once more, with new facts, to the next step of its route."""
    locked = ready(by, escalation, seen, Move.ASK_AGAIN)
    settle_tasks(locked, by)
    return go_further(by, locked, Move.ASK_AGAIN, text)


@transaction.atomic
def reopen(*, by: Membership, escalation: Escalation, seen: int | None = None, text: str) -> Escalation:
    """Open a closed ask again, with a reason; staff bring back what they had moved elsewhere."""
    locked = ready(by, escalation, seen, Move.REOPEN)
    if locked.state == State.CLOSED:
        # A promise that was kept stays kept: it did what it said, and now something else is wrong.
        locked.not_confirmed = False
    # Who stops leading is taken off open asks only.
    brought = locked.beside.filter(part=Beside.Part.BROUGHT_IN)
    brought.exclude(membership__in=Membership.objects.leaders()).delete()
    _give_back(locked)
    return step(by, locked, Move.REOPEN, text=text)


@transaction.atomic
def withdraw(
    *, by: Membership, escalation: Escalation, seen: int | None = None, text: str = ""
) -> Escalation:
    """Take an ask back, as its team. An open promise ends with it."""
    locked = ready(by, escalation, seen, Move.WITHDRAW)
    open_promise(locked).update(ended_at=timezone.now())
    manager = take_from_manager(locked)
    settle_tasks(locked, by)
    return step(by, locked, Move.WITHDRAW, text=text, manager_before=manager)


@transaction.atomic
def wait(*, by: Membership, escalation: Escalation, seen: int | None = None, text: str = "") -> Escalation:
    """Say, as the team, that nobody shall be brought in yet: whoever has the ask gets as long again."""
    return step(by, ready(by, escalation, seen, Move.WAIT), Move.WAIT, text=text)


@transaction.atomic
def join(*, by: Membership, escalation: Escalation, seen: int | None = None, text: str = "") -> Escalation:
    """Say that one needs the same, and be told how it is answered. Said twice it counts once."""
    locked = ready(by, escalation, None, Move.JOIN)
    _beside, is_new = Beside.objects.get_or_create(escalation=locked, membership=by, part=Beside.Part.JOINED)
    return step(by, locked, Move.JOIN, text=text) if is_new else locked


@transaction.atomic
def comment(*, by: Membership, escalation: Escalation, text: str, seen: int | None = None) -> Escalation:
    """Write something on an ask. It disturbs nobody's form; the same form sent twice writes once."""
    locked = locked_for(by, escalation)
    twice = locked.events.filter(by=by, move=Move.COMMENT, text=text, number__gt=seen or 0)
    if seen is not None and twice.exists():
        return locked
    return step(by, locked, Move.COMMENT, text=text)


@transaction.atomic
def attach(
    *, by: Membership, escalation: Escalation, file: Checked, seen: int | None = None, text: str = ""
) -> Escalation:
    """Put a file on an ask that is open. `file` has been checked, and `by` confirmed that it shows no patient."""
    locked = ready(by, escalation, None, Move.ATTACH)
    if locked.events.filter(move=Move.ATTACH).count() >= MOST_FILES:
        raise NotPossible(f"An ask has at most {MOST_FILES} files.")
    step(by, locked, Move.ATTACH, text=text)
    Attachment.objects.create(
        event=locked.events.get(number=locked.version),
        name=file.name,
        kind=file.kind,
        size=len(file.content),
        content=file.content,
    )
    return locked


@transaction.atomic
def remove_file(*, by: Membership, attachment: Attachment, text: str = "") -> Escalation:
    """Take a file away from an ask for good, as who attached it or as staff. That it was there, who took it away and
    why stays on the timeline. Removed twice, the first counts."""
    locked = locked_for(by, attachment.event.escalation)
    require(may_remove_file(by, attachment))
    deleted, _ = Attachment.objects.filter(pk=attachment.pk).delete()
    if deleted:
        said = f"The file “{attachment.name}”."
        step(by, locked, Move.REDACT, text=f"{said}\n\n{text}" if text else said)
    return locked
