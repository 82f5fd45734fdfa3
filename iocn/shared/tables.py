"""Reading the tables that people bring: forgiving about form, exact about what is wrong.

Here everything is CSV; iocn.shared.workbooks makes it of Excel workbooks.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

MAX_CELL = 10_000

# What stands for a byte that was not UTF-8.
_UNREADABLE = "\ufffd"


@dataclass(frozen=True)
class Limits:
    """How large a table may be: what is more is refused, for what it would cost to read."""

    megabytes: int = 5
    rows: int = 20_000

    @property
    def size(self) -> int:
        return self.megabytes * 1024 * 1024

    def check(self, content: bytes) -> None:
        """Refuse a file that is too large."""
        if len(content) > self.size:
            raise UnreadableTable(
                f"The file is larger than {self.megabytes} MB. Split it and bring the parts."
            )


USUAL = Limits()


class UnreadableTable(Exception):
    """The whole file cannot be used; its text is the sentence for the person."""


@dataclass(frozen=True)
class Brought:
    """A file as CSV, and what the person should know of how it was read.

    A workbook that is still to be unpacked is in `workbook`; `csv` is empty then.
    """

    csv: bytes
    remark: str = ""
    name: str = ""
    workbook: bytes = b""


@dataclass(frozen=True)
class TableRow:
    """One row: its line in the file, its cells by heading, what is wrong with it.

    `formulas` says by heading which cells are formulas. They matter only where their column is used: many a
    sheet has a column that works out what the others say.
    """

    line: int
    cells: Mapping[str, str]
    errors: tuple[str, ...] = field(default=())
    formulas: Mapping[str, str] = field(default_factory=dict)

    def errors_in(self, headings: Iterable[str]) -> list[str]:
        """Return what is wrong with the row for somebody who uses these columns."""
        return [*self.errors, *(self.formulas[heading] for heading in headings if heading in self.formulas)]


@dataclass(frozen=True)
class Table:
    """A file's headings and rows; empty rows are left out."""

    headings: tuple[str, ...]
    rows: tuple[TableRow, ...]


def read_csv(content: bytes, limits: Limits = USUAL) -> Table:
    """Read a CSV file: UTF-8 (or UTF-16 with its mark), separated by commas, semicolons or tabs.

    Empty lines above the headings are passed over. A cell that is not UTF-8, or begins like a spreadsheet
    formula, and a cell without a heading are errors of their row. Empty cells may be missing at a row's end, or
    be too many. Raises UnreadableTable with a sentence where no row can be read.
    """
    limits.check(content)
    text = _decode(content)
    if "\0" in text:
        raise UnreadableTable(
            "This is neither a CSV file nor an Excel workbook (.xlsx). In your spreadsheet, choose “Save as” and one"
            " of these."
        )
    first_line = text.lstrip().split("\n", 1)[0]
    unquoted = re.sub(r'"[^"]*"', "", first_line)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=unquoted.count))
    try:
        headings = next(filter(any, (tuple(cell.strip() for cell in cells) for cells in reader)), ())
        _check_headings(headings)
        rows = tuple(_rows(reader, headings, limits))
    except csv.Error as error:
        raise UnreadableTable(
            f"Line {reader.line_num} cannot be read as CSV. Look for a stray quotation mark."
        ) from error
    if not rows:
        raise UnreadableTable("The file has headings but no rows.")
    return Table(headings, rows)


def _decode(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    return content.decode("utf-8-sig", errors="replace")


def _check_headings(headings: tuple[str, ...]) -> None:
    if not any(headings):
        raise UnreadableTable("The file is empty. Its first line must name the columns.")
    named = [heading.casefold() for heading in headings if heading]
    twice = sorted({heading for heading in named if named.count(heading) > 1})
    if twice:
        raise UnreadableTable(f"Two columns are called “{twice[0]}”. Give each column a name of its own.")


def _rows(reader: Iterable[list[str]], headings: tuple[str, ...], limits: Limits) -> Iterable[TableRow]:
    count, line = 0, reader.line_num + 1  # type: ignore[attr-defined]
    for cells in reader:
        begins, line = line, reader.line_num + 1  # type: ignore[attr-defined]
        if not any(cell.strip() for cell in cells):
            continue
        count += 1
        if count > limits.rows:
            raise UnreadableTable(
                f"The file has more than {limits.rows:,} rows. Split it and bring the parts."
            )
        yield _row(begins, [cell.strip() for cell in cells], headings)


def _row(line: int, cells: list[str], headings: tuple[str, ...]) -> TableRow:
    errors, formulas = [], {}
    while len(cells) > len(headings) and not cells[-1]:
        cells.pop()
    if len(cells) > len(headings):
        errors.append(f"It has {len(cells)} cells, but there are {len(headings)} headings.")
    by_heading = {heading: cell for heading, cell in zip(headings, cells, strict=False) if heading}
    by_heading |= {heading: "" for heading in headings if heading and heading not in by_heading}
    for heading, cell in by_heading.items():
        if _UNREADABLE in cell:
            errors.append(
                f"Some letters of {heading} (“{cell[:40]}”) cannot be read."
                " Save the file as “CSV UTF-8” and bring it again."
            )
        if is_formula(cell):
            where = f"{column_letters(headings.index(heading) + 1)}{line}"
            formulas[heading] = (
                f"{heading} (cell {where}) begins like a formula (“{cell[:40]}”). Write the value itself."
            )
        if len(cell) > MAX_CELL:
            errors.append(f"{heading} is longer than {MAX_CELL:,} characters.")
    return TableRow(line, by_heading, tuple(errors), formulas)


def column_letters(number: int) -> str:
    """Return how a spreadsheet names a column, counted from 1: A, Z, AA."""
    letters = ""
    while number:
        number, left = divmod(number - 1, 26)
        letters = chr(ord("A") + left) + letters
    return letters


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet would run the cell (OWASP, CSV injection). Negative and signed numbers are none."""
    return cell.startswith(("=", "@")) or (
        cell.startswith(("+", "-")) and not re.fullmatch(r"[+-][\d.,]+(e[+-]?\d+)?%?", cell, re.I)
    )


def match_columns(headings: Iterable[str], wanted: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Return which heading is which of our columns, as far as their names tell: {our key: the file's heading}.

    `wanted` gives for each key the other names it goes by. Case, spaces and punctuation do not count.
    """
    by_name = {_plain(heading): heading for heading in headings if heading}
    found = {}
    for key, names in wanted.items():
        for name in (key, *names):
            if _plain(name) in by_name:
                found[key] = by_name[_plain(name)]
                break
    return found


def _plain(heading: str) -> str:
    return re.sub(r"[^a-z0-9]", "", heading.casefold())
