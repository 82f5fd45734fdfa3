"""Leaders who are away or have others act for them."""

import logging
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from iocn.shared.history import record
from iocn.shared.templatetags.components import day
from people import hooks
from people.models import Absence, Delegate, Membership
from people.permissions import Role

log = logging.getLogger(__name__)

LONGEST = timedelta(days=2 * 366)


# --- Absences -------------------------------------------------------------------------------------------


@transaction.atomic
def set_absence(
    *,
    by: Membership,
    membership: Membership,
    from_date: date,
    until_date: date,
    stand_in: Membership | None = None,
) -> Absence:
    """Say that a leader is away from the first to the last day, and who stands in."""
    leader = _locked_leader(membership)
    today = leader.network.today()
    if until_date < from_date:
        raise ValidationError({"until_date": "The last day away cannot be before the first."})
    if until_date < today:
        raise ValidationError({"until_date": "The last day away has passed."})
    if until_date > today + LONGEST:
        raise ValidationError({"until_date": "Choose a last day within the next two years."})
    if stand_in is not None:
        _require_stand_in(leader, stand_in)
    if known := leader.absences.lasting(from_date).filter(from_date__lte=until_date).first():
        raise ValidationError(
            {"from_date": f"An absence until {day(known.until_date)} is known for then. End that one first."}
        )
    absence = Absence.objects.create(
        membership=leader, from_date=from_date, until_date=until_date, stand_in=stand_in, created_by=by
    )
    record(by=by, on=leader, what="entered an absence", text=_in_words(absence))
    if from_date <= today:
        _begin(absence, by)
    return absence


def begin_absences() -> int:
    """Let the absences begin whose first day has come in their network; return how many. (A clock.)

    Who may act for whom follows from the day itself; this is for what has to be told. Each is a transaction of its
    own, and begins once, whatever workers there are.
    """
    tomorrow = timezone.now().date() + timedelta(days=1)  # somewhere it is that day already
    rows = Absence.objects.filter(ended_at=None, begun_at=None, from_date__lte=tomorrow)
    begun = 0
    for absence in rows.select_related("membership__network", "stand_in").order_by("from_date", "pk"):
        if absence.from_date <= absence.membership.network.today():
            try:
                begun += _begin(absence, None)
            except Exception:
                log.exception("Absence %s cannot begin", absence.pk)
    return begun


@transaction.atomic
def _begin(absence: Absence, by: Membership | None) -> bool:
    absence.begun_at = timezone.now()
    waiting = Absence.objects.filter(pk=absence.pk, begun_at=None, ended_at=None)
    begins = bool(waiting.update(begun_at=absence.begun_at))
    if begins and absence.until_date >= absence.membership.network.today():
        _changed(absence, by)
    return begins


@transaction.atomic
def end_absence(*, by: Membership, absence: Absence) -> None:
    """End an absence before its last day, or call it off before it begins. Ended twice, the first counts."""
    if _end_absence(by, absence):
        absence.refresh_from_db(fields=["begun_at"])
        if absence.begun_at and absence.until_date >= absence.membership.network.today():
            _changed(absence, by)


def _end_absence(by: Membership | None, absence: Absence) -> bool:
    absence.ended_at, absence.ended_by = timezone.now(), by
    ended = Absence.objects.filter(pk=absence.pk, ended_at=None).update(
        ended_at=absence.ended_at, ended_by=by
    )
    if ended:
        record(by=by, on=absence.membership, what="ended an absence", text=_in_words(absence))
    return bool(ended)


def _changed(absence: Absence, by: Membership | None) -> None:
    if absence.stand_in is not None:
        for hook in hooks.absence_changed:
            hook(absence, by)


def _require_stand_in(leader: Membership, stand_in: Membership) -> None:
    if stand_in.pk == leader.pk:
        raise ValidationError({"stand_in": "Choose somebody else: nobody stands in for themselves."})
    leaders = Membership.objects.leaders().filter(network_id=leader.network_id)
    if not leaders.filter(pk=stand_in.pk).exists():
        raise ValidationError({"stand_in": f"{stand_in} is not a leader of this network, or has left."})


def _in_words(absence: Absence) -> str:
    days = f"{day(absence.from_date)} to {day(absence.until_date)}"
    return f"{days}; {absence.stand_in} stands in" if absence.stand_in else f"{days}; nobody stands in"


# --- Delegates ------------------------------------------------------------------------------------------


@transaction.atomic
def name_delegate(
    *,
    by: Membership,
    leader: Membership,
    delegate: Membership,
    power: str,
    until: date,
    copies_mail: bool = False,
) -> Delegate:
    """Let somebody act for a leader until a date. Who does so already goes on, with what is said now."""
    leader = _locked_leader(leader)
    today = leader.network.today()
    if not today <= until <= today + LONGEST:
        raise ValidationError({"until": "Choose a last day from today on, within the next two years."})
    _require_delegate(leader, delegate)
    row, is_new = Delegate.objects.update_or_create(
        leader=leader,
        delegate=delegate,
        ended_at=None,
        defaults={"power": Delegate.Power(power), "copies_mail": copies_mail, "until": until},
        create_defaults={
            "power": Delegate.Power(power),
            "copies_mail": copies_mail,
            "until": until,
            "created_by": by,
        },
    )
    said = [row.get_power_display(), *(["gets a copy of e-mail about asks"] if copies_mail else [])]
    text = f"{'; '.join(said)}; until {day(until)}"
    what = f"named {delegate} to act for them" if is_new else f"changed how {delegate} acts for them"
    record(by=by, on=leader, what=what, text=text)
    return row


@transaction.atomic
def end_delegate(*, by: Membership | None, row: Delegate) -> None:
    """Let somebody act for a leader no longer. Ended twice, the first counts."""
    ended = Delegate.objects.filter(pk=row.pk, ended_at=None).update(ended_at=timezone.now(), ended_by=by)
    if ended:
        record(by=by, on=row.leader, what=f"ended that {row.delegate} acts for them")


def may_act_for_others(membership: Membership) -> bool:
    """Whether the membership's roles let it act for a leader: not of citizen partners and evaluators alone."""
    return bool(membership.roles - {Role.CITIZEN_PARTNER, Role.EVALUATOR})


def _require_delegate(leader: Membership, delegate: Membership) -> None:
    if delegate.pk == leader.pk:
        raise ValidationError({"delegate": "Choose somebody else: nobody acts for themselves."})
    # Locked, so that nobody closes the membership meanwhile.
    now = (
        Membership.objects.active()
        .filter(network_id=leader.network_id)
        .select_for_update(no_key=True)
        .filter(pk=delegate.pk)
        .first()
    )
    if now is None:
        raise ValidationError({"delegate": f"{delegate} is not a member of this network, or has left."})
    if not may_act_for_others(now):
        raise ValidationError(
            {"delegate": f"{delegate} is here as a citizen partner or an evaluator, and acts for nobody."}
        )


# --- When roles end and people leave --------------------------------------------------------------------


def end_as_leader(membership: Membership, by: Membership | None) -> None:
    """End what only a leader has: absences, and who acts for them. Asks have been given to others before, so no
    hook hears of these absences."""
    for absence in membership.absences.lasting(membership.network.today()).select_related("stand_in"):
        _end_absence(by, absence)
    for row in membership.delegates.open().select_related("leader", "delegate"):
        end_delegate(by=by, row=row)


def end_as_delegate(membership: Membership, by: Membership | None) -> None:
    """Let the membership act for nobody any more."""
    for row in membership.acts_for.open().select_related("leader", "delegate"):
        end_delegate(by=by, row=row)


def _locked_leader(membership: Membership) -> Membership:
    found = (
        Membership.objects.leaders()
        .select_for_update(no_key=True, of=["self"])
        .select_related("network")
        .filter(pk=membership.pk)
        .first()
    )
    if found is None:
        raise ValidationError(f"{membership} is not a leader of this network, or has left.")
    return found
