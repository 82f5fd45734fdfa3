"""How the dates of a file are written, and what they mean."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?", re.A)
_SLASHED = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?: 00:00(?::00)?)?", re.A)
_MONTH_NAMES = {
    name: number
    for number, names in enumerate(
        [
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sep sept",
            "october oct",
            "november nov",
            "december dec",
        ],
        1,
    )
    for name in names.split()
}
_NAMED = re.compile(r"(?:(\d{1,2})(?:st|nd|rd|th)?[ \-/])?([a-z]+)\.?[ \-/,]+(\d{4}|\d{2})", re.I | re.A)


class DateStyle(StrEnum):
    """How a date is written: the year first, day and month in numbers, or the month by its name."""

    ISO = "year first"
    SLASHED = "numbers"
    NAMED = "month by name"


def style_of(text: str) -> DateStyle | None:
    """Return how the text is written, None where it is no date at all."""
    for style, pattern in ((DateStyle.ISO, _ISO), (DateStyle.SLASHED, _SLASHED), (DateStyle.NAMED, _NAMED)):
        if pattern.fullmatch(text):
            return style
    return None


@dataclass(frozen=True)
class DateReader:
    """Reads the dates of one file, which are all written in one way."""

    style: DateStyle
    example: str
    day_first: bool | None

    @classmethod
    def for_texts(cls, texts: Sequence[str], day_first: bool | None) -> "DateReader":
        """Return the reader of a file's dates: its commonest style, and the order that its dates allow.

        `day_first` is what the person said, None if they did not. Where both orders would do, it stays None, and
        the example is a date that can be meant both ways.
        """
        styles = Counter(style for text in texts if (style := style_of(text)))
        style = max(DateStyle, key=lambda each: styles[each])
        example = next((text for text in texts if style_of(text) == style), "2017-04-01")
        if style is DateStyle.SLASHED and day_first is None:
            day_first = _order_that_fits(texts)
            if day_first is None:
                example = next(text for text in texts if two_ways(text))
        return cls(style, example, day_first)

    @property
    def is_ambiguous(self) -> bool:
        """Whether the person must say which number is the day."""
        return self.style is DateStyle.SLASHED and self.day_first is None

    def read(self, text: str) -> date:
        """Return the date. Raises ValueError with a sentence."""
        style = style_of(text)
        if style is None:
            raise ValueError(f"“{text[:40]}” is not a date. Write it as 2017-04-01.")
        if style is not self.style and DateStyle.SLASHED in (style, self.style):
            raise ValueError(
                f"The date “{text[:40]}” is not written like the others (“{self.example}”), so its day and month"
                " could be mixed up. Write all dates in one way."
            )
        year, month, day = self._parts(text, style)
        if month == 0 and style is DateStyle.NAMED:
            raise ValueError(f"“{text[:40]}” names no month that we know.")
        if not 1 <= month <= 12:
            raise ValueError(f"There is no month {month} (“{text[:40]}”).")
        try:
            return date(year, month, day)
        except ValueError:
            raise ValueError(f"There is no such day: “{text[:40]}”.") from None

    def _parts(self, text: str, style: DateStyle) -> tuple[int, int, int]:
        if style is DateStyle.ISO:
            year, month, day = _match(_ISO, text)
            return int(year), int(month), int(day or 1)
        if style is DateStyle.SLASHED:
            one, other, year = _match(_SLASHED, text)
            day, month = (one, other) if self.day_first is not False else (other, one)
            return int(year), int(month), int(day)
        day, name, year = _match(_NAMED, text)
        century = "20" if len(year) == 2 else ""
        return int(century + year), _MONTH_NAMES.get(name.casefold(), 0), int(day or 1)


def _match(pattern: re.Pattern[str], text: str) -> tuple[str, ...]:
    found = pattern.fullmatch(text)
    assert found is not None  # noqa: S101 - style_of has matched it
    return found.groups()


def _order_that_fits(texts: Iterable[str]) -> bool | None:
    """Return False where only month/day fits all dates, None where nobody can tell, else True.

    Where neither order fits all, some rows are wrong whichever it is, and nothing of the file is imported.
    """
    pairs = {(int(found[1]), int(found[2])) for text in texts if (found := _SLASHED.fullmatch(text))}
    if any(one > 12 for one, _ in pairs):
        return True
    if any(other > 12 for _, other in pairs):
        return False
    return None if any(two_ways(text) for text in texts) else True


def two_ways(text: str) -> tuple[date, date] | None:
    """Return the two days that a date in numbers can mean, day first and month first; None if it is no such date."""
    if not (found := _SLASHED.fullmatch(text)):
        return None
    one, other, year = map(int, found.groups())
    try:
        days = date(year, other, one), date(year, one, other)
    except ValueError:
        return None
    return None if days[0] == days[1] else days
