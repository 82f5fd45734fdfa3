"""Asks, what happened to them, what was promised, and how long they may wait."""

from programmes.escalations.models.asks import (
    Beside,
    Escalation,
    EscalationEvent,
    EscalationQuerySet,
    speaking_for_teams,
)
from programmes.escalations.models.attachments import Attachment
from programmes.escalations.models.cases import BusinessCase, Evidence, Voice
from programmes.escalations.models.clocks import ClockPolicy
from programmes.escalations.models.figures import ALL_DOMAINS, AskFigures, FiguresBuilt
from programmes.escalations.models.promises import Commitment
from programmes.escalations.models.stories import Story, StoryQuerySet

__all__ = [
    "ALL_DOMAINS",
    "AskFigures",
    "Attachment",
    "Beside",
    "BusinessCase",
    "ClockPolicy",
    "Commitment",
    "Escalation",
    "EscalationEvent",
    "EscalationQuerySet",
    "Evidence",
    "FiguresBuilt",
    "Story",
    "StoryQuerySet",
    "Voice",
    "speaking_for_teams",
]
