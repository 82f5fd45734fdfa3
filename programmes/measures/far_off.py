"""Whether a number is so far from the others that somebody should look twice before it goes in."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from programmes.measures.figures import shown
from programmes.measures.meaning import Point
from programmes.measures.models import Measure
from programmes.measures.spc import Kind, analyse, value_of

ENOUGH = 6  # before that the limits mean little


def far_off(
    measure: Measure, points: Sequence[Point], period: date, numerator: Decimal, denominator: Decimal | None
) -> str:
    """Return a sentence if the number lies beyond the XmR limits (3 sigma) of the others, else nothing."""
    others = [point for point in points if point.period != period]
    if len(others) < ENOUGH:
        return ""
    chart = analyse(
        [float(point.numerator) for point in others],
        [float(point.denominator or 0) for point in others] if measure.has_denominator else None,
        kind=Kind.XMR,
        multiply=measure.multiply,
    )
    lower, upper = chart.lower[-1], chart.upper[-1]
    bottom = 1 if denominator is None else float(denominator)
    value = value_of(float(numerator), bottom, multiply=measure.multiply)
    # Where the others never vary, any other number is beyond them and nobody need be asked.
    if value is None or lower is None or upper is None or lower == upper or lower <= value <= upper:
        return ""
    return (
        f"{shown(measure, value)} is far from the other numbers: chance alone keeps them between"
        f" {shown(measure, lower)} and {shown(measure, upper)}."
    )
