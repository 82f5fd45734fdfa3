"""Gathers the rooms' tables: one app, one migration history, so that a model may move between rooms."""

from programmes.escalations.models import (
    AskFigures,
    Attachment,
    Beside,
    ClockPolicy,
    Commitment,
    Escalation,
    EscalationEvent,
    FiguresBuilt,
    Story,
)
from programmes.measures.models import (
    Annotation,
    Import,
    ImportRow,
    ImportSeries,
    Measure,
    Observation,
    Phase,
    Result,
)
from programmes.projects.models import PathwayProject, ProgrammeOfCare, Prototype, TeamMember, TestCycle

__all__ = [
    "Annotation",
    "AskFigures",
    "Attachment",
    "Beside",
    "ClockPolicy",
    "Commitment",
    "Escalation",
    "EscalationEvent",
    "FiguresBuilt",
    "Import",
    "ImportRow",
    "ImportSeries",
    "Measure",
    "Observation",
    "PathwayProject",
    "Phase",
    "ProgrammeOfCare",
    "Prototype",
    "Result",
    "Story",
    "TeamMember",
    "TestCycle",
]
