"""What workers do about measures. Each looks into the database for what is due."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from programmes.measures.actions import clear
from programmes.measures.imports.staging import read_due
from programmes.measures.models import Import


@shared_task
def read_brought_numbers() -> None:
    """Read the files of numbers that wait, or whose worker has died."""
    read_due()


@shared_task
def clear_old_imports() -> None:
    """Delete files that nobody confirmed within a day, and what was staged of those that were applied."""
    applied = Import.objects.filter(state=Import.State.APPLIED).defer("content")
    for brought in applied.exclude(staged=None).distinct():
        clear(brought)
    a_day_ago = timezone.now() - timedelta(days=1)
    Import.objects.exclude(state=Import.State.APPLIED).filter(created_at__lt=a_day_ago).delete()
