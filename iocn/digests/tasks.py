"""Woken every hour; each network has its own Monday morning."""

import logging

from celery import shared_task

from iocn.digests.actions import write_digests
from people.models import Network

log = logging.getLogger(__name__)


@shared_task
def write_due_digests() -> None:
    """Write the updates of every network whose week has none yet."""
    for network in Network.objects.all():
        try:
            write_digests(network=network)
        except Exception:  # one network's trouble must not silence the others
            log.exception("The updates of network %s were not written", network.pk)
