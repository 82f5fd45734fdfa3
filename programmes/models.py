"""Gathers the rooms' tables: one app, one migration history, so that a model may move between rooms."""

from programmes.escalations.models import Commitment, Escalation, EscalationEvent
from programmes.measures.models import Measure, Observation
from programmes.projects.models import PathwayProject, ProgrammeOfCare, Prototype, TeamMember, TestCycle

__all__ = [
    "Commitment",
    "Escalation",
    "EscalationEvent",
    "Measure",
    "Observation",
    "PathwayProject",
    "ProgrammeOfCare",
    "Prototype",
    "TeamMember",
    "TestCycle",
]
