"""A file of numbers: what its rows would do, and that nothing wrong is written."""

import json
from datetime import date
from pathlib import Path

import pytest

from iocn.shared.models import History
from iocn.shared.tables import read_csv
from programmes.measures import actions
from programmes.measures.imports.columns import Choices, choosing_columns, guess_columns
from programmes.measures.imports.dates import DateReader
from programmes.measures.imports.plan import Plan, Series, There
from programmes.measures.imports.staging import read_due
from programmes.models import Import, ImportRow, Observation
from tests.factories import (
    MeasureFactory,
    MembershipFactory,
    ObservationFactory,
    ProjectFactory,
    TeamMemberFactory,
)
from tests.shared.test_workbooks import workbook

TODAY = date(2026, 11, 22)
DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
real_files = pytest.mark.skipif(not DATA.exists(), reason="the real files (../shared/data) are not here")

# A small file as the real one is: months by hospital and department.
MADE = b"""period,org_code,type,attendances,breaches,admissions
2017-02-01,AAA,1,200,20,51
2017-02-01,AAA,2,100,1,0
2017-02-01,BBB,1,300,33,70
2017-01-01,AAA,1,210,25,52
2017-01-01,AAA,2,110,2,0
2017-01-01,BBB,1,310,44,71
"""

BAD = b"""period,numerator,denominator,note
2017-04-01,12,240,
2017-04-01,13,240,again
01/05/2017,11,230,
2017-13-01,11,230,
2017-06-01,,230,
2017-07-01,250,230,
2017-08-01,-3,230,
2017-09-01,ten,230,
2017-10-01,9,0,
2017-11-01,9,230,patient 943 476 5919 waited
2099-01-01,9,230,
2017-12-01,1e400,230,
2018-01-01,=1+1,230,
1066-10-01,9,230,
2017-02-30,9,230,
,9,230,
soon,9,230,
2018-02-01,inf,230,
2018-03-01,123456789012345,230,
"""

SENTENCES = {
    2: "April 2017 is also on line 3.",
    3: "April 2017 is also on line 2.",
    4: "The date “01/05/2017” is not written like the others (“2017-04-01”), so its day and month could be mixed up."
    " Write all dates in one way.",
    5: "There is no month 13 (“2017-13-01”).",
    6: "numerator is empty. Fill in the number, or take the row out.",
    7: "The numerator (250) is above the denominator (230): a part cannot be larger than its whole.",
    8: "The numerator is below zero (-3). Nothing can happen fewer than 0 times.",
    9: "numerator: “ten” is not a number. Write digits, such as 12 or 12.5.",
    10: "The denominator is 0, so there is nothing to divide by. Leave the period out.",
    11: "note: Remove “943 476 5919”: it could be a patient’s NHS number. Nothing here may say who a patient is.",
    12: "January 2099 is in the future. Add it when it has happened.",
    13: "numerator: “1e400” is too large. A number has at most 14 digits before the point.",
    14: "numerator (cell B14) begins like a formula (“=1+1”). Write the value itself.",
    15: "October 1066 is before 1948. Look at the year.",
    16: "There is no such day: “2017-02-30”.",
    17: "period is empty. Fill in the date.",
    18: "“soon” is not a date. Write it as 2017-04-01.",
    19: "numerator: “inf” is not a number. Write digits, such as 12 or 12.5.",
    20: "numerator: “123456789012345” is too large. A number has at most 14 digits before the point.",
}


@pytest.fixture
def measure(network):
    return MeasureFactory(project=ProjectFactory(network=network), name="Waited over four hours")


@pytest.fixture
def nurse(measure):
    return TeamMemberFactory(project=measure.project).membership


def plan(measure, content, **choices):
    table = read_csv(content)
    guessed = guess_columns(table.headings, has_denominator=measure.has_denominator)
    there = {row.period: There(*row.numbers) for row in measure.observations.all()}
    return Plan(table, Choices(**(guessed | choices)), TODAY, lambda key, name: Series(measure, there=there))


# --- Reading -----------------------------------------------------------------------------------------------
def test_columns_are_matched_by_the_names_people_use():
    headings = ["period", "org_code", "type", "attendances", "breaches", "admissions"]
    assert guess_columns(headings, has_denominator=True) == {
        "date": "period",
        "numerator": "breaches",
        "denominator": "attendances",
    }
    assert (
        guess_columns(["Month", "Events", "Out of", "Notes"], has_denominator=True)["denominator"] == "Out of"
    )
    assert guess_columns(["Week", "Count", "Population"], has_denominator=False) == {
        "date": "Week",
        "numerator": "Count",
    }


def test_rows_are_chosen_by_columns_whose_values_come_again():
    table = read_csv(MADE)
    assert choosing_columns(table, ["period", "breaches", "attendances"]) == {
        "org_code": ["AAA", "BBB"],
        "type": ["1", "2"],
    }


def test_only_the_chosen_rows_are_taken(measure):
    planned = plan(measure, MADE, rows={"org_code": ["AAA"], "type": ["1"]})
    assert planned.counts == {"wrong": 0, "changed": 0, "new": 2, "same": 0}
    assert planned.left_out == 4
    assert [(row.period, row.entered) for row in planned.rows] == [
        (date(2017, 2, 1), "20 of 200"),
        (date(2017, 1, 1), "25 of 210"),
    ]


def test_several_rows_of_a_period_are_wrong_unless_they_are_to_be_added_up(measure):
    planned = plan(measure, MADE, rows={"org_code": ["AAA"]})
    assert planned.rows[0].errors == ["February 2017 is also on line 3."]
    planned = plan(measure, MADE, rows={"org_code": ["AAA"]}, add_up=True)
    assert [(row.line, row.entered) for row in planned.rows] == [
        ("2 and 3", "21 of 300"),
        ("5 and 6", "27 of 320"),
    ]
    everything = plan(measure, MADE).rows[0].errors
    assert everything == ["February 2017 is also on lines 3 and 4."]
    many = b"period,numerator,denominator\n" + b"2017-01-01,1,2\n" * 9
    assert plan(measure, many).rows[8].errors == ["January 2017 is also on lines 2, 3 and 6 more."]


def test_every_wrong_row_says_what_is_wrong(measure):
    planned = plan(measure, BAD)
    assert {row.lines[0]: row.errors for row in planned.rows} == {
        line: [sentence] for line, sentence in SENTENCES.items()
    }
    assert planned.counts["wrong"] == len(SENTENCES)


def test_numbers_are_read_as_people_write_them(measure):
    measure.shape = "number"
    content = (
        'date;value\n2020-01-01;"1,234.5"\n2020-02-01;+7\n2020-03-01;-2\n2020-04-01;1e3\n2020-05-01;.5\n'
    )
    planned = plan(measure, content.encode())
    assert [row.entered for row in planned.rows] == ["1,234.5", "7", "-2", "1,000", "0.5"]


@pytest.mark.parametrize(
    "text",
    ["1,2", "12,5", "1 234", "٣", "NaN", "1e99999999999", "--1", "12%", "0x1F", "99999999999999.99999"],
)
def test_what_is_no_number_is_refused(measure, text):
    measure.shape = "number"
    planned = plan(measure, f'date\tvalue\n2020-01-01\t"{text}"\n'.encode())
    assert planned.counts["wrong"] == 1


def test_empty_cells_at_the_end_of_rows_do_no_harm(measure):
    content = "\ufeffperiod;numerator;denominator\r\n2017-01-01;1;2;;\r\n2017-02-01;1;2;;x\r\n;;;;\r\n"
    fine, wrong = plan(measure, content.encode()).rows
    assert fine.errors == []
    assert wrong.errors == ["It has 5 cells, but there are 3 headings."]


def test_a_column_of_nhs_numbers_is_no_column_of_numbers(measure):
    measure.shape = "number"
    planned = plan(measure, b"date,value\n2020-01-01,9434765919\n")
    assert "value: Remove “9434765919”" in planned.rows[0].errors[0]


# --- Dates -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("texts", "read"),
    [
        (["2017-04-01", "2017/5/1", "2017-06"], ["2017-04-01", "2017-05-01", "2017-06-01"]),
        (["2017-04-01T00:00:00", "2017-05-01 00:00"], ["2017-04-01", "2017-05-01"]),
        (["01/05/2017", "13/05/2017"], ["2017-05-01", "2017-05-13"]),
        (["05/01/2017", "05/13/2017"], ["2017-05-01", "2017-05-13"]),
        (["01.01.2017", "2-2-2017"], ["2017-01-01", "2017-02-02"]),
        (["May 2017", "Sept-17", "1 June 2017", "01-Jul-2017"], ["2017-05-01", "2017-09-01", "2017-06-01", "2017-07-01"]),
        (["April 2017", "2017-05-01"], ["2017-04-01", "2017-05-01"]),
    ],
)  # fmt: skip
def test_dates_are_read_as_the_file_writes_them(texts, read):
    reader = DateReader.for_texts(texts, None)
    assert [reader.read(text).isoformat() for text in texts] == read


def test_where_nobody_can_tell_day_from_month_the_person_says():
    texts = ["01/05/2017", "01/06/2017"]
    assert DateReader.for_texts(texts, None).is_ambiguous
    assert DateReader.for_texts(texts, True).read(texts[0]) == date(2017, 5, 1)
    assert DateReader.for_texts(texts, False).read(texts[0]) == date(2017, 1, 5)
    reader = DateReader.for_texts(["00/00/2017", "01/01/2017", "1/5/2017 00:00"], None)
    assert reader.is_ambiguous
    assert reader.example == "1/5/2017 00:00"


@pytest.mark.parametrize(
    "texts", [["13/05/2017", "05/13/2017"], ["00/00/2017"], ["01/02/0000"], ["31/02/2017"]]
)
def test_dates_that_no_order_puts_right_are_wrong_and_nobody_is_asked(texts):
    reader = DateReader.for_texts(texts, None)
    assert not reader.is_ambiguous
    with pytest.raises(ValueError, match="There is no"):
        [reader.read(text) for text in texts]


# --- What it would do --------------------------------------------------------------------------------------
def test_a_row_is_new_changed_or_the_same(measure):
    ObservationFactory(measure=measure, period=date(2017, 1, 1), numerator=25, denominator=210, note="strike")
    ObservationFactory(measure=measure, period=date(2017, 2, 1), numerator=19, denominator=200)
    content = (
        b"period,numerator,denominator,note\n2017-01-01,25.0,210,\n2017-02-01,20,200,\n2017-03-01,1,2,snow\n"
    )
    planned = plan(measure, content)
    assert planned.counts == {"wrong": 0, "changed": 1, "new": 1, "same": 1}
    assert [row.what.name for row in planned.rows] == ["SAME", "CHANGED", "NEW"]
    assert planned.rows[1].was == "19 of 200"


def test_a_changed_note_alone_is_a_change(measure):
    ObservationFactory(measure=measure, period=date(2017, 1, 1), note="old")
    planned = plan(measure, b"period,numerator,denominator,note\n2017-01-01,12,240,new\n")
    assert planned.rows[0].was == "12 of 240 (old)"


# --- Through the pages -------------------------------------------------------------------------------------
def path(measure):
    return f"/{measure.network.slug}/measures/{measure.pk}/import/"


def bring(client, measure, content, name="numbers.csv"):
    from django.core.files.uploadedfile import SimpleUploadedFile

    file = SimpleUploadedFile(name, content, "text/csv")
    return client.post(path(measure), {"file": file, "no_patient": "on"})


COLUMNS = {"date": "period", "numerator": "breaches", "denominator": "attendances"}


def brought(client, measure, content=MADE, **columns):
    """Bring a file, choose columns, and return the address of its preview."""
    where = bring(client, measure, content).headers["Location"]
    answer = client.post(where, COLUMNS | {"rows_1": ["AAA"], "rows_2": ["1"]} | columns)
    assert answer.status_code == 302, answer.context["form"].errors
    read_due()  # what a worker does with a file of many rows
    return answer.headers["Location"]


def confirm(client, where):
    return client.post(where, {"stamp": stamp(client, where)}, follow=True)


def stamp(client, where):
    return client.get(where).context["brought"].claim


def counts(page):
    brought = page.context["brought"]
    return {name: getattr(brought, name) for name in ("wrong", "changed", "new", "same")}


def test_a_file_is_imported_after_its_preview_was_confirmed(signed_in, nurse, measure):
    client = signed_in(nurse)
    where = brought(client, measure)
    page = client.get(where)
    text = page.content.decode()
    assert "<strong>2 new</strong>" in text
    assert "4 other rows of the file are not taken." in text
    assert "Import 2 numbers" in text
    assert "The chart it would make" in text
    assert not Observation.objects.exists()
    done = confirm(client, where)
    assert "numbers.csv: 2 numbers added." in done.content.decode()
    assert [(row.period, row.numerator) for row in Observation.objects.order_by("period")] == [
        (date(2017, 1, 1), 25),
        (date(2017, 2, 1), 20),
    ]
    assert bytes(Import.objects.get().content) == b""
    assert History.objects.of(measure).get().what == "imported numbers from numbers.csv: 2 added"


def test_a_workbook_with_days_for_months_is_imported_and_its_formulas_are_left_alone(
    signed_in, nurse, measure
):
    client = signed_in(nurse)
    rows = [[date(2026, month, 1), month, 100.0, f"=B{month + 1}/C{month + 1}"] for month in (1, 2, 3)]
    content = workbook(
        ["Breaches of the four hours"], [], ["month", "breaches", "attendances", "share"], *rows
    )
    where = bring(client, measure, content, "numbers.xlsx").headers["Location"]
    page = client.post(
        where, {"date": "month", "numerator": "breaches", "denominator": "attendances"}, follow=True
    )
    done = confirm(client, page.request["PATH_INFO"])
    assert "numbers.xlsx: 3 numbers added." in done.content.decode()
    assert list(Observation.objects.order_by("period").values_list("period", "numerator", "denominator")) == [
        (date(2026, month, 1), month, 100) for month in (1, 2, 3)
    ]


def test_a_formula_in_a_column_that_is_used_stops_a_workbook(signed_in, nurse, measure):
    client = signed_in(nurse)
    content = workbook(["month", "breaches", "attendances"], [date(2026, 1, 1), "=1+1", 100])
    where = bring(client, measure, content).headers["Location"]
    page = client.post(
        where, {"date": "month", "numerator": "breaches", "denominator": "attendances"}, follow=True
    )
    assert "breaches (cell B2) begins like a formula (“=1+1”). Write the value itself." in page.text
    assert page.context["brought"].to_write == 0


def test_the_form_offers_guessed_columns_and_the_values_of_others(signed_in, nurse, measure):
    client = signed_in(nurse)
    form = client.get(bring(client, measure, MADE).headers["Location"]).context["form"]
    assert [form.get_initial_for_field(form.fields[name], name) for name in COLUMNS] == list(COLUMNS.values())
    assert [form.fields[name].label for name in ("rows_1", "rows_2")] == [
        "Only rows whose org_code is",
        "Only rows whose type is",
    ]


def test_what_was_chosen_is_there_again_when_one_goes_back(signed_in, nurse, measure):
    client = signed_in(nurse)
    where = brought(client, measure, add_up="on", numerator="admissions")
    form = client.get(f"{where}columns/").context["form"]
    assert form["numerator"].value() == "admissions"
    assert form["rows_1"].value() == ["AAA"]
    assert form["add_up"].value()


def test_the_same_file_again_changes_nothing(signed_in, nurse, measure):
    client = signed_in(nurse)
    confirm(client, brought(client, measure))
    page = client.get(brought(client, measure))
    assert "Nothing changes: all of these numbers are there already." in page.content.decode()
    assert "stamp" not in page.content.decode()


def test_a_file_with_a_wrong_row_cannot_be_confirmed_nor_posted(signed_in, nurse, measure):
    client = signed_in(nurse)
    where = brought(client, measure, BAD, numerator="numerator", denominator="denominator", note="note")
    page = client.get(where)
    text = page.content.decode()
    assert "19 rows are wrong, so nothing can be imported" in text
    assert 'name="stamp"' not in text
    for sentence in SENTENCES.values():
        assert sentence in text
    answer = client.post(where, {"stamp": page.context["brought"].claim})
    assert "19 rows are wrong" in answer.content.decode()
    assert not Observation.objects.exists()


def test_an_order_that_nobody_can_tell_is_asked_for(signed_in, nurse, measure):
    client = signed_in(nurse)
    content = b"period,breaches,attendances\n01/05/2017 00:00,1,2\n01/06/2017 00:00,1,2\n"
    where = bring(client, measure, content).headers["Location"]
    asked = client.post(where, COLUMNS)
    text = asked.content.decode()
    assert "How is “01/05/2017 00:00” meant?" in text
    assert "Day first: 1 May 2017" in text
    assert "Month first: 5 January 2017" in text
    client.post(where, COLUMNS | {"order": "day"})
    client.get(where.removesuffix("columns/"))
    assert list(ImportRow.objects.values_list("period", flat=True)) == [date(2017, 5, 1), date(2017, 6, 1)]


def test_no_column_is_chosen_twice_and_none_that_is_needed_is_left_out(signed_in, nurse, measure):
    client = signed_in(nurse)
    where = bring(client, measure, MADE).headers["Location"]
    text = client.post(where, COLUMNS | {"denominator": "breaches"}).content.decode()
    assert "“breaches” is chosen for “Numerator (how many)” already." in text
    assert "Choose the column for “Date of the period”" in client.post(where, {}).content.decode()


def test_a_second_confirmation_acts_once(signed_in, nurse, measure):
    client = signed_in(nurse)
    where = brought(client, measure)
    seen = stamp(client, where)
    confirm(client, where)
    again = client.post(where, {"stamp": seen, "again": "yes"}, follow=True)
    assert "numbers.csv was imported." in again.content.decode()
    assert History.objects.of(measure).count() == 1


def test_what_changed_since_the_preview_is_shown_before_anything_is_written(signed_in, nurse, measure):
    client = signed_in(nurse)
    where = brought(client, measure)
    seen = stamp(client, where)
    actions.add_observation(by=nurse, measure=measure, period=date(2017, 1, 1), numerator=1, denominator=210)
    page = client.post(where, {"stamp": seen})
    assert "Somebody changed a number since you saw the preview" in page.content.decode()
    assert "It was 1 of 210." in page.content.decode()
    assert Observation.objects.count() == 1


def test_anothers_file_does_not_exist(signed_in, nurse, measure):
    where = brought(signed_in(nurse), measure)
    staff = MembershipFactory(network=measure.network, roles=["staff"])
    elsewhere = MembershipFactory(roles=["staff"])
    for client in (signed_in(staff), signed_in(elsewhere)):
        for address in (where, f"{where}columns/"):
            assert client.get(address).status_code == 404
        assert client.post(where, {"stamp": "x"}).status_code == 404
        assert client.post(f"{where}discard/").status_code == 404
    assert Import.objects.exists()


def test_who_may_not_change_the_measure_is_told_why(signed_in, measure):
    answer = signed_in(MembershipFactory(network=measure.network)).get(path(measure))
    assert answer.status_code == 403
    assert "Only the project’s team" in answer.content.decode()


def test_a_discarded_file_is_gone(signed_in, nurse, measure):
    client = signed_in(nurse)
    where = brought(client, measure)
    client.post(f"{where}discard/")
    assert not Import.objects.exists()
    assert client.get(where).status_code == 404


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "file is empty"),
        (b"PK\x03\x04\0\0", "This workbook cannot be read"),
        (b"period,numerator\n", "headings but no rows"),
        (b"a,a\n1,2\n", "Two columns are called"),
        (b"x" * (20 * 1024 * 1024 + 1), "larger than 20 MB"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(signed_in, nurse, measure, content, sentence):
    assert sentence in bring(signed_in(nurse), measure, content).content.decode()
    assert not Import.objects.exists()


def test_the_person_says_that_no_patient_can_be_recognised(signed_in, nurse, measure):
    from django.core.files.uploadedfile import SimpleUploadedFile

    answer = signed_in(nurse).post(path(measure), {"file": SimpleUploadedFile("a.csv", MADE)})
    assert "Tick “No patient can be recognised in this file” to go on" in answer.content.decode()
    assert "Choose the file again" in answer.content.decode()


def test_a_preview_takes_as_many_queries_for_ten_times_the_rows(
    signed_in, nurse, measure, django_assert_num_queries
):
    client = signed_in(nurse)
    for rows in (30, 300):
        lines = [f"{1960 + row // 12}-{row % 12 + 1:02}-01,1,{row + 2}" for row in range(rows)]
        content = "\n".join(["period,breaches,attendances", *lines]).encode()
        where = brought(client, measure, content)
        with django_assert_num_queries(7):
            page = client.get(where)
        assert counts(page)["new"] == rows
    assert "Showing 1 to 100, there are more" in page.text
    last = client.get(f"{where}?page=3")
    assert "Showing 201 to 300 of 300" in last.text
    assert "December 1984" in last.text


# --- The real files ----------------------------------------------------------------------------------------
@real_files
def test_the_real_file_is_imported_for_one_hospital(signed_in, nurse, measure):
    client = signed_in(nurse)
    where = brought(client, measure, (DATA / "ae_attendances.csv").read_bytes(), rows_1=["RF4"])
    page = client.get(where)
    assert counts(page) == {"wrong": 0, "changed": 0, "new": 36, "same": 0}
    assert page.context["brought"].left_out == 12_765 - 36
    assert "36 numbers added" in confirm(client, where).content.decode()
    march = Observation.objects.get(period=date(2017, 3, 1))
    assert (march.numerator, march.denominator) == (2879, 21289)


@real_files
def test_the_real_file_whole_says_that_its_rows_share_periods(signed_in, nurse, measure):
    client = signed_in(nurse)
    content = (DATA / "ae_attendances.csv").read_bytes()
    where = brought(client, measure, content, rows_1="", rows_2=[])
    page = client.get(where)
    assert "12,765 rows are wrong" in page.content.decode()
    assert "Showing 1 to 100, there are more" in page.text
    added_up = client.get(brought(client, measure, content, rows_1="", rows_2=[], add_up="on"))
    assert counts(added_up)["new"] == 36


@real_files
def test_every_row_of_the_real_bad_file_gets_a_sentence(measure):
    content = (DATA / "bad_observations.csv").read_bytes()
    planned = plan(measure, content)
    said = {row.lines[0]: row.errors for row in planned.rows}
    assert sorted(said) == list(range(2, 14))
    assert all(len(errors) == 1 for errors in said.values())
    for line, sentence in SENTENCES.items():
        if line <= 13:
            assert said[line] == [sentence]


def test_choices_are_kept_as_json(signed_in, nurse, measure):
    brought(signed_in(nurse), measure)
    kept = Import.objects.get().choices
    assert Choices.of(json.loads(json.dumps(kept))).rows == {"org_code": ["AAA"], "type": ["1"]}
