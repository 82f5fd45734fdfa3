"""What this room holds about people and in their words (iocn.shared.privacy)."""

from iocn.shared.privacy import Held, declare
from programmes.measures.models import Annotation, Measure, Observation, Phase


def declare_tables() -> None:
    """Enter this room's tables."""
    declare(
        Held(
            Measure,
            "Measures",
            words=("name", "subgroup", "unit", "source", "baseline_reason"),
            thing="self",
        ),
        Held(Observation, "Numbers", network="measure__network", words=("note", "left_out"), thing="measure"),
        Held(Phase, "Phases of measures", network="measure__network", words=("reason",), thing="measure"),
        Held(Annotation, "Notes on charts", network="measure__network", words=("text",), thing="measure"),
    )
