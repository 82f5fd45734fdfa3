"""What this room holds about people and in their words (iocn.shared.privacy)."""

from django.db.models import QuerySet

from iocn.shared.privacy import Held, declare
from people.models import Membership
from programmes.escalations.actions import note_redaction
from programmes.escalations.files import words_of
from programmes.escalations.models import (
    AskFigures,
    Attachment,
    Beside,
    BusinessCase,
    ClockPolicy,
    Commitment,
    Escalation,
    EscalationEvent,
    Evidence,
    FiguresBuilt,
    Story,
    Voice,
)
from programmes.escalations.permissions import asks_for, attachments_for, cases_for


def _events_for(membership: Membership) -> QuerySet[EscalationEvent]:
    return EscalationEvent.objects.filter(escalation__in=asks_for(membership).values("pk"))


def _promises_for(membership: Membership) -> QuerySet[Commitment]:
    return Commitment.objects.filter(escalation__in=asks_for(membership).values("pk"))


def _stories_for(membership: Membership) -> QuerySet[Story]:
    return Story.objects.filter(escalation__in=asks_for(membership).values("pk"))


def _evidence_for(membership: Membership) -> QuerySet[Evidence]:
    return Evidence.objects.filter(case__in=cases_for(membership).values("pk"))


def _voices_for(membership: Membership) -> QuerySet[Voice]:
    return Voice.objects.filter(escalation__in=asks_for(membership).values("pk"))


def declare_tables() -> None:
    """Enter this room's tables."""
    declare(
        Held(
            Escalation,
            "Asks",
            words=("ask", "background"),
            thing="self",
            seen_by=asks_for,
            note=note_redaction,
        ),
        Held(
            EscalationEvent,
            "Steps of asks",
            network="escalation__network",
            words=("text", "would_change"),
            plain=("step",),
            thing="escalation",
            organisations=("escalation__organisation",),
            seen_by=_events_for,
        ),
        Held(
            Attachment,
            "Files on asks",
            network="event__escalation__network",
            words=("name",),
            plain=("kind",),
            never=("content",),
            thing="event.escalation",
            organisations=("event__escalation__organisation",),
            seen_by=attachments_for,
            text_of=lambda file: words_of(file.kind, bytes(file.content)),
        ),
        Held(
            Beside,
            "Who stands beside an ask",
            network="escalation__network",
            thing="escalation",
            organisations=("escalation__organisation",),
        ),
        Held(
            Story,
            "Stories of asks",
            words=("text",),
            thing="escalation",
            organisations=("escalation__organisation",),
            seen_by=_stories_for,
        ),
        # How many asks each decider decided stands in the figures, so that nothing is shown of one alone.
        Held(
            AskFigures,
            "Figures of asks",
            plain=("domain", "to_acknowledge", "to_decide", "to_do"),
            never=("deciders",),
        ),
        Held(FiguresBuilt, "When figures were built"),
        Held(
            BusinessCase,
            "Business cases",
            words=("title", "problem", "options", "cost", "benefit", "risk", "asked"),
            thing="self",
            seen_by=cases_for,
        ),
        Held(
            Evidence,
            "What measures said in business cases",
            network="case__network",
            words=("name", "sentence"),
            plain=("latest",),
            thing="case",
            seen_by=_evidence_for,
        ),
        Held(
            Voice,
            "Answers to business cases",
            network="escalation__network",
            words=("text", "would_change", "what"),
            thing="escalation",
            seen_by=_voices_for,
        ),
        Held(ClockPolicy, "Times for asks", plain=("urgency",)),
        Held(
            Commitment,
            "Promises",
            network="escalation__network",
            words=("what",),
            thing="escalation",
            organisations=("escalation__organisation",),
            seen_by=_promises_for,
        ),
    )
