"""One file with the numbers of many organisations: read by a worker, shown, and applied all or none."""

import time
import uuid
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from iocn.shared import workbooks
from iocn.shared.models import History
from iocn.shared.tables import Brought, read_csv
from people.models import Organisation
from programmes.measures import actions, tasks
from programmes.measures.imports import staging
from programmes.models import Import, ImportRow, ImportSeries, Measure, Observation
from tests.factories import (
    MeasureFactory,
    MembershipFactory,
    OrganisationFactory,
    ProgrammeOfCareFactory,
)
from tests.shared.test_workbooks import workbook
from tests.test_worker import Worker, until

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
real_files = pytest.mark.skipif(not DATA.exists(), reason="the real files (../shared/data) are not here")

MADE = b"""period,org_code,type,attendances,breaches,admissions
2017-02-01,AAA,1,200,20,51
2017-02-01,AAA,2,100,1,0
2017-02-01,bbb,1,300,33,70
2017-01-01,AAA,1,210,25,52
2017-01-01,AAA,2,110,2,0
2017-01-01,BBB,1,310,44,71
"""
ANSWERS = {
    "name": "Waited over four hours",
    "shape": "percentage",
    "unit": "attendances",
    "better": "lower",
    "chart": "xmr",
    "frequency": "month",
    "date": "period",
    "code": "org_code",
    "subgroup": "type",
    "numerator": "breaches",
    "denominator": "attendances",
}


@pytest.fixture
def staff(network):
    return MembershipFactory(network=network, name="Ola Staff", roles=["staff"])


@pytest.fixture
def hospital(network):
    return OrganisationFactory(network=network, name="Larkton Hospital", ods_code="AAA")


def bring(client, content=MADE, into="", **answers):
    """Bring a file and choose its columns; return the address of its preview."""
    file = SimpleUploadedFile("waits.csv", content, "text/csv")
    where = client.post(f"/larkton/{into}measures/import/", {"file": file, "no_patient": "on"})
    answer = client.post(where.headers["Location"], ANSWERS | answers)
    assert answer.status_code == 302, answer.context["form"].errors
    return answer.headers["Location"]


def confirm(client, where, **data):
    brought = client.get(where).context["brought"]
    return client.post(where, {"stamp": brought.claim, **data}, follow=True)


def test_a_file_makes_a_measure_of_each_organisation_and_part(signed_in, network, staff, hospital):
    client = signed_in(staff)
    where = bring(client)
    page = client.get(where)
    assert "<strong>6 new</strong>" in page.text
    assert "Larkton Hospital (AAA)" in page.text
    assert "1 organisation of the file is not here yet." in page.text
    assert not Measure.objects.exists()
    # Each with the small chart that it would have.
    pictures = [part.picture for part in page.context["series"]]
    assert [picture["line"].count("L") for picture in pictures] == [1, 1, 1]
    assert all(f'd="{picture["line"]}"' in page.text for picture in pictures)
    assert "2 numbers: too few to tell" in page.text
    assert "January 2017 to February 2017" in page.text

    done = confirm(client, where, add_as="hospital")

    assert "waits.csv: 6 numbers added." in done.text
    made = {(m.organisation.ods_code, m.subgroup): m for m in Measure.objects.with_owners()}
    assert sorted(made) == [("AAA", "1"), ("AAA", "2"), ("BBB", "1")]
    first = made["AAA", "1"]
    assert first.belongs_to == hospital
    assert (first.name, first.unit, first.better, first.source) == (
        "Waited over four hours", "attendances", "lower", "waits.csv",
    )  # fmt: skip
    assert list(first.observations.values_list("period", "numerator", "denominator", "added_by")) == [
        (date(2017, 1, 1), 25, 210, staff.pk),
        (date(2017, 2, 1), 20, 200, staff.pk),
    ]
    assert Organisation.objects.get(ods_code="BBB").kind == "hospital"
    assert [row.what for row in History.objects.of(first)] == [
        "imported numbers from waits.csv: 2 added",
        "added the measure",
    ]
    assert list(Measure.objects.alike(first)) == list(Measure.objects.all())


def test_all_measures_of_a_file_may_have_a_target(signed_in, staff, hospital):
    client = signed_in(staff)
    where = bring(client, target="5")
    confirm(client, where, add_as="hospital")
    assert {measure.target for measure in Measure.objects.all()} == {Decimal(5)}
    # The next file of the same begins with what was said of it.
    file = SimpleUploadedFile("more.csv", MADE, "text/csv")
    page = client.get(
        client.post("/larkton/measures/import/", {"file": file, "no_patient": "on"}).headers["Location"]
    )
    assert page.context["form"]["target"].value() == "5"


def test_a_preview_draws_what_a_measure_has_already_with_what_comes(signed_in, staff, hospital):
    client = signed_in(staff)
    confirm(client, bring(client), add_as="hospital")
    page = client.get(bring(client, MADE + b"2017-03-01,AAA,1,200,30,51\n"))
    picture = page.context["series"][0].picture
    assert (picture["first"], picture["last"]) == ("January 2017", "March 2017")
    assert picture["line"].count("L") == 2


def test_rows_of_unknown_organisations_are_left_out_unless_they_are_added(signed_in, staff, hospital):
    client = signed_in(staff)
    assert "4 numbers added" in confirm(client, bring(client), add_as="").text
    assert not Organisation.objects.filter(ods_code="BBB").exists()
    assert Measure.objects.count() == 2


def test_a_new_organisation_has_the_name_that_the_file_gives_it(signed_in, staff, hospital):
    client = signed_in(staff)
    content = (
        b"month,code,name,late,all\n2017-01-01,CCC,Larkton Hospital,1,9\n2017-01-01,DDD,Ashby Trust,2,9\n"
    )
    columns = {"date": "month", "code": "code", "organisation": "name", "subgroup": ""}
    where = bring(client, content, **columns, numerator="late", denominator="all")
    confirm(client, where, add_as="community")
    added = Organisation.objects.filter(kind="community").order_by("ods_code")
    assert [(row.ods_code, row.name) for row in added] == [
        ("CCC", "Larkton Hospital (CCC)"),
        ("DDD", "Ashby Trust"),
    ]


def test_the_same_file_again_changes_nothing(signed_in, staff, hospital):
    client = signed_in(staff)
    confirm(client, bring(client), add_as="hospital")
    page = client.get(bring(client))
    assert "Nothing changes" in page.text
    assert page.context["brought"].same == 6
    assert "stamp" not in page.text


def test_a_changed_number_is_shown_and_its_old_value_kept(signed_in, staff, hospital):
    client = signed_in(staff)
    confirm(client, bring(client), add_as="hospital")
    where = bring(client, MADE.replace(b"200,20,51", b"200,21,51"))
    page = client.get(where)
    assert "<strong>1 changed</strong>" in page.text
    assert "It was 20 of 200." in page.text
    assert [(number, row.series.code) for row, _period, number in page.context["rows"]] == [
        ("21 of 200", "AAA")
    ]
    assert "1 number changed" in confirm(client, where).text
    first = Measure.objects.get(organisation=hospital, subgroup="1")
    told = History.objects.of(first)[0]
    assert (told.what, told.text) == (
        "imported numbers from waits.csv: 1 changed",
        "February 2017: 20 of 200 → 21 of 200",
    )
    assert first.observations.get(period=date(2017, 2, 1)).numerator == 21
    assert Measure.objects.get(organisation__ods_code="BBB").version == 2


def test_a_programme_has_measures_of_many_organisations(signed_in, network, staff, hospital):
    programme = ProgrammeOfCareFactory(network=network, name="Urgent care")
    client = signed_in(staff)
    confirm(client, bring(client, into=f"programmes/{programme.pk}/"), add_as="hospital")
    assert [measure.belongs_to for measure in Measure.objects.with_owners()] == [programme] * 3
    # Those of the organisations themselves are others.
    assert client.get(bring(client)).context["brought"].new == 6


def test_what_was_chosen_is_offered_for_the_next_file(signed_in, staff, hospital):
    client = signed_in(staff)
    confirm(client, bring(client, numerator="admissions"), add_as="hospital")
    file = SimpleUploadedFile("next.csv", MADE, "text/csv")
    page = client.post("/larkton/measures/import/", {"file": file, "no_patient": "on"}, follow=True)
    form = page.context["form"]
    assert form["numerator"].value() == "admissions"
    assert form["name"].value() == "Waited over four hours"


BAD = b"""period,org_code,type,attendances,breaches
2017-02-01,AAA,1,200,201
2017-02-01,A?,1,200,1
2017-02-01,,1,200,1
2017-02-01,BBB,1,200,1
2017-02-01,BBB,1,200,2
2017-02-01,BBB,2,0,2
2017-02-01,BBB,943 476 5919,9,2
"""


def test_one_wrong_row_stops_the_file_and_every_one_has_its_sentence(signed_in, staff, hospital):
    client = signed_in(staff)
    where = bring(client, BAD)
    page = client.get(where)
    for sentence in (
        "a part cannot be larger than its whole",
        "“A?” is no ODS code",
        "“” is no ODS code",
        "February 2017 is also on line 6.",
        "nothing to divide by",
        "it could be a patient’s NHS number",
    ):
        assert sentence in page.text
    confirm(client, where, add_as="hospital")
    assert not Observation.objects.exists()
    assert not Measure.objects.exists()


def test_what_somebody_did_meanwhile_is_shown_before_anything_is_written(signed_in, staff, hospital):
    client = signed_in(staff)
    where = bring(client)
    seen = client.get(where).context["brought"].claim
    OrganisationFactory(network=staff.network, ods_code="BBB")
    page = client.post(where, {"stamp": seen, "add_as": "hospital"})
    assert "Look again" in page.text
    assert not Observation.objects.exists()
    assert "6 numbers added" in confirm(client, where).text


def test_a_name_that_means_another_thing_already_is_refused(signed_in, staff, hospital):
    actions.create_measure(
        by=staff, organisation=hospital, name=ANSWERS["name"], shape="number", kind="outcome", better="lower"
    )
    client = signed_in(staff)
    file = SimpleUploadedFile("waits.csv", MADE, "text/csv")
    where = client.post("/larkton/measures/import/", {"file": file, "no_patient": "on"}).headers["Location"]
    assert "Give this another name" in client.post(where, ANSWERS).text


def test_only_staff_bring_numbers_of_many(signed_in, network):
    assert signed_in(MembershipFactory(network=network)).get("/larkton/measures/import/").status_code == 403


# --- The worker --------------------------------------------------------------------------------------------
def many(rows):
    """Return a file of so many days of one measure."""
    days = (date(1990, 1, 1) + timedelta(day) for day in range(rows))
    return "\n".join(["date,value", *(f"{day},{number}" for number, day in enumerate(days))]).encode()


@pytest.fixture
def measure(network):
    return MeasureFactory(network=network, project__network=network, shape="number")


@pytest.fixture
def waiting(staff, measure):
    """A file too large to be read at once, with its columns chosen."""
    content = many(2500)
    brought = actions.bring(
        by=staff, measure=measure, file=Brought(content, name="days.csv"), table=read_csv(content)
    )
    actions.choose(brought=brought, choices={"date": "date", "numerator": "value"})
    brought.refresh_from_db()
    return brought


def test_the_page_shows_how_far_a_large_file_is_and_goes_on_by_itself(signed_in, staff, waiting):
    client = signed_in(staff)
    where = f"/larkton/imports/{waiting.pk}/"
    assert "0% read" in client.get(where).text
    assert client.get(f"{where}progress/?seen=0").status_code == 204
    Import.objects.filter(pk=waiting.pk).update(progress=40)
    bar = client.get(f"{where}progress/?seen=0")
    assert "40% read" in bar.text
    assert "<html" not in bar.text
    # Whoever left finds it where it was brought.
    assert where in client.get(f"/larkton/measures/{waiting.measure_id}/import/").text
    tasks.read_brought_numbers()
    assert client.get(f"{where}progress/?seen=40").headers["HX-Refresh"] == "true"
    assert "<strong>2,500 new</strong>" in client.get(where).text
    assert "2,500 numbers added" in confirm(client, where).text


@pytest.fixture
def large(monkeypatch):
    """What counts as a large workbook is a small one here."""
    monkeypatch.setattr(workbooks, "LARGE", 1000)


def bring_workbook(client, measure, content):
    sent = {"file": SimpleUploadedFile("days.xlsx", content), "no_patient": "on"}
    page = client.post(f"/larkton/measures/{measure.pk}/import/", sent, follow=True)
    return page, page.request["PATH_INFO"]


@pytest.mark.usefixtures("large")
def test_a_large_workbook_is_unpacked_by_a_worker(signed_in, staff, measure):
    client = signed_in(staff)
    days = [[date(2023, 1, 1) + timedelta(days=day), day] for day in range(1100)]
    page, where = bring_workbook(client, measure, workbook(["date", "value"], *days, More=[["other"]]))
    assert "It is a large workbook" in page.text
    assert "0% read" in page.text
    brought = Import.objects.get()
    # Whoever goes to its columns too early is led back.
    columns = f"/larkton/imports/{brought.pk}/columns/"
    assert client.get(columns).headers["Location"] == where
    assert client.post(columns, {"date": "date"}).headers["Location"] == where
    tasks.read_brought_numbers()
    page = client.get(where, follow=True)
    assert page.request["PATH_INFO"] == columns
    assert "The first of its 1,100 rows" in page.text
    assert "The sheet “Sheet” is read" in page.text
    client.post(columns, {"date": "date", "numerator": "value"})
    tasks.read_brought_numbers()
    assert "1,100 numbers added" in confirm(client, where).text


@pytest.mark.usefixtures("large")
def test_a_large_workbook_that_cannot_be_used_says_why(signed_in, staff, measure):
    client = signed_in(staff)
    days = [
        [date(2023, 1, 1), "#DIV/0!"],
        *[[date(2023, 1, 1) + timedelta(days=day), day] for day in range(1, 90)],
    ]
    page, where = bring_workbook(client, measure, workbook(["date", "value"], *days))
    tasks.read_brought_numbers()
    page = client.get(where)
    assert "Cell B2 holds an error (#DIV/0!). Put it right, or empty it." in page.text
    # What cannot be used is not kept, and trying again says the same.
    assert bytes(Import.objects.get().content) == b""
    assert "Cell B2 holds an error" in client.post(where).text
    assert f"/larkton/measures/{measure.pk}/import/" in page.text
    assert not ImportRow.objects.exists()


@pytest.mark.usefixtures("large")
def test_a_worker_that_lost_a_workbook_stops_and_does_not_call_it_broken(signed_in, staff, measure):
    content = workbook(["date", "value"], *[[date(2023, 1, 1), day] for day in range(90)])
    bring_workbook(signed_in(staff), measure, content)
    old = Import.objects.get()
    Import.objects.update(state="reading", claim=uuid.uuid4())
    old.claim = uuid.uuid4()
    staging.read(old)
    old.refresh_from_db()
    assert (old.state, old.refusal, old.offer) == ("reading", "", {})


def test_what_a_dead_worker_left_is_read_from_the_start(waiting):
    """It died after some steps, and has said nothing for minutes."""
    long_ago = timezone.now() - staging.SILENT - timedelta(seconds=1)
    part = ImportSeries.objects.create(brought=waiting, new=1)
    ImportRow.objects.create(brought=waiting, series=part, line=2, lines="2", text="", what=2)
    Import.objects.filter(pk=waiting.pk).update(
        state="reading", claim=uuid.uuid4(), state_at=long_ago, progress=50
    )
    assert staging.read_due() == 1
    waiting.refresh_from_db()
    assert (waiting.state, waiting.new) == ("ready", 2500)
    assert waiting.staged.count() == 2500


def test_who_is_alive_is_left_alone(waiting):
    Import.objects.filter(pk=waiting.pk).update(state="reading", claim=uuid.uuid4())
    assert staging.read_due() == 0


def test_a_worker_that_lost_the_file_stops_and_leaves_the_others_rows(waiting):
    old = Import.objects.get(pk=waiting.pk)
    Import.objects.filter(pk=waiting.pk).update(state="reading", claim=uuid.uuid4())
    old.claim = uuid.uuid4()
    staging.read(old)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.staged.count()) == ("reading", 0)


def test_a_file_that_our_own_fault_stopped_can_be_tried_again(signed_in, staff, waiting, monkeypatch):
    Import.objects.filter(pk=waiting.pk).update(choices={"date": "gone", "numerator": "value"})
    staging.read_due()
    client = signed_in(staff)
    where = f"/larkton/imports/{waiting.pk}/"
    assert "could not be read" in client.get(where).text
    Import.objects.filter(pk=waiting.pk).update(choices={"date": "date", "numerator": "value"})
    client.post(where)
    staging.read_due()
    assert "2,500 new" in client.get(where).text


def test_nothing_is_half_applied(staff, waiting, measure):
    """A row that the database refuses, in the middle of many, takes all others with it."""
    staging.read_due()
    waiting.refresh_from_db()
    ImportRow.objects.filter(brought=waiting, line=1000).update(numerator=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        actions.apply_import(by=staff, brought=waiting, stamp=str(waiting.claim))
    assert not Observation.objects.exists()
    assert not History.objects.of(measure).exists()
    waiting.refresh_from_db()
    assert waiting.state == "ready"


def test_old_files_go_and_what_was_staged_of_applied_ones(staff, waiting):
    staging.read_due()
    waiting.refresh_from_db()
    actions.apply_import(by=staff, brought=waiting, stamp=str(waiting.claim))
    other = Import.objects.create(network=staff.network, by=staff, name="old.csv", content=b"x", rows=1)
    Import.objects.filter(pk=other.pk).update(created_at=timezone.now() - timedelta(days=2))
    tasks.clear_old_imports()
    assert list(Import.objects.all()) == [waiting]
    assert not ImportRow.objects.exists()
    assert Observation.objects.count() == 2500


# --- The real file -----------------------------------------------------------------------------------------
@real_files
def test_the_real_file_makes_428_measures_within_a_minute(signed_in, network, staff):
    client = signed_in(staff)
    began = time.monotonic()
    where = bring(client, (DATA / "ae_attendances.csv").read_bytes())
    staging.read_due()
    page = client.get(where)
    assert "274 organisations of the file are not here yet." in page.text
    assert "12,765 numbers added" in confirm(client, where, add_as="hospital").text
    assert time.monotonic() - began < 60
    assert Measure.objects.count() == 428
    assert Observation.objects.count() == 12_765
    trust = Measure.objects.get(organisation__ods_code="RF4", subgroup="1")
    march = trust.observations.get(period=date(2017, 3, 1))
    assert (march.numerator, march.denominator) == (2879, 21289)
    again = bring(client, (DATA / "ae_attendances.csv").read_bytes())
    staging.read_due()
    assert "Nothing changes" in client.get(again).text


# --- A worker that is killed -------------------------------------------------------------------------------
@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_leaves_nothing_half_done_and_the_next_goes_on(network, tmp_path):
    staff = MembershipFactory(network=network, roles=["staff"])
    measure = MeasureFactory(network=network, project__network=network, shape="number")
    content = many(10_000)
    worker = Worker(tmp_path)
    try:
        brought = actions.bring(
            by=staff,
            measure=measure,
            file=Brought(content, name="days.csv"),
            table=read_csv(content, staging.LIMITS),
        )
        actions.choose(brought=brought, choices={"date": "date", "numerator": "value"})
        until(lambda: ImportRow.objects.filter(brought=brought).exists(), what="the first rows")
    finally:
        worker.process.kill()
        worker.process.wait()
    assert not Observation.objects.exists()
    long_ago = timezone.now() - staging.SILENT - timedelta(seconds=1)
    Import.objects.filter(pk=brought.pk, state="reading").update(state_at=long_ago)
    staging.read_due()
    brought.refresh_from_db()
    assert (brought.state, brought.new, brought.staged.count()) == ("ready", 10_000, 10_000)
    assert actions.apply_import(by=staff, brought=brought, stamp=str(brought.claim)) == (10_000, 0)
