"""Lists as files: what their cells are, that none runs, and that long lists cost no memory."""

import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest

from iocn.shared.downloads import download

FORMULAS = ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", '=HYPERLINK("https://evil.example")']


def excel(rows, headings=("What",)):
    response = download("xlsx", "Asks of June", headings, rows)
    return b"".join(response.streaming_content)


def sheet_of(content):
    return openpyxl.load_workbook(io.BytesIO(content)).active


def test_cells_of_a_workbook_are_numbers_days_moments_and_text():
    row = [
        3,
        Decimal("1234.5000"),
        date(2026, 6, 3),
        datetime(2026, 6, 3, 13, 30, tzinfo=UTC),
        "007",
        None,
        "",
        date(1850, 1, 1),
        True,
    ]
    sheet = sheet_of(excel([row], headings=[str(number) for number in range(len(row))]))
    cells = list(sheet[2])
    assert [cell.value for cell in cells] == [
        3,
        1234.5,
        datetime(2026, 6, 3),  # noqa: DTZ001 - a workbook knows no zone
        datetime(2026, 6, 3, 14, 30),  # noqa: DTZ001 - London in June
        "007",
        None,
        None,
        "1850-01-01",
        "True",
    ]
    assert [cell.is_date for cell in cells[:4]] == [False, False, True, True]
    assert sheet["A1"].font.bold
    assert sheet.freeze_panes == "A2"


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_a_workbook_is_a_formula(text):
    content = excel([[text]], headings=[text])
    cells = [row[0] for row in sheet_of(content).iter_rows()]
    assert [(cell.value, cell.data_type, cell.quotePrefix) for cell in cells] == [(text, "s", True)] * 2
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize("text", [*FORMULAS, "\t=1+1", "\r=1+1"])
def test_no_cell_of_a_csv_file_is_a_formula(text):
    content = b"".join(download("csv", "x", ["What"], [[text]]).streaming_content).decode()
    assert f"'{text[:4]}" in content


def test_what_a_workbook_cannot_hold_is_left_out_or_cut():
    sheet = sheet_of(excel([["bell\x07 and \x00 nothing"], ["x" * 40_000]]))
    assert sheet["A2"].value == "bell and  nothing"
    assert len(sheet["A3"].value) == 32_767


def test_an_empty_list_has_its_headings():
    assert [list(row) for row in sheet_of(excel([], headings=["Ask", "State"])).values] == [["Ask", "State"]]


def test_a_list_longer_than_a_sheet_goes_on_in_the_next(monkeypatch):
    monkeypatch.setattr("iocn.shared.downloads.LAST_ROW", 3)
    book = openpyxl.load_workbook(io.BytesIO(excel([[1], [2], [3]])))
    assert [[row[0] for row in sheet.values] for sheet in book] == [["What", 1, 2], ["What", 3]]


def test_files_are_called_after_their_list():
    for kind in ("csv", "xlsx"):
        response = download(kind, "Asks of June", ["What"], [])
        assert response["Content-Disposition"] == f'attachment; filename="asks-of-june.{kind}"'
