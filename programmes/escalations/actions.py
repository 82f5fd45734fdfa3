"""Everything that writes asks. Each action is one transaction: it locks the ask, checks, writes one event.

`seen` is the version that the person's form was made from. If somebody has moved the ask since, the action
raises `Conflict` with what happened, and writes nothing. `seen=None` does not check.
"""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from iocn.shared.permissions import require
from iocn.shared.templatetags.components import day
from people.actions.members import lock_members
from people.actions.staff_list import add_staff_task, settle_what_waits
from people.models import Counter, Membership, MembershipQuerySet, Organisation, StaffTask
from programmes.escalations import news
from programmes.escalations.hooks import AskedFrom
from programmes.escalations.models import Commitment, Escalation, EscalationEvent, EscalationQuerySet
from programmes.escalations.permissions import asks_for, may, may_raise, possible_now
from programmes.escalations.routing import own_organisation, route_for
from programmes.escalations.states import QUIET, WITH_OWNER, WITH_TEAM, Move, State, after
from programmes.projects.models import PathwayProject, TeamMember


class NotPossible(Exception):
    """It cannot be done now; its text is the sentence for the person."""


class Conflict(NotPossible):
    """Somebody moved the ask after the person had opened the form."""

    def __init__(self, since: Sequence[EscalationEvent]) -> None:
        super().__init__("Somebody else acted on this ask while you were writing.")
        self.since = since


@transaction.atomic
def raise_ask(
    *,
    by: Membership,
    ask: str,
    urgency: str,
    background: str = "",
    project: PathwayProject | None = None,
    domain: str = "",
    organisation: Organisation | None = None,
    restricted: bool = False,
    asked_from: AskedFrom | None = None,
    form_key: uuid.UUID | None = None,
) -> Escalation:
    """Put an ask to whoever can settle it, and tell them. The raiser's own organisation is the default.

    `asked_from` is something of a room above, such as a cohort, that the ask is tied to.
    A form sent twice (the same `form_key`, the same words) is one ask: the second time returns it.
    """
    require(may_raise(by, project))
    if organisation is not None and organisation.network_id != by.network_id:
        raise PermissionDenied("This organisation is not in the network.")
    # Nobody leaves between being looked up and being asked, and of a form sent twice the second waits here.
    lock_members(by.network_id)
    if form_key and (sent_before := Escalation.objects.filter(raised_by=by, form_key=form_key).first()):
        if (sent_before.ask, sent_before.background) == (ask, background):
            return sent_before
        # The browser's "back" and other words: a new ask on an old form.
        form_key = None
    organisation = organisation or own_organisation(by)
    way = route_for(by.network, organisation, domain, by)
    now = timezone.now()
    escalation = Escalation.objects.create(
        network=by.network,
        number=_next_number(by),
        ask=ask,
        background=background,
        urgency=urgency,
        project=project,
        domain=domain,
        organisation=organisation,
        restricted=restricted,
        raised_by=by,
        raised_at=now,
        owner=way.owner,
        sponsor=way.owner,
        waiting_since=now,
        form_key=form_key,
    )
    # Where it goes and who was passed over, for the timeline.
    text = "\n".join([*way.passed_over, way.why])
    _write(escalation, by, Move.RAISE, State.RAISED, to=way.owner, text=text)
    if asked_from:
        asked_from.tie(escalation)
    return escalation


def _next_number(by: Membership) -> int:
    counters = Counter.objects.select_for_update()
    counter, _is_new = counters.get_or_create(network_id=by.network_id, name="escalation")
    counter.value += 1
    counter.save(update_fields=["value"])
    return counter.value


@transaction.atomic
def acknowledge(
    *, by: Membership, escalation: Escalation, seen: int | None = None, text: str = ""
) -> Escalation:
    """Tell the raiser that the owner is looking at it."""
    return _step(by, _ready(by, escalation, seen, Move.ACKNOWLEDGE), Move.ACKNOWLEDGE, text=text)


@transaction.atomic
def take(*, by: Membership, escalation: Escalation, seen: int | None = None, text: str = "") -> Escalation:
    """Take an ask that nobody has; that is its first reply."""
    locked = _ready(by, escalation, seen, Move.TAKE)
    _give(locked, by)
    _settle_tasks(locked, by)
    return _step(by, locked, Move.TAKE, text=text)


@transaction.atomic
def route(
    *, by: Membership, escalation: Escalation, seen: int | None = None, to: Membership, text: str = ""
) -> Escalation:
    """Bring an ask to a leader who can decide it, as staff do; that settles staff's task about it."""
    locked = _ready(by, escalation, seen, Move.ROUTE)
    _check_can_own(locked, to)
    _give(locked, to)
    _settle_tasks(locked, by)
    return _step(by, locked, Move.ROUTE, to=to, text=text)


@transaction.atomic
def hand_on(
    *, by: Membership, escalation: Escalation, seen: int | None = None, to: Membership, text: str = ""
) -> Escalation:
    """Hand an ask on to another leader. The first leader stays answerable; an open promise goes along."""
    locked = _ready(by, escalation, seen, Move.HAND_ON)
    _check_can_own(locked, to)
    _give(locked, to)
    return _step(by, locked, Move.HAND_ON, to=to, text=text)


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
    """Say yes: promise what will be done, and by when."""
    if due_on < timezone.localdate():
        raise NotPossible("Choose a day from today on to promise it by.")
    locked = _ready(by, escalation, seen, Move.ACCEPT)
    what = what.strip().removesuffix(".")  # its day follows
    Commitment.objects.create(escalation=locked, by=by, what=what, due_on=due_on)
    _settle_tasks(locked, by)
    promise = f"{what}, by {day(due_on)}."
    return _step(by, locked, Move.ACCEPT, text=f"{promise}\n\n{text}" if text else promise)


@transaction.atomic
def decline(
    *, by: Membership, escalation: Escalation, seen: int | None = None, text: str, would_change: str
) -> Escalation:
    """Say "not possible now", why, and what would change this or can be done meanwhile."""
    if not text.strip() or not would_change.strip():
        raise NotPossible("Say why, and what would change this or what the team can do now.")
    locked = _ready(by, escalation, seen, Move.DECLINE)
    _settle_tasks(locked, by)
    return _step(by, locked, Move.DECLINE, text=text, would_change=would_change)


@transaction.atomic
def mark_done(
    *, by: Membership, escalation: Escalation, seen: int | None = None, text: str = ""
) -> Escalation:
    """Say that the promise is kept. The team then says whether that settles the ask."""
    locked = _ready(by, escalation, seen, Move.DONE)
    _open_promise(locked).update(kept_at=timezone.now())
    return _step(by, locked, Move.DONE, text=text)


@transaction.atomic
def confirm(*, by: Membership, escalation: Escalation, seen: int | None = None, text: str = "") -> Escalation:
    """Close an answered ask, as its team."""
    locked = _ready(by, escalation, seen, Move.CONFIRM)
    _settle_tasks(locked, by)
    return _step(by, locked, Move.CONFIRM, text=text)


@transaction.atomic
def not_settled(*, by: Membership, escalation: Escalation, seen: int | None = None, text: str) -> Escalation:
    """Give an answered ask back, as its team, with what is missing or new. A promise that was marked kept
    did not settle it, and is not counted as kept."""
    locked = _ready(by, escalation, seen, Move.NOT_SETTLED)
    last = locked.commitments.order_by("-made_at", "-pk").first()
    if locked.state == State.DONE and last is not None:
        last.kept_at, last.ended_at = None, timezone.now()
        last.save(update_fields=["kept_at", "ended_at"])
    if locked.owner and not Membership.objects.leaders().filter(pk=locked.owner.pk).exists():
        locked.owner = None
    _settle_tasks(locked, by)
    return _step(by, locked, Move.NOT_SETTLED, text=text)


@transaction.atomic
def withdraw(
    *, by: Membership, escalation: Escalation, seen: int | None = None, text: str = ""
) -> Escalation:
    """Take an ask back, as its team. An open promise ends with it."""
    locked = _ready(by, escalation, seen, Move.WITHDRAW)
    _open_promise(locked).update(ended_at=timezone.now())
    _settle_tasks(locked, by)
    return _step(by, locked, Move.WITHDRAW, text=text)


@transaction.atomic
def comment(*, by: Membership, escalation: Escalation, text: str, seen: int | None = None) -> Escalation:
    """Write something on an ask. It disturbs nobody's form; the same form sent twice writes once."""
    locked = _locked(by, escalation)
    twice = locked.events.filter(by=by, move=Move.COMMENT, text=text, number__gt=seen or 0)
    if seen is not None and twice.exists():
        return locked
    return _step(by, locked, Move.COMMENT, text=text)


def note_redaction(by: Membership | None, escalation: Escalation, text: str) -> None:
    """Write on the timeline that staff, or the retention schedule, removed words. Inside iocn.records' action."""
    locked = Escalation.objects.select_for_update(no_key=True).get(pk=escalation.pk)
    locked.version += 1
    locked.save(update_fields=["version"])
    EscalationEvent.objects.create(
        escalation=locked, move=Move.REDACT, by=by, number=locked.version, state=locked.state, text=text
    )


# --- When somebody leaves ---------------------------------------------------------------------------------


def leave_asks(membership: Membership, by: Membership | None) -> None:
    """Give what waited on a member who leaves to staff (people.hooks.membership_closing)."""
    stop_leading_asks(membership, by)
    answered = Escalation.objects.filter(raised_by=membership, state__in=WITH_TEAM)
    for escalation in _lock(answered):
        _give_word_to_staff_if_nobody_is_left(escalation, leaving=membership)


def stop_leading_asks(membership: Membership, by: Membership | None) -> None:
    """Give the asks of somebody who stops being a leader to staff (people.hooks.leader_role_ending)."""
    for escalation in _lock(Escalation.objects.open().filter(Q(owner=membership) | Q(sponsor=membership))):
        if escalation.owner_id == membership.pk:
            _release(escalation, membership, by)
        else:
            _pass_answerable(escalation, membership, by)


def _release(escalation: Escalation, leaving: Membership, by: Membership | None) -> None:
    """Leave the ask without an owner, and to staff."""
    kind, text = StaffTask.Kind.ASK, f"{_name(escalation)} waited on {leaving}. Bring it to a leader."
    promise = _open_promise(escalation).first()
    if promise is not None:
        promise.ended_at = timezone.now()
        promise.save(update_fields=["ended_at"])
        kind = StaffTask.Kind.PROMISE
        what = "something" if escalation.restricted else f"“{promise.what}”"
        text = f"{escalation.reference}: {leaving} had promised {what} by {day(promise.due_on)}. Bring it to a leader."
    escalation.owner = None
    if escalation.sponsor_id == leaving.pk:
        escalation.sponsor = None
    said = ""
    if escalation.waits_for_owner:
        escalation.waiting_since = timezone.now()
        add_staff_task(kind=kind, subject=escalation, text=text, left_by=leaving)
        said = "Network staff find somebody who can decide it."
    state = after(Move.OWNER_LEFT, escalation.state) or State(escalation.state)
    _write(escalation, leaving, Move.OWNER_LEFT, state, text=said, actor=by)


def _pass_answerable(escalation: Escalation, leaving: Membership, by: Membership | None) -> None:
    """Make whoever has the ask answerable for it; if nobody has it, the next leader who gets it will be."""
    escalation.sponsor = escalation.owner
    if escalation.owner is None:
        escalation.save(update_fields=["sponsor"])
        return
    state = State(escalation.state)
    _write(escalation, leaving, Move.ANSWERABLE_LEFT, state, to=escalation.owner, actor=by)


def _give_word_to_staff_if_nobody_is_left(escalation: Escalation, leaving: Membership | None = None) -> None:
    """Ask staff to say whether an answer settles the ask, if raiser and team have left."""
    raiser = escalation.raised_by
    if raiser.is_active and raiser != leaving:
        return
    if escalation.project_id and not escalation.restricted:
        team = TeamMember.objects.filter(project=escalation.project_id, left_on=None).exclude(
            part=TeamMember.Part.COACH
        )
        others = Membership.objects.active().filter(Exists(team.filter(membership=OuterRef("pk"))))
        if others.exclude(pk__in=[raiser.pk, escalation.owner_id or raiser.pk]).exists():
            return
    add_staff_task(
        kind=StaffTask.Kind.ASK,
        subject=escalation,
        text=f"{_name(escalation)} has been answered, but whoever asked has left. Say whether that settles it.",
        left_by=raiser,
    )


def _name(escalation: Escalation) -> str:
    """Name the ask on staff's list, which stays after it: a restricted one by its reference alone."""
    return escalation.reference if escalation.restricted else f"{escalation.reference} “{escalation.ask}”"


# --- What every action does -------------------------------------------------------------------------------


def can_own(escalation: Escalation) -> MembershipQuerySet:
    """Return the leaders to whom the ask may go now: neither who raised it nor who has it."""
    not_these = [escalation.raised_by_id, escalation.owner_id or escalation.raised_by_id]
    return Membership.objects.leaders().filter(network=escalation.network_id).exclude(pk__in=not_these)


def _lock(asks: EscalationQuerySet) -> list[Escalation]:
    # Always in the same order, so that two transactions do not wait for one another.
    return list(asks.with_people().select_for_update(of=("self",), no_key=True).order_by("pk"))


def _ready(by: Membership, escalation: Escalation, seen: int | None, move: Move) -> Escalation:
    """Lock the ask and return it as it is now, if the membership may do this and it can be done now."""
    if move in (Move.TAKE, Move.ROUTE, Move.HAND_ON, Move.NOT_SETTLED):
        # Nobody leaves between being looked up and being given the ask.
        lock_members(by.network_id)
    locked = _locked(by, escalation)
    if seen is not None and seen < locked.version:
        since = [
            event
            for event in locked.events.filter(number__gt=seen).select_related("by", "to")
            if event.move not in QUIET
        ]
        if since:
            raise Conflict(since)
    require(may(by, locked, move))
    possible = possible_now(locked, move)
    if not possible:
        raise NotPossible(possible.reason)
    return locked


def _locked(by: Membership, escalation: Escalation) -> Escalation:
    """Lock the ask, if the membership may see it (else Escalation.DoesNotExist)."""
    found = _lock(asks_for(by).filter(pk=escalation.pk))
    if not found:
        raise Escalation.DoesNotExist
    return found[0]


def _step(by: Membership, locked: Escalation, move: Move, **event: Any) -> Escalation:
    """Do to the locked ask what its move says, and return it."""
    state = after(move, locked.state)
    if state is None:
        raise NotPossible("This cannot be done now.")
    if _turn(locked.state) != _turn(state):
        locked.waiting_since = timezone.now()
    _write(locked, by, move, state, **event)
    if move in (Move.DECLINE, Move.DONE):
        _give_word_to_staff_if_nobody_is_left(locked)
    return locked


def _turn(state: str) -> str:
    """Return whose turn it is; nobody's when the ask is closed."""
    return "owner" if state in WITH_OWNER else "team" if state in WITH_TEAM else ""


def _write(
    escalation: Escalation,
    by: Membership,
    move: Move,
    state: State,
    *,
    actor: Membership | None = None,
    **event: Any,
) -> None:
    """Write the event, the ask as it is after it, and the news of it. `actor` did it, if it is not `by`."""
    escalation.state = state
    escalation.version += 1
    escalation.save(update_fields=["state", "owner", "sponsor", "waiting_since", "version"])
    written = EscalationEvent.objects.create(
        escalation=escalation, move=move, by=by, number=escalation.version, state=state, **event
    )
    news.tell_of(written, actor=actor or by)


def _give(escalation: Escalation, to: Membership) -> None:
    """Make `to` the owner. The first leader who has an ask is answerable for it; a promise goes along."""
    escalation.owner = to
    escalation.sponsor = escalation.sponsor or to
    escalation.waiting_since = timezone.now()
    _open_promise(escalation).update(by=to)


def _check_can_own(escalation: Escalation, to: Membership) -> None:
    if not can_own(escalation).filter(pk=to.pk).exists():
        raise NotPossible(
            f"The ask cannot go to {to}: choose a leader of the network who neither raised it nor has it."
        )


def _open_promise(escalation: Escalation) -> QuerySet[Commitment]:
    return Commitment.objects.filter(escalation=escalation, kept_at=None, ended_at=None)


def _settle_tasks(escalation: Escalation, by: Membership) -> None:
    """Take off staff's list what this act settles."""
    for kind in (StaffTask.Kind.ASK, StaffTask.Kind.PROMISE):
        settle_what_waits(by=by, kind=kind, subject=escalation)
