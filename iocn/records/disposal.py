"""Disposing of what is old, in small steps, and saying how much it was."""

from datetime import datetime, timedelta

from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from iocn.records.holds import held_in
from iocn.records.models import Disposal
from iocn.records.retention import SCHEDULE, Rule, due_now, numbers_for
from people.models import Message, Network, SignIn

CHUNK = 100
ACCOUNT_MAIL = timedelta(days=90)
SIGN_INS = timedelta(days=365)  # longer than a session lasts, which its sign-in can end


def dispose(network: Network, now: datetime | None = None) -> dict[str, int]:
    """Dispose of what is due in the network; return how much of what."""
    now = now or timezone.now()
    done = {rule.key: _dispose(rule, network, now) for rule in SCHEDULE}
    return {key: number for key, number in done.items() if number}


def _dispose(rule: Rule, network: Network, now: datetime) -> int:
    last, total = 0, 0
    while True:
        number, last = _step(rule, network, now, after=last)
        total += number
        if not last:
            return total


@transaction.atomic
def _step(rule: Rule, network: Network, now: datetime, after: int) -> tuple[int, int]:
    """Dispose of the next few rows; return how many went, and where to go on (0: nowhere).

    Holds and periods are read under the lock that setting them takes, so that a hold set a moment ago counts.
    Of two at once, the second waits and finds the rows gone.
    """
    locked = Network.objects.select_for_update(no_key=True).get(pk=network.pk)
    rows = due_now(rule, locked, numbers_for(locked)[rule.key], held_in(locked), now)
    chunk = list(rows.filter(pk__gt=after)[:CHUNK])
    if not chunk:
        return 0, 0
    pk = chunk[-1].pk  # deleting a row takes its key away
    number = rule.dispose(chunk)
    if number:
        today = timezone.localdate(now)
        row, _is_new = Disposal.objects.get_or_create(network=locked, key=rule.key, on=today)
        row.number += number
        row.save(update_fields=["number"])
    return number, pk


def clear_what_belongs_to_no_network(now: datetime | None = None) -> None:
    """Delete old e-mail about sign-ins, who signed in long ago, and sessions that have run out."""
    now = now or timezone.now()
    before = now - ACCOUNT_MAIL
    waiting = [Message.State.DUE, Message.State.CLAIMED, Message.State.SENDING]
    Message.objects.filter(network=None, state_at__lt=before).exclude(state__in=waiting).delete()
    SignIn.objects.filter(at__lt=now - SIGN_INS).delete()
    call_command("clearsessions")
