"""What workers do about measures. Each looks into the database for what is due."""

import logging
from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from people.models import Network
from programmes.measures.actions import clear
from programmes.measures.imports.staging import read_due
from programmes.measures.models import Import
from programmes.measures.results import renew_due
from programmes.measures.rhythm import remind

log = logging.getLogger(__name__)


@shared_task
def read_brought_numbers() -> None:
    """Read the files of numbers that wait, or whose worker has died."""
    read_due()


@shared_task
def work_out_results() -> None:
    """Work out what measures show of which nothing is worked out, or only what an older version showed."""
    renew_due()


@shared_task
def clear_old_imports() -> None:
    """Delete files that nobody confirmed within a day, and what was staged of those that were applied."""
    applied = Import.objects.filter(state=Import.State.APPLIED).defer("content")
    for brought in applied.exclude(staged=None).distinct():
        clear(brought)
    a_day_ago = timezone.now() - timedelta(days=1)
    Import.objects.exclude(state=Import.State.APPLIED).filter(created_at__lt=a_day_ago).delete()


@shared_task
def remind_of_due_numbers() -> None:
    """Write to whoever adds numbers that one is due."""
    for network in Network.objects.all():
        try:
            remind(network)
        except Exception:  # one network's trouble must not silence the others
            log.exception("The reminders of network %s were not written", network.pk)
