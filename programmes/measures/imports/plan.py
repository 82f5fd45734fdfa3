"""What a file of numbers would do, row by row, before anything is written."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from django.core.exceptions import ValidationError

from iocn.shared.free_text import refuse_patient_identifiers
from iocn.shared.tables import Table, TableRow
from iocn.shared.validators import ods_code
from programmes.measures.figures import entered, period_name
from programmes.measures.imports.columns import Choices
from programmes.measures.models import ImportRow, Measure
from programmes.measures.rules import LARGEST, NotANumber, problems_with, read_number

NOTE_LENGTH = 300
STEP = 1000
What = ImportRow.What


class There(NamedTuple):
    """A number that the measure has already."""

    numerator: Decimal
    denominator: Decimal | None
    note: str


@dataclass(slots=True)
class Series:
    """The rows of one measure: which it is, or would be, and what it has already."""

    measure: Measure
    code: str = ""
    subgroup: str = ""
    name: str = ""
    there: dict[date, There] = field(default_factory=dict)


# Which series a row belongs to: the code of its organisation, its subgroup. Empty where a file is of one measure.
Key = tuple[str, str]


@dataclass(slots=True)
class Planned:
    """A row to take, or the rows of one period added up: where from, what it says, what it would do."""

    lines: list[int]
    text: str
    key: Key = ("", "")
    period: date | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    note: str | None = None
    was: str = ""
    what: ImportRow.What = What.WRONG
    errors: list[str] = field(default_factory=list)

    @property
    def line(self) -> str:
        """Where it stands in the file: "2", or "2, 3 and 4"."""
        return _and(self.lines)

    @property
    def entered(self) -> str:
        return entered(self.numerator, self.denominator) if self.numerator is not None else ""


class Plan:
    """What a table would do to one measure or many.

    `series_of` returns the series of a key; asked once for each. `progress` is told now and then how many rows of
    how many are read.
    """

    def __init__(
        self,
        table: Table,
        choices: Choices,
        today: date,
        series_of: Callable[[Key, str], Series],
        progress: Callable[[int], None] = lambda done: None,
    ) -> None:
        self.choices, self.today = choices, today
        self._series_of, self.series = series_of, dict[Key, Series]()
        taken = [row for row in table.rows if choices.takes(row)]
        self.left_out = len(table.rows) - len(taken)
        self.dates = choices.dates_of(taken)
        read = []
        for number, row in enumerate(taken):
            read.append(self._read(row))
            if number % STEP == 0:
                progress(number)
        self.rows = self._one_a_period(read)
        for planned in self.rows:
            self._judge(planned)

    # --- Reading -------------------------------------------------------------------------------------------
    def _read(self, row: TableRow) -> Planned:
        choices = self.choices
        planned = Planned([row.line], row.cells[choices.date], errors=row.errors_in(choices.columns))
        for heading, cell in row.cells.items():
            planned.errors += _identifiers(heading, cell)
        if choices.code:
            self._find_series(planned, row)
        elif not self.series:
            self.series[planned.key] = self._series_of(planned.key, "")
        if planned.errors:
            return planned
        planned.period = self._date(planned)
        planned.numerator = self._number(planned, row, choices.numerator)
        if choices.denominator:
            planned.denominator = self._number(planned, row, choices.denominator)
        if choices.note and (note := row.cells[choices.note]):
            planned.note = note
        return planned

    def _find_series(self, planned: Planned, row: TableRow) -> None:
        choices = self.choices
        code = row.cells[choices.code].upper()
        subgroup = row.cells[choices.subgroup] if choices.subgroup else ""
        if len(subgroup) > 60:
            planned.errors.append(f"{choices.subgroup} is longer than 60 characters.")
        try:
            ods_code(code)
        except ValidationError:
            planned.errors.append(
                f"{choices.code}: “{code[:40]}” is no ODS code. Write three to ten letters and digits, such as RR8."
            )
        if planned.errors:
            return
        planned.key = (code, subgroup)
        if planned.key not in self.series:
            name = row.cells[choices.organisation] if choices.organisation else ""
            self.series[planned.key] = self._series_of(planned.key, name)

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
        together: dict[tuple[Key, date], list[Planned]] = defaultdict(list)
        for row in rows:
            if row.period:
                together[row.key, row.period].append(row)
        if self.choices.add_up:
            return self._added_up(rows, together)
        for (key, period), same in together.items():
            if len(same) > 1:
                name = period_name(period, self.series[key].measure.frequency)
                lines = [row.lines[0] for row in same]
                for row in same:
                    row.errors.append(f"{name} is also on {_lines_but(row.lines[0], lines)}.")
        return rows

    def _added_up(
        self, rows: list[Planned], together: Mapping[tuple[Key, date], list[Planned]]
    ) -> list[Planned]:
        """Return the sums of the good rows of each period, and the wrong rows as they are."""
        sums, done = [], set()
        for row in rows:
            if row.errors or row.period is None:
                sums.append(row)
            elif (row.key, row.period) not in done:
                done.add((row.key, row.period))
                sums.append(_sum([each for each in together[row.key, row.period] if not each.errors]))
        return sums

    # --- Judging -------------------------------------------------------------------------------------------
    def _judge(self, row: Planned) -> None:
        series = self.series.get(row.key)
        if row.period is not None and series is not None:
            row.errors += [
                sentence
                for _, sentence in problems_with(
                    series.measure, row.period, row.numerator, row.denominator, self.today
                )
            ]
        if row.note and len(row.note) > NOTE_LENGTH:
            row.errors.append(f"The note is longer than {NOTE_LENGTH} characters. Shorten it.")
        for number in (row.numerator, row.denominator):
            if number is not None and abs(number) >= LARGEST:
                row.errors.append("Added up, the number is too large.")
        if row.errors or row.period is None or series is None:
            return
        seen = series.there.get(row.period)
        if seen is None:
            row.what = What.NEW
            return
        note = row.note if row.note is not None else seen.note
        if seen == (row.numerator, row.denominator, note):
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
        return {what.name.lower(): found[what] for what in What}


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
        key=first.key,
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
