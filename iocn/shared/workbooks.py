"""Turning the Excel workbooks that people bring into CSV, so that every import reads one kind of file.

A workbook is a hostile file until shown otherwise. Before openpyxl sees it, its parts are counted: how much
they unpack to and how many elements they hold, which bounds memory and time. Entities and macros are refused,
links to other files are dropped. Formulas come through as their text, never as the value
that some program left beside them, and are refused where their column is used (iocn.shared.tables).
"""

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import IO, Any
from xml.parsers import expat

import openpyxl
from openpyxl.cell.cell import TYPE_ERROR, TYPE_FORMULA

from iocn.shared.tables import USUAL, Brought, Limits, UnreadableTable, column_letters

LARGE = 2 * 1024 * 1024
MAX_UNPACKED = 50 * 1024 * 1024
MAX_RATIO = 200
MAX_PARTS = 1_000
MAX_COLUMNS = 256
ELEMENTS_IN_ROW = 50  # a cell and its value are two elements, so rows of 24 cells
MAX_IN_ROW = 10 * MAX_COLUMNS
MAX_OUTSIDE = 100_000  # styles, merged cells, links
MAX_DEPTH = 50
STEP = 1_000  # rows between two words of how far the reading is
LAST_ROW = 1_048_576  # Excel's own

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BROKEN = (
    "This workbook cannot be read. Open it in your spreadsheet, save it as “Excel workbook (.xlsx)” or as"
    " “CSV UTF-8”, and bring it again."
)
_SAVE_AS = "In your spreadsheet, choose “Save as” and “Excel workbook (.xlsx)” or “CSV UTF-8”."


def takes_long(content: bytes) -> bool:
    """Whether this is a workbook of more than about 10,000 rows, which takes more than a second to unpack."""
    if not content.startswith(_ZIP):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            return sum(info.file_size for info in parts.infolist()) > LARGE
    except (
        Exception
    ):  # a made-up file may make zipfile raise anything; the reading says what is wrong with it
        return False


def brought(
    content: bytes, limits: Limits = USUAL, progress: Callable[[float], object] = lambda part: None
) -> Brought:
    """Return what was brought, CSV or Excel, as CSV. What the file is says its content, whatever its name.

    `progress` is told now and then how much of a workbook is unpacked, from 0 to 1. Raises UnreadableTable with a
    sentence where it is neither.
    """
    limits.check(content)
    if content.startswith(_ZIP):
        return _from_workbook(content, limits, progress)
    if content.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise UnreadableTable(
                "The file is locked with a password. Save it without one and bring it again."
            )
        raise UnreadableTable(f"This is a file of an old Excel (.xls) or of another program. {_SAVE_AS}")
    if content.startswith(b"%PDF"):
        raise UnreadableTable(f"This is a PDF, from which no table can be read. {_SAVE_AS}")
    return Brought(content)


def _from_workbook(content: bytes, limits: Limits, progress: Callable[[float], object]) -> Brought:
    with _parsing():
        rows = _check_parts(content, limits)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
    try:
        return _converted(book, limits, lambda done: progress(min(1, done / rows)))
    finally:
        book.close()


@contextmanager
def _parsing() -> Iterator[None]:
    """Whatever a made-up file brings zipfile or openpyxl to raise, it cannot be read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl tells of styles and extensions that it leaves out
            yield
    except UnreadableTable:
        raise
    except Exception as error:
        raise UnreadableTable(_BROKEN) from error


# --- Before it is parsed -----------------------------------------------------------------------------------
def _check_parts(content: bytes, limits: Limits) -> int:
    """Refuse what would cost too much to read; return how many rows all sheets have together."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        names = set(parts.namelist())
        infos = parts.infolist()
        if any(info.flag_bits & 1 for info in infos):
            raise UnreadableTable(
                "The file is locked with a password. Save it without one and bring it again."
            )
        # The sizes are what the file says of itself: zipfile reads no more than that of any part.
        unpacked = sum(info.file_size for info in infos)
        if len(infos) > MAX_PARTS or unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * len(content):
            raise UnreadableTable(
                "The file unpacks to far more than a table of this size should hold. Copy the rows into a new"
                " workbook, save that, and bring it."
            )
        if any(name.casefold().endswith("vbaproject.bin") for name in names):
            raise UnreadableTable(
                "The file holds macros. Save it as “Excel workbook (.xlsx)”, without macros, and bring that."
            )
        if "xl/workbook.bin" in names or "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
            raise UnreadableTable(f"This is not an Excel workbook (.xlsx). {_SAVE_AS}")
        elements = _Elements(limits)
        for info in infos:
            if info.filename.casefold().endswith((".xml", ".rels")):
                with parts.open(info) as part:
                    elements.read(part)
        return max(1, elements.rows)


class _Elements:
    """Counts the elements of a workbook's XML, so that none makes openpyxl hold or read far more than a table."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.count = self.outside = self.in_unit = self.rows = 0

    def read(self, part: IO[bytes]) -> None:
        """Count one part. Raises UnreadableTable where it is too much, or no plain XML."""
        self.path: list[str] = []
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._doctype
        parser.ParseFile(part)

    def _begin(self, name: str, attributes: object) -> None:
        name = name.rpartition(":")[2]
        self.path.append(name)
        self.count += 1
        if (name == "row" and len(self.path) == 3) or (name == "si" and len(self.path) == 2):
            self.in_unit = 0
            self.rows += name == "row"
        elif {"row", "si"}.isdisjoint(self.path[1:3]):
            self.outside += 1
        else:
            self.in_unit += 1
        if (
            self.count > ELEMENTS_IN_ROW * self.limits.rows
            or self.outside > MAX_OUTSIDE
            or self.in_unit > MAX_IN_ROW
        ):
            raise UnreadableTable(
                f"The workbook holds more cells than {self.limits.rows:,} rows need. Delete the sheets and columns that are"
                " not needed, or split it, and bring the parts."
            )
        if len(self.path) > MAX_DEPTH:
            raise UnreadableTable(_BROKEN)

    def _end(self, name: str) -> None:
        self.path.pop()

    def _doctype(self, *args: object) -> None:
        raise UnreadableTable(_BROKEN)  # entities are declared there; no spreadsheet writes one


# --- Reading -----------------------------------------------------------------------------------------------
def _converted(book: openpyxl.Workbook, limits: Limits, progress: Callable[[int], object]) -> Brought:
    with _parsing():
        sheets: list[Any] = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        # Sheets that are one part under many names would be read as often as they are named.
        if len({sheet._worksheet_path for sheet in sheets}) < len(sheets):
            raise UnreadableTable(_BROKEN)
    for sheet in sheets:
        if any(lines := _lines(sheet, limits, progress)):
            return Brought(_as_csv(lines), _which_of(sheet.title, sheets))
    raise UnreadableTable("The workbook is empty. The first line of its first sheet must name the columns.")


def _which_of(title: str, sheets: list[Any]) -> str:
    others = len(sheets) - 1
    if not others:
        return ""
    return f"The sheet “{title}” is read, the first with anything in it. " + (
        f"The {others} other sheets are left out." if others > 1 else "The other sheet is left out."
    )


def _lines(sheet: Any, limits: Limits, progress: Callable[[int], object]) -> list[list[str]]:
    """Return the sheet's rows from its first, each as texts, an empty list for an empty one."""
    lines: list[list[str]] = []
    filled = 0
    with _parsing():
        sheet.reset_dimensions()  # what the file says of its size may be wrong
        rows = sheet.iter_rows(max_row=LAST_ROW)
    while True:
        with _parsing():
            step = [_cells(row) for row in islice(rows, STEP)]
        if not step:
            return lines
        lines += step
        filled += sum(map(bool, step))
        if filled > limits.rows + 50:  # headings and titles stand above the rows
            raise UnreadableTable(
                f"The sheet “{sheet.title[:40]}” has more than {limits.rows:,} rows. Split it and bring the parts."
            )
        progress(len(lines))


def _cells(row: Iterable[Any]) -> list[str]:
    """Return a row's cells as texts, without the empty ones at its end."""
    cells = [_text(cell) if cell.value is not None else "" for cell in islice(row, MAX_COLUMNS + 1)]
    while cells and not cells[-1]:
        cells.pop()
    if len(cells) > MAX_COLUMNS:
        raise UnreadableTable(f"The sheet has more than {MAX_COLUMNS} columns. Keep those that are needed.")
    return cells


def _as_csv(lines: list[list[str]]) -> bytes:
    """Return the lines as CSV, each where it stood, so that line 7 is row 7. A title above the headings is left out."""
    headings = next((at for at, cells in enumerate(lines) if sum(map(bool, cells)) > 1), 0)
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    last = max(at for at, cells in enumerate(lines) if cells)
    for at, cells in enumerate(lines[: last + 1]):
        if at < headings or not cells:
            out.write("\n")
        else:
            writer.writerow(cells)
    return out.getvalue().encode()


def _text(cell: Any) -> str:
    """Return a cell as somebody would write it into a CSV file."""
    value = cell.value
    if cell.data_type == TYPE_FORMULA:
        return " ".join(f"={str(getattr(value, 'text', value) or '').removeprefix('=')}".split())
    if cell.data_type == TYPE_ERROR:
        where = f"{column_letters(cell.column)}{cell.row}"
        raise UnreadableTable(f"Cell {where} holds an error ({value}). Put it right, or empty it.")
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _number(value, cell.number_format or "")
    if isinstance(value, datetime):
        midnight = value.time() == time()
        return value.date().isoformat() if midnight else value.isoformat(" ", timespec="minutes")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return " ".join(str(value).split())


def _number(value: float, number_format: str) -> str:
    """Return a number to the 15 digits that Excel keeps, in the form that the person sees where it tells more."""
    if re.fullmatch(r"0(\.0+)?%", number_format):
        return f"{_plain(Decimal(f'{value:.15g}') * 100)}%"
    text = _plain(Decimal(f"{value:.15g}") if isinstance(value, float) else Decimal(value))
    if re.fullmatch(r"0{2,}", number_format) and text.isdecimal():
        return text.zfill(len(number_format))  # a code whose zeros in front are made by its format
    return text


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
