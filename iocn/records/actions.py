"""Holds, and for how long the network keeps what. Each action is atomic and writes its history row."""

from collections.abc import Mapping
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from iocn.records.models import Hold, KeepFor
from iocn.records.retention import BY_KEY, numbers_for, period
from iocn.shared.history import record
from people.actions.members import lock_members
from people.models import Membership, Organisation
from programmes.projects.models import PathwayProject

type Subject = Membership | Organisation | PathwayProject


@transaction.atomic
def place_hold(*, by: Membership, on: Subject | None, reason: str, until: date | None = None) -> Hold:
    """Let nothing about an organisation, a project or a person be disposed of; None: nothing in the network."""
    # The nightly disposal takes the same lock: it sees the hold, or has ended before it.
    lock_members(by.network_id)
    if on is not None and on.network_id != by.network_id:
        raise ValidationError("This is not in the network.")
    if until and until < timezone.localdate():
        raise ValidationError("The last day of a hold cannot be over already.")
    hold = Hold.objects.create(
        network=by.network,
        organisation=on if isinstance(on, Organisation) else None,
        project=on if isinstance(on, PathwayProject) else None,
        membership=on if isinstance(on, Membership) else None,
        by=by,
        reason=reason,
        until=until,
    )
    record(by=by, on=on or by.network, what="placed a hold", text=reason, network=by.network)
    return hold


@transaction.atomic
def end_hold(*, by: Membership, hold: Hold) -> None:
    """Let the schedule go on. Ended twice, the first counts."""
    lock_members(by.network_id)
    now = Hold.objects.select_for_update(of=("self",), no_key=True).get(pk=hold.pk, network=by.network_id)
    if now.ended_at:
        return
    now.ended_at, now.ended_by = timezone.now(), by
    now.save(update_fields=["ended_at", "ended_by"])
    on = now.organisation or now.project or now.membership or by.network
    record(by=by, on=on, what="ended a hold", text=now.reason, network=by.network)


@transaction.atomic
def set_periods(*, by: Membership, numbers: Mapping[str, int]) -> None:
    """Say for how long the network keeps what: by the key of a rule, so many of its days or years."""
    lock_members(by.network_id)
    before = numbers_for(by.network)
    changed = {key: number for key, number in numbers.items() if number != before[key]}
    for key, number in changed.items():
        KeepFor.objects.update_or_create(network=by.network, key=key, defaults={"number": number})
    if changed:
        text = "\n".join(
            f"{BY_KEY[key].what}: {period(BY_KEY[key], before[key])} → {period(BY_KEY[key], number)}"
            for key, number in changed.items()
        )
        record(by=by, on=by.network, what="changed how long things are kept", text=text, network=by.network)
