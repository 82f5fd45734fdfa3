"""Which columns of a file are ours, and which of its rows are taken."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any

from iocn.shared.tables import Table, TableRow, match_columns
from programmes.measures.imports.dates import DateReader

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
# Where a file holds the numbers of many organisations.
NAMES_OF_MANY: dict[str, tuple[str, ...]] = {
    "code": ("org code", "ods code", "ods", "provider code", "trust code", "organisation code", "org"),
    "organisation": ("organisation name", "org name", "provider name", "provider", "trust", "trust name"),
    "subgroup": ("type", "department type", "department", "ward", "site", "group"),
}

# A column whose values choose rows: some value comes again, and a list of them is still of use.
MANY_VALUES = 500
FEW_VALUES = 8
FILTERS = 6
SAMPLES = 3


def guess_columns(headings: Iterable[str], *, has_denominator: bool, many: bool = False) -> dict[str, str]:
    """Return which heading is probably which of our columns; `many`: of the columns of many organisations too."""
    wanted = OTHER_NAMES | (NAMES_OF_MANY if many else {})
    if not has_denominator:
        wanted = {key: names for key, names in wanted.items() if key != "denominator"}
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
    return dict(islice(found.items(), FILTERS))


@dataclass(frozen=True)
class Offer:
    """What a file offers to choose from: kept beside it, so that no page reads the whole file again."""

    headings: Sequence[str]
    samples: Sequence[Sequence[str]]
    choosing: Mapping[str, Sequence[str]]
    # What the person should know of how the file was read.
    remark: str = ""

    @classmethod
    def of(cls, table: Table, *, has_denominator: bool, many: bool, remark: str = "") -> "Offer":
        """Return what the table offers."""
        guessed = guess_columns(table.headings, has_denominator=has_denominator, many=many)
        samples = [list(row.cells.values()) for row in table.rows[:SAMPLES]]
        return cls(table.headings, samples, choosing_columns(table, guessed.values()), remark)

    def kept(self) -> dict[str, Any]:
        """Return it as JSON keeps it."""
        return asdict(self)


@dataclass(frozen=True)
class Choices:
    """What the person chose: our columns, the rows to take, whether to add up, how dates are written."""

    date: str
    numerator: str
    denominator: str = ""
    note: str = ""
    # For the numbers of many organisations: whose a row is, and of which part.
    code: str = ""
    organisation: str = ""
    subgroup: str = ""
    rows: Mapping[str, Sequence[str]] = field(default_factory=dict)
    add_up: bool = False
    day_first: bool | None = None

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Choices":
        """Return the choices that an import keeps as JSON."""
        return cls(**kept)

    @property
    def columns(self) -> list[str]:
        """The headings that are used."""
        ours = (self.date, self.numerator, self.denominator, self.note)
        return [*filter(None, (*ours, self.code, self.organisation, self.subgroup)), *self.rows]

    def takes(self, row: TableRow) -> bool:
        """Whether the row is among those to take."""
        return all(row.cells.get(heading) in values for heading, values in self.rows.items() if values)

    def dates_of(self, rows: Iterable[TableRow]) -> DateReader:
        """Return the reader of the dates of the rows that are taken."""
        return DateReader.for_texts([row.cells[self.date] for row in rows if self.takes(row)], self.day_first)
