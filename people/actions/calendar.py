"""The days on which a network does not work."""

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from iocn.shared.history import record
from iocn.shared.templatetags.components import day as in_words
from iocn.shared.working_time import WEEKDAYS, bank_holiday
from people import hooks
from people.models import ClosedDay, Membership, Network

BACK, AHEAD = timedelta(days=366), timedelta(days=3 * 366)


@transaction.atomic
def add_closed_day(*, by: Membership, day: date, name: str) -> ClosedDay:
    """Say that the network of `by` does not work on a day."""
    network = Network.objects.select_for_update(no_key=True).get(pk=by.network_id)
    today = timezone.localdate()
    if not today - BACK <= day <= today + AHEAD:
        raise ValidationError({"day": "Choose a day within a year back and three years ahead."})
    if known := network.closed_days.filter(day=day).first():
        raise ValidationError({"day": f"{in_words(day)} is closed already: {known.name}."})
    if day.weekday() not in WEEKDAYS:
        raise ValidationError({"day": f"{in_words(day)} is at a weekend, so nobody works on it anyway."})
    if holiday := bank_holiday(day):
        raise ValidationError({"day": f"{in_words(day)} is a bank holiday already: {holiday}."})
    closed = ClosedDay.objects.create(network=network, day=day, name=name.strip())
    _changed(by, network, "added a closed day", closed)
    return closed


@transaction.atomic
def remove_closed_day(*, by: Membership, closed: ClosedDay) -> None:
    """Say that the network works on that day after all. Removed twice is removed once."""
    network = Network.objects.select_for_update(no_key=True).get(pk=closed.network_id)
    deleted, _ = ClosedDay.objects.filter(pk=closed.pk).delete()
    if deleted:
        _changed(by, network, "removed a closed day", closed)


def _changed(by: Membership, network: Network, what: str, closed: ClosedDay) -> None:
    record(by=by, on=network, what=what, text=f"{in_words(closed.day)}: {closed.name}", network=network)
    for hook in hooks.calendar_changed:
        hook(network)
