"""What workers do for this room. Each looks into the database for what is due."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from people import actions, messages
from people.models import Upload


@shared_task
def send_due_messages() -> None:
    """Send the e-mail that is due."""
    messages.send_due()


@shared_task
def clear_old_uploads() -> None:
    """Delete files that nobody confirmed within a day: they hold names and addresses."""
    Upload.objects.filter(created_at__lt=timezone.now() - timedelta(days=1)).delete()


@shared_task
def begin_absences() -> None:
    """Tell who stands in for whom from today on."""
    actions.begin_absences()
