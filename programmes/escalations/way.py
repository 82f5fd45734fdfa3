"""What belongs to an ask and its page shows: its steps, files, promises, and who stands beside it."""

from django.db.models import QuerySet

from iocn.shared.prepared import attach, prepared
from programmes.escalations.models import Beside, Commitment, Escalation, EscalationEvent, Evidence, Voice


def read_way(escalation: Escalation) -> None:
    """Read its events with their files, its promises and who stands beside it, in a query for each."""
    attach(
        escalation,
        events=_events(escalation.pk),
        commitments=_promises(escalation.pk),
        beside=_beside(escalation.pk),
    )


@prepared
def _events(ask: int) -> QuerySet[EscalationEvent]:
    events = EscalationEvent.objects.filter(escalation=ask)
    return events.select_related("by", "to", "behalf_of", "attachment").defer("attachment__content")


@prepared
def _promises(ask: int) -> QuerySet[Commitment]:
    return Commitment.objects.filter(escalation=ask).select_related("by", "follows__by")


@prepared
def _beside(ask: int) -> QuerySet[Beside]:
    return Beside.objects.filter(escalation=ask).select_related("membership")


@prepared
def voices_on(ask: int) -> QuerySet[Voice]:
    """Return what those whom a business case asks have answered."""
    return Voice.objects.filter(escalation=ask).select_related("leader")


@prepared
def evidence_of(case: int) -> QuerySet[Evidence]:
    """Return what measures said when they were put into a business case."""
    return Evidence.objects.filter(case=case)
