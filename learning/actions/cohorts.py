"""Setting up cohorts: from nothing, or like the last one."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from iocn.shared.history import record
from iocn.shared.templatetags.components import day
from learning.models import Cohort, Facilitator, Session
from learning.permissions import may_facilitate
from learning.planning import moved
from people.actions.members import lock_members
from people.actions.staff_list import settle_what_waits
from people.models import Membership, StaffTask


def locked(cohort: Cohort) -> Cohort:
    """Return the cohort as it is now, and let nobody else change it until the transaction ends."""
    return (
        Cohort.objects.select_for_update(no_key=True, of=["self"]).select_related("network").get(pk=cohort.pk)
    )


@transaction.atomic
def create_cohort(
    *,
    by: Membership,
    kind: str,
    name: str,
    begins_on: date,
    ends_on: date,
    capacity: int,
    facilitators: Iterable[Membership] = (),
) -> Cohort:
    """Set up a cohort, without sessions yet."""
    _name_is_free(by, name)
    _in_order(begins_on, ends_on)
    cohort = Cohort.objects.create(
        network=by.network, kind=kind, name=name, begins_on=begins_on, ends_on=ends_on, capacity=capacity
    )
    record(by=by, on=cohort, what="set up the cohort")
    _set_facilitators(by, cohort, facilitators)
    return cohort


@transaction.atomic
def change_cohort(
    *,
    by: Membership,
    cohort: Cohort,
    name: str,
    begins_on: date,
    ends_on: date,
    capacity: int,
    facilitators: Iterable[Membership],
) -> None:
    """Change what a cohort is called, its dates, its places and who facilitates it."""
    _name_is_free(by, name, besides=cohort)
    _in_order(begins_on, ends_on)
    now = locked(cohort)
    check_within(begins_on, ends_on, [session.on_day for session in now.sessions.on()])
    enrolled = now.enrolments.now().count()
    if capacity < enrolled:
        raise ValidationError(
            {"capacity": f"{enrolled} people are in the cohort. Give it at least as many places."}
        )
    fields: list[tuple[str, str, object, object]] = [
        ("name", "name", now.name, name),
        ("begins_on", "begin", now.begins_on, begins_on),
        ("ends_on", "end", now.ends_on, ends_on),
        ("capacity", "places", now.capacity, capacity),
    ]
    changes = [
        f"{label.capitalize()}: {_said(after)} (before: {_said(before)})"
        for _field, label, before, after in fields
        if before != after
    ]
    for field, _label, _before, after in fields:
        setattr(now, field, after)
    if changes:
        now.save(update_fields=[field for field, *_ in fields])
        record(by=by, on=now, what="changed the cohort", text="\n".join(changes))
    _set_facilitators(by, now, facilitators)


def _said(value: object) -> str:
    return day(value) if isinstance(value, date) else str(value)


@transaction.atomic
def copy_cohort(
    *, by: Membership, cohort: Cohort, name: str, first_on: date, capacity: int, seen: Sequence[date]
) -> Cohort:
    """Set up the next cohort like this one: its sessions in the same rhythm from another first day on.

    `seen` are the days that the person confirmed: if somebody changed the cohort since, nothing is written.
    """
    _name_is_free(by, name)
    before = locked(cohort)
    sessions = list(before.sessions.on())
    plan = moved([session.on_day for session in sessions] or [before.begins_on], first_on)
    if list(plan.days) != list(seen):
        raise ValidationError("The cohort that you copy has changed. Look at the days again.")
    shift = plan.days[0] - (sessions[0].on_day if sessions else before.begins_on)
    later = plan.days[-1] - (sessions[-1].on_day if sessions else before.begins_on)
    made = Cohort.objects.create(
        network=by.network,
        kind=before.kind,
        name=name,
        begins_on=before.begins_on + shift,
        ends_on=before.ends_on + later,
        capacity=capacity,
    )
    Session.objects.bulk_create(
        Session(
            cohort=made,
            title=session.title,
            starts_at=on_another_day(session.starts_at, on),
            ends_at=on_another_day(session.ends_at, on),
            place=session.place,
            link=session.link,
        )
        for session, on in zip(sessions, plan.days, strict=False)
    )
    record(by=by, on=made, what=f"set up the cohort like “{before.name}”", text="\n".join(plan.notes))
    people = [place.membership for place in before.facilitators.now().select_related("membership")]
    _set_facilitators(by, made, [person for person in people if may_facilitate(person)])
    return made


def on_another_day(moment: datetime, on: date) -> datetime:
    """Return the same time of the clock on another day, summer time or not."""
    return timezone.make_aware(datetime.combine(on, timezone.localtime(moment).time()))


def check_within(begins_on: date, ends_on: date, days: Sequence[date]) -> None:
    """Refuse sessions outside a cohort's dates."""
    outside = [on for on in days if not begins_on <= on <= ends_on]
    if outside:
        which = ", ".join(day(on) for on in outside[:3]) + (" and more" if len(outside) > 3 else "")
        raise ValidationError(
            f"The cohort is from {day(begins_on)} to {day(ends_on)}, and there would be sessions outside:"
            f" {which}. Change its dates first, or choose other days."
        )


def _in_order(begins_on: date, ends_on: date) -> None:
    if ends_on < begins_on:
        raise ValidationError({"ends_on": "Choose an end that is not before the beginning."})
    if ends_on - begins_on > timedelta(days=3 * 366):
        raise ValidationError({"ends_on": "Choose an end within three years of the beginning."})


def _name_is_free(by: Membership, name: str, besides: Cohort | None = None) -> None:
    """Refuse a name that another cohort has; of two who give it at once, the second."""
    lock_members(by.network_id)
    others = Cohort.objects.filter(network_id=by.network_id, name__iexact=name)
    if besides:
        others = others.exclude(pk=besides.pk)
    if others.exists():
        raise ValidationError({"name": f"There is already “{name}”. Choose another name."})


def _set_facilitators(by: Membership, cohort: Cohort, memberships: Iterable[Membership]) -> None:
    wanted = {membership.pk: membership for membership in memberships}
    for membership in wanted.values():
        if membership.network_id != cohort.network_id:
            raise ValidationError("This belongs to another network.")
    places = {place.membership_id: place for place in cohort.facilitators.now().select_related("membership")}
    for pk, membership in wanted.items():
        if pk in places:
            continue
        if not (answer := may_facilitate(membership)):
            raise ValidationError({"facilitators": answer.reason})
        Facilitator.objects.create(cohort=cohort, membership=membership)
        record(by=by, on=cohort, what=f"made {membership.name} a facilitator")
    for pk, place in places.items():
        if pk not in wanted:
            place.left_on = timezone.localdate()
            place.save(update_fields=["left_on"])
            record(by=by, on=cohort, what=f"ended that {place.membership.name} facilitates")
    if wanted:
        settle_what_waits(by=by, kind=StaffTask.Kind.COHORT, subject=cohort)
