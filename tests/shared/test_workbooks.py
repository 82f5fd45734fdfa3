"""Excel workbooks on their way in: what their cells say, and that no file hurts."""

import io
import struct
import time
import zipfile
from datetime import date, datetime
from datetime import time as time_of_day

import openpyxl
import pytest

from iocn.shared.tables import UnreadableTable, column_letters, read_csv
from iocn.shared.workbooks import brought

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def workbook(*rows, formats=None, **more_sheets):
    """Return the bytes of a workbook whose first sheet has the rows."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    for where, number_format in (formats or {}).items():
        sheet[where].number_format = number_format
    for title, rows_there in more_sheets.items():
        there = book.create_sheet(title)
        for row in rows_there:
            there.append(row)
    return saved(book)


def saved(book):
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_part(content, name, part):
    """Return the workbook with one of its parts replaced or added."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as before,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as now,
    ):
        for info in before.infolist():
            if info.filename != name:
                now.writestr(info.filename, before.read(info))
        now.writestr(name, part)
    return out.getvalue()


def with_sheet(xml, prolog=""):
    """Return a workbook whose first sheet is the XML of rows."""
    sheet = f'<?xml version="1.0"?>{prolog}<worksheet {MAIN}><sheetData>{xml}</sheetData></worksheet>'
    return with_part(workbook(["date", "number"]), "xl/worksheets/sheet1.xml", sheet)


def rows_of(content):
    return [(row.line, *row.cells.values()) for row in read_csv(brought(content).csv).rows]


def refused(content):
    """Return the sentence with which a file is refused, which must come soon."""
    begun = time.monotonic()
    with pytest.raises(UnreadableTable) as caught:
        read_csv(brought(content).csv)
    assert time.monotonic() - begun < 15
    return str(caught.value)


# --- What cells say ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("value", "number_format", "said"),
    [
        (12, "General", "12"),
        (12.0, "General", "12"),
        (0.5, "General", "0.5"),
        ("0.5", "General", "0.5"),
        (0.1 + 0.2, "General", "0.3"),
        (1e-7, "General", "0.0000001"),
        (123456789012345, "General", "123456789012345"),
        (-3, "General", "-3"),
        ("007", "General", "007"),
        (7, "000", "007"),
        (0.5, "0%", "50%"),
        (0.125, "0.0%", "12.5%"),
        (date(2026, 6, 1), "mmm yyyy", "2026-06-01"),
        (datetime(2026, 6, 1, 14, 30), "General", "2026-06-01 14:30"),  # noqa: DTZ001 - a workbook knows no zone
        (time_of_day(9, 0), "General", "09:00:00"),
        (True, "General", "TRUE"),
        ("two\nlines", "General", "two lines"),
        ("  spaces ", "General", "spaces"),
        ("Zoë; “Ward 4”, upstairs", "General", "Zoë; “Ward 4”, upstairs"),
    ],
)
def test_a_cell_reads_as_somebody_would_write_it(value, number_format, said):
    content = workbook(["what", "value"], ["x", value], formats={"B2": number_format})
    if number_format == "General" and isinstance(value, datetime | time_of_day):
        content = workbook(["what", "value"], ["x", value])  # openpyxl gives it the format of a date
    assert rows_of(content) == [(2, "x", said)]


def test_days_of_a_mac_are_read_as_they_were_meant():
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.active.append(["day", "number"])
    book.active.append([date(2026, 6, 1), 3])
    assert rows_of(saved(book)) == [(2, "2026-06-01", "3")]


def test_an_nhs_number_kept_as_a_number_keeps_its_digits():
    assert rows_of(workbook(["name", "id"], ["x", 9434765919])) == [(2, "x", "9434765919")]


def test_a_title_and_empty_rows_above_the_headings_are_passed_over_and_lines_stay_rows():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"] = "Four-hour breaches, 2026"
    sheet.merge_cells("A1:C1")
    sheet.append([])
    for row in (["date", "breaches"], [date(2026, 4, 1), 3], [], [date(2026, 5, 1), 4]):
        sheet.append(row)
    first = 3 if sheet["A3"].value == "date" else 2
    assert rows_of(saved(book)) == [(first + 1, "2026-04-01", "3"), (first + 3, "2026-05-01", "4")]


def test_the_first_sheet_that_is_seen_and_holds_something_is_read_and_the_person_is_told():
    book = openpyxl.load_workbook(
        io.BytesIO(
            workbook(hidden=[["old", "x"], [1, 2]], Numbers=[["day", "n"], ["2026-01-01", 5]], More=[["a"]])
        )
    )
    book["hidden"].sheet_state = "hidden"
    content = saved(book)
    assert rows_of(content) == [(2, "2026-01-01", "5")]
    assert brought(content).remark == (
        "The sheet “Numbers” is read, the first with anything in it. The 2 other sheets are left out."
    )


def test_a_formula_is_refused_by_its_cell_where_its_column_is_used_and_never_worked_out():
    content = workbook(["date", "breaches", "share"], ["2026-04-01", "=SUM(B3:B9)", "=B2/240"])
    (row,) = read_csv(brought(content).csv).rows
    assert row.errors_in(["date", "breaches"]) == [
        "breaches (cell B2) begins like a formula (“=SUM(B3:B9)”). Write the value itself."
    ]
    assert row.errors_in(["date"]) == []


def test_the_value_left_beside_a_formula_is_not_believed():
    content = with_sheet(
        '<row r="1"><c r="A1" t="inlineStr"><is><t>date</t></is></c><c r="B1" t="inlineStr"><is><t>n</t></is></c></row>'
        '<row r="2"><c r="A2" t="inlineStr"><is><t>2026-04-01</t></is></c><c r="B2"><f>1+1</f><v>99</v></c></row>'
    )
    (row,) = read_csv(brought(content).csv).rows
    assert row.cells["n"] == "=1+1"


def test_an_error_in_a_cell_is_named_by_its_cell():
    content = with_sheet(
        '<row r="1"><c r="A1" t="inlineStr"><is><t>date</t></is></c><c r="B1" t="inlineStr"><is><t>n</t></is></c></row>'
        '<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="e"><v>#DIV/0!</v></c></row>'
    )
    assert refused(content) == "Cell B2 holds an error (#DIV/0!). Put it right, or empty it."


def test_columns_have_the_letters_of_a_spreadsheet():
    assert [column_letters(number) for number in (1, 26, 27, 52, 703)] == ["A", "Z", "AA", "AZ", "AAA"]


# --- What a file is says its content, not its name ----------------------------------------------------------
def test_csv_stays_as_it_is_whatever_its_name():
    assert brought(b"date,number\n2026-04-01,3\n").csv == b"date,number\n2026-04-01,3\n"


def locked():
    """A workbook with a password is no ZIP file but Microsoft's older container."""
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(400)
    )


def with_locked_parts():
    content = bytearray(workbook(["a", "b"], [1, 2]))
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        flags = struct.unpack_from("<H", content, at + 8)[0]
        struct.pack_into("<H", content, at + 8, flags | 1)
        at = content.find(b"PK\x01\x02", at + 4)
    return bytes(content)


def archive(**parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, part in parts.items():
            made.writestr(name, part)
    return out.getvalue()


WRONG_KINDS = {
    "a PDF": (lambda: b"%PDF-1.7\n" + bytes(range(256)), "This is a PDF"),
    "an old .xls": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504), "old Excel (.xls)"),
    "a locked workbook": (locked, "locked with a password"),
    "locked parts": (with_locked_parts, "locked with a password"),
    "a broken ZIP": (lambda: workbook(["a", "b"], [1, 2])[:900], "This workbook cannot be read"),
    "a wrong checksum": (
        lambda: workbook(["a", "b"], ["x" * 50, 2]).replace(b"PK\x01\x02", b"PK\x01\x03", 1),
        "This workbook cannot be read",
    ),
    "another ZIP": (lambda: archive(letter="hello"), "This is not an Excel workbook"),
    "macros": (lambda: with_part(workbook(["a", "b"]), "xl/vbaProject.bin", b"x"), "holds macros"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n\0\0\0", "This is neither a CSV file nor an Excel workbook"),
    "nothing in it": (lambda: workbook(), "The workbook is empty"),
    "headings alone": (lambda: workbook(["date", "number"]), "headings but no rows"),
    "broken XML": (lambda: with_sheet("<row><c>"), "This workbook cannot be read"),
    "five megabytes": (lambda: b"PK\x03\x04" + bytes(5 * 1024 * 1024), "larger than 5 MB"),
}


@pytest.mark.parametrize(("make", "sentence"), WRONG_KINDS.values(), ids=WRONG_KINDS)
def test_what_is_no_table_is_refused_with_what_to_do(make, sentence):
    assert sentence in refused(make())


# --- Files that mean harm ----------------------------------------------------------------------------------
def laughs():
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return with_sheet(
        '<row r="1"><c t="inlineStr"><is><t>&l9;</t></is></c></row>',
        f'<!DOCTYPE x [<!ENTITY l0 "ha">{entities}]>',
    )


def outside_entity():
    return with_sheet(
        '<row r="1"><c t="inlineStr"><is><t>&x;</t></is></c></row>',
        '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    )


def bomb():
    return with_part(workbook(["a", "b"], [1, 2]), "xl/media/image1.png", bytes(200 * 1024 * 1024))


def lying_bomb():
    """A part that says that it unpacks to 10 bytes and does to 20 MB."""
    content = bytearray(
        with_part(workbook(["a", "b"], [1, 2]), "xl/sharedStrings.xml", b" " * 20 * 1024 * 1024)
    )
    for mark, at_size in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = content.find(mark)
        while at >= 0:
            if struct.unpack_from("<I", content, at + at_size)[0] == 20 * 1024 * 1024:
                struct.pack_into("<I", content, at + at_size, 10)
            at = content.find(mark, at + 4)
    return bytes(content)


HOSTILE = {
    "a billion laughs": (laughs, "This workbook cannot be read"),
    "an outside entity": (outside_entity, "This workbook cannot be read"),
    "a bomb": (bomb, "unpacks to far more"),
    "a lying bomb": (lying_bomb, "This workbook cannot be read"),
    "a million empty cells in a row": (
        lambda: with_sheet(f"<row>{'<c/>' * 1_000_001}</row>" * 2),
        "unpacks to far more",
    ),
    "cells that tell of nothing": (
        lambda: with_sheet("".join(f'<row><c r="A{n}"/><c r="B{n}"/></row>' for n in range(1, 500_000))),
        "more cells than 20,000 rows need",
    ),
    "a row without end": (
        lambda: with_sheet("<row>" + "".join(f'<c r="A{n}"/>' for n in range(100_000)) + "</row>"),
        "more cells than 20,000 rows need",
    ),
    "rows in rows": (lambda: with_sheet("<row>" * 60 + "</row>" * 60), "This workbook cannot be read"),
    "empty cells far right": (
        lambda: with_sheet("".join(f'<row r="{n}"><c r="ZZZ{n}"/></row>' for n in range(1, 20_000))),
        "The workbook is empty",
    ),
    "a cell far right": (
        lambda: with_sheet('<row r="1"><c r="A1"><v>1</v></c><c r="IW1"><v>1</v></c></row>'),
        "more than 256 columns",
    ),
    "a row beyond the last": (
        lambda: with_sheet('<row r="99999999999"><c r="A99999999999"><v>1</v></c></row>'),
        "The workbook is empty",
    ),
    "a number of 5,000 digits": (
        lambda: with_sheet(f"<row><c><v>{'9' * 5000}</v></c></row>"),
        "This workbook cannot be read",
    ),
    "many parts": (lambda: archive(**{f"p{n}": "" for n in range(1_001)}), "unpacks to far more"),
}


@pytest.mark.parametrize(("make", "sentence"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_refused_soon(make, sentence):
    assert sentence in refused(make())


def test_200_000_rows_are_refused_before_they_are_read():
    cells = "".join(
        f'<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="B{n}"><v>1</v></c></row>' for n in range(1, 200_001)
    )
    sentence = refused(with_sheet(cells))
    assert "20,000 rows" in sentence


def test_links_to_other_workbooks_are_dropped():
    content = with_part(
        workbook(["a", "b"], ["x", 2]),
        "xl/externalLinks/externalLink1.xml",
        f'<externalLink {MAIN}><externalBook r:id="rId1" xmlns:r="x"/></externalLink>',
    )
    assert rows_of(content) == [(2, "x", "2")]
