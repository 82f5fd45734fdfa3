"""Writing lists as files: CSV as it is sent, Excel row by row, neither with a cell that runs as a formula."""

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import IO, Any

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.text import slugify
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, TYPE_STRING
from openpyxl.styles import Font

from iocn.shared.tables import column_letters, is_formula

# The formats of ?format=, and what the page calls them.
FORMATS = {"csv": "CSV", "xlsx": "Excel"}
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_CELL = 32_767  # Excel's own limits
LAST_ROW = 1_048_576
EARLIEST = date(1900, 3, 1)  # before it Excel counts a day that never was


def download(
    kind: str, name: str, headings: Sequence[str], rows: Iterable[Sequence[object]]
) -> HttpResponseBase:
    """Return the rows as a file of the kind, called after the list."""
    filename = f"{slugify(name) or 'list'}.{kind}"
    if kind == "xlsx":
        return FileResponse(
            _workbook(headings, rows), as_attachment=True, filename=filename, content_type=EXCEL
        )
    return StreamingHttpResponse(
        _csv_lines(headings, rows, timezone.get_current_timezone()),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{filename}"'},
    )


# --- CSV ---------------------------------------------------------------------------------------------------
class _Echo:
    """A file that hands back what is written to it."""

    def write(self, value: str) -> str:
        return value


def _csv_lines(headings: Sequence[str], rows: Iterable[Sequence[object]], zone: tzinfo) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(headings)  # Excel needs the mark
    with timezone.override(zone):  # they are written after the view has returned
        for row in rows:
            yield writer.writerow([spreadsheet_safe(value) for value in row])


def spreadsheet_safe(value: object) -> str:
    """Return the value as a cell's text that no spreadsheet runs as a formula (OWASP, CSV injection)."""
    text = _as_text(value)
    return f"'{text}" if is_formula(text) or text.startswith(("\t", "\r")) else text


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{_local(value):%Y-%m-%d %H:%M}"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(value)


def _local(value: datetime) -> datetime:
    return timezone.localtime(value) if timezone.is_aware(value) else value


# --- Excel -------------------------------------------------------------------------------------------------
def _workbook(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> IO[bytes]:
    """Return a workbook's file. It is written to the disk row by row, so that memory does not grow with the list."""
    book = Workbook(write_only=True)
    sheet: Any = None
    left = 0
    for row in rows:
        if not left:  # a sheet is full: the list goes on in the next
            sheet, left = _sheet(book, headings), LAST_ROW - 1
        sheet.append([_cell(sheet, value) for value in row])
        left -= 1
    if sheet is None:
        _sheet(book, headings)
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    book.save(file)
    file.seek(0)
    return file


def _sheet(book: Any, headings: Sequence[str]) -> Any:
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    for number in range(1, len(headings) + 1):
        sheet.column_dimensions[column_letters(number)].width = 24
    cells = [_cell(sheet, heading) for heading in headings]
    for cell in cells:
        cell.font = Font(bold=True)
    sheet.append(cells)
    return sheet


def _cell(sheet: Any, value: object) -> Any:
    """Return a cell that is a number, a day, a moment or text, whatever the text begins with."""
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        cell = WriteOnlyCell(sheet, _local(value).replace(tzinfo=None))
        cell.number_format = "yyyy-mm-dd hh:mm"
        return cell
    if isinstance(value, date) and value >= EARLIEST:
        cell = WriteOnlyCell(sheet, value)
        cell.number_format = "yyyy-mm-dd"
        return cell
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return WriteOnlyCell(sheet, value)
    text = ILLEGAL_CHARACTERS_RE.sub("", _as_text(value))[:LONGEST_CELL]
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = TYPE_STRING  # openpyxl takes what begins with "=" for a formula
    if is_formula(text):
        cell.quotePrefix = True  # stays text also when somebody edits it
    return cell
