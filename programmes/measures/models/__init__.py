"""Measures and what belongs to them, a file by what it is about."""

from programmes.measures.models.imports import Import, ImportRow, ImportSeries
from programmes.measures.models.measures import (
    CHARTS,
    WORKING_OUT,
    Annotation,
    Measure,
    MeasureQuerySet,
    Phase,
)
from programmes.measures.models.numbers import Observation
from programmes.measures.models.results import PATHS, Result

__all__ = [
    "CHARTS",
    "PATHS",
    "WORKING_OUT",
    "Annotation",
    "Import",
    "ImportRow",
    "ImportSeries",
    "Measure",
    "MeasureQuerySet",
    "Observation",
    "Phase",
    "Result",
]
