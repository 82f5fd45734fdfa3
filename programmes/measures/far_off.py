"""Whether a number is so far from the others that somebody should look twice before it goes in."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from programmes.measures.figures import shown
from programmes.measures.meaning import Point
from programmes.measures.models import Measure
from programmes.measures.spc import Kind, analyse, value_of

ENOUGH = 6  # before that the limits mean little
NEAREST = 12  # those of years ago may be of another level


def far_off(
    measure: Measure, points: Sequence[Point], period: date, numerator: Decimal, denominator: Decimal | None
) -> str:
    """Return a sentence if the number lies beyond the XmR limits (3 sigma) of those nearest in time, else nothing.

    Nor is anybody asked where one of these lay as far out: after a change of level that would be every time.
    """
    others = [point for point in points if point.period != period]
    if len(others) < ENOUGH:
        return ""
    others = sorted(others, key=lambda point: abs(point.period - period))[:NEAREST]
    others.sort(key=lambda point: point.period)
    chart = analyse(
        [float(point.numerator) for point in others],
        [float(point.denominator or 0) for point in others] if measure.has_denominator else None,
        kind=Kind.XMR,
        multiply=measure.multiply,
    )
    lower, upper = chart.lower[-1], chart.upper[-1]
    bottom = 1 if denominator is None else float(denominator)
    value = value_of(float(numerator), bottom, multiply=measure.multiply)
    known = [number for number in chart.values if number is not None]
    # Where the others never vary, any other number is beyond them and nobody need be asked.
    if value is None or lower is None or upper is None or lower == upper:
        return ""
    if min(lower, *known) <= value <= max(upper, *known):
        return ""
    return (
        f"{shown(measure, value)} is far from the numbers near it: chance alone keeps them between"
        f" {shown(measure, lower)} and {shown(measure, upper)}."
    )
