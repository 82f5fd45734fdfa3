"""What this room holds about people and in their words (iocn.shared.privacy)."""

from iocn.shared.privacy import Held, declare
from programmes.measures.models import Measure, Observation


def declare_tables() -> None:
    """Enter this room's tables."""
    declare(
        Held(Measure, "Measures", words=("name", "unit", "source"), thing="self"),
        Held(Observation, "Numbers", network="measure__network", words=("note",), thing="measure"),
    )
