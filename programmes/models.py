"""Gathers the rooms' tables: one app, one migration history, so that a model may move between rooms."""

from programmes.escalations.models import (
    Attachment,
    Beside,
    ClockPolicy,
    Commitment,
    Escalation,
    EscalationEvent,
)
from programmes.measures.models import (
    Annotation,
    Import,
    ImportRow,
    ImportSeries,
    Measure,
    Observation,
    Phase,
)
from programmes.projects.models import PathwayProject, ProgrammeOfCare, Prototype, TeamMember, TestCycle

__all__ = [
    "Annotation",
    "Attachment",
    "Beside",
    "ClockPolicy",
    "Commitment",
    "Escalation",
    "EscalationEvent",
    "Import",
    "ImportRow",
    "ImportSeries",
    "Measure",
    "Observation",
    "PathwayProject",
    "Phase",
    "ProgrammeOfCare",
    "Prototype",
    "TeamMember",
    "TestCycle",
]
