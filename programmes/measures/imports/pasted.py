"""Cells pasted from a spreadsheet, made into a table like any other that is brought."""

import csv
import io
from datetime import date

from iocn.shared.tables import UnreadableTable
from programmes.measures.imports.dates import style_of
from programmes.measures.models import Measure
from programmes.measures.periods import period_after
from programmes.measures.rules import NotANumber, read_number

HEADINGS = ("date", "numerator", "denominator", "note")


def table_of(text: str, measure: Measure | None, begins: date | None) -> bytes:
    """Return the cells as CSV with headings, whether they were pasted with them or not.

    A column of numbers alone is of the periods from `begins` on, in the measure's rhythm.
    """
    rows = [[cell.strip() for cell in line.split("\t")] for line in text.strip("\r\n").splitlines()]
    headed = not any(_is_datum(cell) for cell in rows[0])
    if measure is not None and max(map(len, rows)) == 1:
        rows = _dated([row[0] for row in rows[headed:]], measure, begins)
    elif measure is not None and not headed:
        rows = [_headings(measure), *rows]
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def _is_datum(cell: str) -> bool:
    if style_of(cell):
        return True
    try:
        read_number(cell)
    except NotANumber:
        return False
    return True


def _headings(measure: Measure) -> list[str]:
    return [name for name in HEADINGS if name != "denominator" or measure.has_denominator]


def _dated(cells: list[str], measure: Measure, begins: date | None) -> list[list[str]]:
    if measure.has_denominator:
        raise UnreadableTable("Paste the numerators and the denominators beside each other: two columns.")
    if begins is None:
        raise UnreadableTable(
            "Say below of which period the first number is, or paste a column of dates too."
        )
    rows, period = [["date", "numerator"]], begins
    for cell in cells:
        if cell:
            rows.append([period.isoformat(), cell])
        following = period_after(measure.frequency, period)
        if following is None:
            raise UnreadableTable("The measure has no rhythm, so paste a column of dates beside the numbers.")
        period = following
    return rows
