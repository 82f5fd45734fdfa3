"""Raising an ask, and the manager's day."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from iocn.shared.permissions import require
from people.absences import stand_in_for
from people.actions.members import lock_members
from people.models import Counter, Membership, Organisation
from people.permissions import Role
from programmes.escalations.actions.common import give, ready, step, take_from_manager, write
from programmes.escalations.hooks import AskedFrom
from programmes.escalations.models import Escalation
from programmes.escalations.permissions import may_raise
from programmes.escalations.routing import Route, own_organisation, route_for
from programmes.escalations.states import Move, State, Step
from programmes.projects.models import PathwayProject


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
    for_another: bool = False,
    asked_from: AskedFrom | None = None,
) -> Escalation:
    """Put an ask to whoever can settle it, and tell them. The raiser's own organisation is the default.

    The manager who sponsors the project's team is told first and has a working day to settle it, unless it is
    restricted. `for_another`: a coach or staff ask for somebody who is named nowhere. `asked_from` is something of
    a room above, such as a cohort, that the ask is tied to.
    """
    require(may_raise(by, project))
    if organisation is not None and organisation.network_id != by.network_id:
        raise PermissionDenied("This organisation is not in the network.")
    if for_another and not (by.is_staff or Role.COACH in by.roles):
        raise PermissionDenied("Only a coach or network staff ask for somebody who is not named.")
    # Nobody leaves between being looked up and being asked.
    lock_members(by.network_id)
    organisation = organisation or own_organisation(by)
    way = _way(by, organisation, domain, restricted=restricted)
    manager, away = (None, []) if restricted else manager_first(project, by, way)
    now = timezone.now()
    escalation = Escalation.objects.create(
        network=by.network,
        number=next_number(by),
        ask=ask,
        background=background,
        urgency=urgency,
        project=project,
        domain=domain,
        organisation=organisation,
        restricted=restricted,
        for_another=for_another,
        raised_by=by,
        raised_at=now,
        asked_in=own_organisation(by),
        owner=None if manager else way.owner,
        sponsor=None if manager else way.owner,
        manager=manager,
        step=Step.MANAGER if manager else way.step,
        waiting_since=now,
    )
    # Where it goes and who was passed over, for the timeline.
    if manager:
        text = f"{manager} sponsors the team and may settle it within a working day. Then it goes on."
    else:
        text = "\n".join([*away, *way.passed_over, way.why])
    write(
        escalation,
        by,
        Move.RAISE,
        State.RAISED,
        to=escalation.owner or manager,
        text=text,
        at=now,
    )
    if asked_from:
        asked_from.tie(escalation)
    return escalation


def _way(
    by: Membership,
    organisation: Organisation | None,
    domain: str,
    *,
    restricted: bool,
    not_these: tuple[int, ...] = (),
) -> Route:
    way = route_for(by.network, organisation, domain, by, not_these=not_these)
    return way.without_table() if restricted else way


def way_of(locked: Escalation, not_these: tuple[int, ...] = ()) -> Route:
    """Return the route of an ask as it is now, without these (membership ids)."""
    raiser, restricted = locked.raised_by, locked.restricted
    return _way(raiser, locked.organisation, locked.domain, restricted=restricted, not_these=not_these)


def manager_first(
    project: PathwayProject | None, by: Membership, way: Route
) -> tuple[Membership | None, list[str]]:
    """Return the manager who sponsors the team and hears first, unless they ask, would decide it anyway or are away;
    and why they are passed over, as sentences for the timeline."""
    manager = project.sponsor if project else None
    if manager is None or not manager.is_active or manager.pk == by.pk or manager == way.owner:
        return None, []
    if stand_in_for([manager.pk], by.network.today()):
        return None, [f"{manager}, who sponsors the team, is away."]
    return manager, []


def next_number(by: Membership) -> int:
    """Return the next reference's number in the network of `by`."""
    counters = Counter.objects.select_for_update()
    counter, _is_new = counters.get_or_create(network_id=by.network_id, name="escalation")
    counter.value += 1
    counter.save(update_fields=["value"])
    return counter.value


@transaction.atomic
def settle(*, by: Membership, escalation: Escalation, seen: int | None = None, text: str) -> Escalation:
    """Settle an ask as the manager who sponsors the team, within their day. The team says whether that does it."""
    locked = ready(by, escalation, seen, Move.SETTLE)
    take_from_manager(locked)
    return step(by, locked, Move.SETTLE, text=text)


@transaction.atomic
def pass_on(*, by: Membership, escalation: Escalation, seen: int | None = None, text: str = "") -> Escalation:
    """Let an ask go on to who can decide it, as the manager, before their day is over."""
    return go_on(by, ready(by, escalation, seen, Move.GO_ON), text=text)


def go_on(by: Membership | None, locked: Escalation, text: str = "", **event: Any) -> Escalation:
    """Give the locked ask to the first of its route. (A clock: `by` is None; members are locked.)"""
    way = way_of(locked)
    give(locked, way.owner, way.step)
    said = "\n".join(filter(None, [text, *way.passed_over, way.why]))
    return step(by, locked, Move.GO_ON, to=way.owner, text=said, **event)


def go_further(by: Membership | None, locked: Escalation, move: Move, text: str) -> Escalation:
    """Give the locked ask to the next step of its route, or to staff at its end. (Members are locked.)"""
    way = way_of(locked, (locked.owner_id,) if locked.owner_id else ()).after(locked.step)
    give(locked, way.owner, way.step)
    said = "\n".join([*way.passed_over, way.why])
    return step(by, locked, move, to=way.owner, text=f"{text}\n\n{said}")
