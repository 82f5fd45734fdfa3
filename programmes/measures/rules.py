"""What a number must be, said once for the form, the import and the actions."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from programmes.measures.figures import period_name, plain
from programmes.measures.models import Measure

EARLIEST = date(1948, 1, 1)  # the year in which the NHS began
LARGEST = Decimal(10) ** 14
_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d*)?(e[+-]?\d{1,9})?|[+-]?\.\d+", re.I | re.A)
_FOUR_DECIMALS = Decimal("0.0001")


class NotANumber(ValueError):
    """Its text is the end of a sentence: "“ten” is not a number."."""


def read_number(text: str) -> Decimal:
    """Return the number that somebody wrote, to four decimals. Raises NotANumber with why it is none."""
    text = text.strip()
    if not _NUMBER.fullmatch(text):
        raise NotANumber(f"“{text[:40]}” is not a number. Write digits, such as 12 or 12.5.")
    number = Decimal(text.replace(",", ""))
    # Rounded only if it is not far too large for that; then it may be too large by a hair.
    if abs(number) >= LARGEST or abs(number := number.quantize(_FOUR_DECIMALS)) >= LARGEST:
        raise NotANumber(f"“{text[:40]}” is too large. A number has at most 14 digits before the point.")
    return number


def problems_with(
    measure: Measure, period: date, numerator: Decimal | None, denominator: Decimal | None, today: date
) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a number of the measure: the field's name and a sentence. Missing ones are passed over."""
    if period > today:
        yield (
            "period",
            f"{period_name(period, measure.frequency)} is in the future. Add it when it has happened.",
        )
    if period < EARLIEST:
        yield (
            "period",
            f"{period_name(period, measure.frequency)} is before {EARLIEST.year}. Look at the year.",
        )
    if not measure.has_denominator:
        return
    if numerator is not None and numerator < 0:
        yield (
            "numerator",
            f"The numerator is below zero ({plain(numerator)}). Nothing can happen fewer than 0 times.",
        )
    if denominator is None:
        return
    if denominator <= 0:
        yield (
            "denominator",
            f"The denominator is {plain(denominator)}, so there is nothing to divide by. Leave the period out.",
        )
    elif measure.shape == Measure.Shape.PERCENTAGE and numerator is not None and numerator > denominator:
        yield (
            "numerator",
            f"The numerator ({plain(numerator)}) is above the denominator ({plain(denominator)}):"
            " a part cannot be larger than its whole.",
        )
