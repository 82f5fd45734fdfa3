"""What workers do about asks: woken by beat, by actions, and told by the database what is due."""

from celery import shared_task

from programmes.escalations import actions, figures


@shared_task
def run_due_clocks() -> None:
    """Remind, bring in, wake and close whatever asks' times have run out."""
    actions.run_clocks()


@shared_task
def build_figures() -> None:
    """Bring the figures of asks up to date."""
    figures.build_all()
