"""How a measure's numbers are worked out and written: 12 of 240, 12.3%, June 2026."""

from datetime import date
from decimal import Decimal

from programmes.measures.models import Measure
from programmes.measures.periods import BY_DAY

Number = Decimal | float | int


def plain(number: Number) -> str:
    """Return a number as entered, with thousands marked and no empty decimals: 1,234.5."""
    text = f"{Decimal(number):,.4f}"
    return text.rstrip("0").rstrip(".")


def entered(numerator: Number, denominator: Number | None) -> str:
    """Return what was entered: "12 of 240", or "12" alone."""
    return plain(numerator) if denominator is None else f"{plain(numerator)} of {plain(denominator)}"


def rounded(measure: Measure, value: float) -> float:
    """Return the value to the digits that are shown: a percentage to one decimal, others to what they can bear."""
    if measure.shape == Measure.Shape.PERCENTAGE:
        return round(value, 1)
    size = abs(value)
    if size >= 1000:
        return round(value, 1)
    return round(value, 2) if size >= 1 or size == 0 else float(f"{value:.2g}")


# Of one the commonest units are said in the singular; any other stands as whoever wrote it wants it.
_ONE_OF = {
    "minutes": "minute",
    "hours": "hour",
    "days": "day",
    "weeks": "week",
    "months": "month",
    "years": "year",
    "patients": "patient",
    "people": "person",
}


def shown(measure: Measure, value: float | None) -> str:
    """Return the value as a sentence holds it: 12.3%, 4.2 per 1,000 bed days, 31 minutes, 1 minute."""
    if value is None:
        return "no number"
    if measure.shape == Measure.Shape.PERCENTAGE:
        return f"{rounded(measure, value):.1f}%"
    text = f"{rounded(measure, value):,.10f}".rstrip("0").rstrip(".")
    if measure.shape == Measure.Shape.RATE:
        return " ".join(filter(None, [text, f"per {measure.per:,}", measure.unit]))
    *adjectives, noun = measure.unit.split(" ")
    unit = " ".join([*adjectives, _ONE_OF.get(noun, noun)]) if text == "1" else measure.unit
    return f"{text} {unit}".strip()


def unit_of(measure: Measure) -> str:
    """Return the unit on the axis: "% of attendances", "per 1,000 bed days", "minutes"."""
    if measure.shape == Measure.Shape.PERCENTAGE:
        return f"% of {measure.unit}" if measure.unit else "%"
    if measure.shape == Measure.Shape.RATE:
        return f"per {measure.per:,} {measure.unit}".strip()
    return measure.unit


def month(period: date) -> str:
    """Return a month: June 2026."""
    return f"{period:%B %Y}"


def period_name(period: date, frequency: str) -> str:
    """Return how a period is called: a month that begins on its first day, else the day.

    Of numbers that come each day or week, the first of a month is a day like any other.
    """
    is_a_day = frequency in BY_DAY or period.day != 1
    return f"{period.day} {month(period)}" if is_a_day else month(period)
