"""What workers do for what every room uses."""

from datetime import timedelta

from celery import shared_task
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from iocn.shared.models import SentForm


@shared_task
def clear_what_is_over() -> None:
    """Delete sessions that have ended, with what was kept in them, and forget forms sent days ago."""
    now = timezone.now()
    Session.objects.filter(expire_date__lt=now).delete()
    SentForm.objects.filter(at__lt=now - timedelta(days=15)).delete()


@shared_task
def renew_statistics() -> None:
    """Let SQLite look again at how much its tables hold, by which it chooses indexes. PostgreSQL does so itself."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA analysis_limit = 1000")
            cursor.execute("ANALYZE")
