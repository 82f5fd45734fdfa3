"""Woken every night: the schedule says what is due."""

import logging

from celery import shared_task

from iocn.records.disposal import clear_what_belongs_to_no_network, dispose
from people.models import Network

log = logging.getLogger(__name__)


@shared_task
def dispose_of_what_is_old() -> None:
    """Dispose of what is due in every network."""
    clear_what_belongs_to_no_network()
    for network in Network.objects.all():
        try:
            dispose(network)
        except Exception:  # one network's trouble must not keep the others' data
            log.exception("What is old in network %s was not disposed of", network.pk)
