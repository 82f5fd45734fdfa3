"""What a file of numbers would do to a measure, row by row, before anything is written."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from typing import Any

from django.core.exceptions import ValidationError

from iocn.shared.free_text import refuse_patient_identifiers
from iocn.shared.tables import Table, TableRow, match_columns
from programmes.measures.actions import NewNumber
from programmes.measures.figures import entered, period_name
from programmes.measures.meaning import Point, Series
from programmes.measures.models import Measure, Observation
from programmes.measures.rules import LARGEST, NotANumber, problems_with, read_number

NOTE_LENGTH = 300

# The names that our columns go by in other people's files.
OTHER_NAMES: dict[str, tuple[str, ...]] = {
    "date": ("period", "month", "week", "day", "month beginning", "month starting", "week beginning", "when"),
    "numerator": ("breaches", "events", "count", "value", "number", "cases", "n", "total"),
    "denominator": (
        "attendances",
        "out of",
        "of",
        "population",
        "admissions",
        "bed days",
        "patients",
        "denominators",
    ),
    "note": ("notes", "comment", "comments", "remark", "annotation"),
}

# A column whose values choose rows: some value comes again, and a list of them is still of use.
MANY_VALUES = 500
FEW_VALUES = 8
FILTERS = 6


def guess_columns(measure: Measure, headings: Iterable[str]) -> dict[str, str]:
    """Return which heading is probably which of our columns."""
    wanted = {
        key: names for key, names in OTHER_NAMES.items() if key != "denominator" or measure.has_denominator
    }
    return match_columns(headings, wanted)


def choosing_columns(table: Table, without: Iterable[str]) -> dict[str, list[str]]:
    """Return the columns by which rows may be chosen, with their values in order."""
    leave, found = set(without), {}
    for heading in table.headings:
        if not heading or heading in leave:
            continue
        values = {row.cells[heading] for row in table.rows} - {""}
        if 1 < len(values) <= MANY_VALUES and len(values) <= len(table.rows) / 2:
            found[heading] = sorted(values)
    return dict(list(found.items())[:FILTERS])


@dataclass(frozen=True)
class Choices:
    """What the person chose: our columns, the rows to take, whether to add up, how dates are written."""

    date: str
    numerator: str
    denominator: str = ""
    note: str = ""
    rows: Mapping[str, Sequence[str]] = field(default_factory=dict)
    add_up: bool = False
    day_first: bool | None = None

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Choices":
        """Return the choices that an upload keeps as JSON."""
        return cls(**kept)

    @property
    def columns(self) -> list[str]:
        """The headings that are used."""
        return [self.date, self.numerator, self.denominator, self.note, *self.rows]

    def takes(self, row: TableRow) -> bool:
        """Whether the row is among those to take."""
        return all(row.cells.get(heading) in values for heading, values in self.rows.items() if values)


# --- Dates -------------------------------------------------------------------------------------------------
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

    @classmethod
    def for_rows(cls, rows: Iterable[TableRow], choices: Choices) -> "DateReader":
        """Return the reader of the rows that the person chose to take."""
        return cls.for_texts(
            [row.cells[choices.date] for row in rows if choices.takes(row)], choices.day_first
        )

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


# --- The plan ----------------------------------------------------------------------------------------------
class What(StrEnum):
    """What importing a row would do."""

    WRONG = "wrong"
    CHANGED = "changed"
    NEW = "new"
    SAME = "same"


@dataclass
class Planned:
    """A row to take, or the rows of one period added up: where from, what it says, what it would do."""

    lines: list[int]
    text: str
    period: date | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    note: str | None = None
    was: str = ""
    what: What = What.WRONG
    errors: list[str] = field(default_factory=list)

    @property
    def line(self) -> str:
        """Where it stands in the file: "2", or "2, 3 and 4"."""
        return _and(self.lines)

    @property
    def period_shown(self) -> str:
        return period_name(self.period) if self.period else self.text

    @property
    def entered(self) -> str:
        return entered(self.numerator, self.denominator) if self.numerator is not None else ""


class Plan:
    """What a file would do to a measure, as the person chose."""

    def __init__(self, measure: Measure, table: Table, choices: Choices, today: date) -> None:
        self.measure, self.choices, self.today = measure, choices, today
        taken = [row for row in table.rows if choices.takes(row)]
        self.left_out = len(table.rows) - len(taken)
        self.dates = DateReader.for_rows(taken, choices)
        self.there = {seen.period: seen for seen in Observation.objects.filter(measure=measure)}
        self.rows = self._one_a_period([self._read(row) for row in taken])
        for row in self.rows:
            self._judge(row)

    # --- Reading -------------------------------------------------------------------------------------------
    def _read(self, row: TableRow) -> Planned:
        choices = self.choices
        planned = Planned([row.line], row.cells[choices.date], errors=row.errors_in(choices.columns))
        for heading, cell in row.cells.items():
            planned.errors += _identifiers(heading, cell)
        if planned.errors:
            return planned
        planned.period = self._date(planned)
        planned.numerator = self._number(planned, row, choices.numerator)
        if choices.denominator:
            planned.denominator = self._number(planned, row, choices.denominator)
        if choices.note and (note := row.cells[choices.note]):
            planned.note = note
        return planned

    def _date(self, planned: Planned) -> date | None:
        if not planned.text:
            planned.errors.append(f"{self.choices.date} is empty. Fill in the date.")
            return None
        try:
            return self.dates.read(planned.text)
        except ValueError as error:
            planned.errors.append(str(error))
            return None

    def _number(self, planned: Planned, row: TableRow, heading: str) -> Decimal | None:
        cell = row.cells[heading]
        if not cell:
            planned.errors.append(f"{heading} is empty. Fill in the number, or take the row out.")
            return None
        try:
            return read_number(cell)
        except NotANumber as error:
            planned.errors.append(f"{heading}: {error}")
            return None

    # --- One row for each period ---------------------------------------------------------------------------
    def _one_a_period(self, rows: list[Planned]) -> list[Planned]:
        by_period: dict[date, list[Planned]] = defaultdict(list)
        for row in rows:
            if row.period:
                by_period[row.period].append(row)
        if self.choices.add_up:
            return self._added_up(rows, by_period)
        for period, same in by_period.items():
            if len(same) > 1:
                lines = [row.lines[0] for row in same]
                for row in same:
                    row.errors.append(f"{period_name(period)} is also on {_lines_but(row.lines[0], lines)}.")
        return rows

    def _added_up(self, rows: list[Planned], by_period: Mapping[date, list[Planned]]) -> list[Planned]:
        """Return the sums of the good rows of each period, and the wrong rows as they are."""
        sums, done = [], set()
        for row in rows:
            if row.errors or row.period is None:
                sums.append(row)
            elif row.period not in done:
                done.add(row.period)
                sums.append(_sum([each for each in by_period[row.period] if not each.errors]))
        return sums

    # --- Judging -------------------------------------------------------------------------------------------
    def _judge(self, row: Planned) -> None:
        if row.period is not None:
            row.errors += [
                sentence
                for _, sentence in problems_with(
                    self.measure, row.period, row.numerator, row.denominator, self.today
                )
            ]
        if row.note and len(row.note) > NOTE_LENGTH:
            row.errors.append(f"The note is longer than {NOTE_LENGTH} characters. Shorten it.")
        for number in (row.numerator, row.denominator):
            if number is not None and abs(number) >= LARGEST:
                row.errors.append("Added up, the number is too large.")
        if row.errors or row.period is None:
            return
        seen = self.there.get(row.period)
        if seen is None:
            row.what = What.NEW
            return
        note = row.note if row.note is not None else seen.note
        if seen.numbers == (row.numerator, row.denominator, note):
            row.what = What.SAME
            return
        row.what = What.CHANGED
        row.was = entered(seen.numerator, seen.denominator)
        if seen.note != note:
            row.was += f" ({seen.note or 'no note'})"

    # --- Answers -------------------------------------------------------------------------------------------
    @cached_property
    def counts(self) -> dict[str, int]:
        """How many rows are new, changed, the same and wrong."""
        found = Counter(row.what for row in self.rows)
        return {what.value: found[what] for what in What}

    @property
    def wrong(self) -> list[Planned]:
        return [row for row in self.rows if row.what is What.WRONG]

    @property
    def writes(self) -> bool:
        """Whether anything may and would be written: nothing is wrong, and something is new or changed."""
        return not self.counts["wrong"] and bool(self.counts["new"] or self.counts["changed"])

    @property
    def in_order(self) -> list[Planned]:
        """The rows as the preview shows them: what is wrong first, then what changes, then the rest."""
        order = list(What)
        return sorted(self.rows, key=lambda row: order.index(row.what))

    @property
    def duplicates(self) -> bool:
        """Whether rows are wrong because they share a period: the page then points to the choices."""
        return any(error for row in self.wrong for error in row.errors if " is also on line" in error)

    def numbers(self) -> list[NewNumber]:
        """Return what to import. Only for a plan without wrong rows."""
        return [
            NewNumber(row.period, row.numerator, row.denominator, row.note)
            for row in self.rows
            if row.what in (What.NEW, What.CHANGED) and row.period is not None and row.numerator is not None
        ]

    @cached_property
    def stamp(self) -> str:
        """A text that is another when the plan would write something else: the confirmation carries it."""
        written = [(row.what, row.period, row.entered, row.note, row.was) for row in self.rows]
        return sha256(repr(written).encode()).hexdigest()[:16]

    def series(self) -> Series:
        """Return the measure as it would be."""
        points = {period: Point.of(seen) for period, seen in self.there.items()}
        for number in self.numbers():
            points[number.period] = Point(
                number.period, number.numerator, number.denominator, number.note or ""
            )
        return Series(self.measure, list(points.values()))


def _identifiers(heading: str, cell: str) -> list[str]:
    try:
        refuse_patient_identifiers(cell)
    except ValidationError as error:
        return [f"{heading}: {message}" for message in error.messages]
    return []


def _sum(rows: list[Planned]) -> Planned:
    if len(rows) == 1:
        return rows[0]
    first = rows[0]
    notes = list(dict.fromkeys(row.note for row in rows if row.note))
    return Planned(
        lines=[row.lines[0] for row in rows],
        text=first.text,
        period=first.period,
        numerator=sum((row.numerator or Decimal(0) for row in rows), Decimal(0)),
        denominator=None
        if first.denominator is None
        else sum((row.denominator or Decimal(0) for row in rows), Decimal(0)),
        note="; ".join(notes) or None,
    )


def _and(lines: Sequence[int]) -> str:
    """Return "2", "2 and 3", "2, 3 and 4", "2, 3 and 341 more"."""
    if len(lines) > 3:
        return f"{lines[0]}, {lines[1]} and {len(lines) - 2:,} more"
    return " and ".join(filter(None, [", ".join(map(str, lines[:-1])), str(lines[-1])]))


def _lines_but(line: int, lines: Sequence[int]) -> str:
    # Three others are named at most, so a few more than that are enough to look at.
    others = [other for other in lines[:5] if other != line][:3]
    more = len(lines) - 1
    if more > 3:
        return f"lines {others[0]}, {others[1]} and {more - 2:,} more"
    return f"line{'s' if more > 1 else ''} {_and(others)}"
