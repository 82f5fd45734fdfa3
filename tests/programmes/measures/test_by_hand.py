"""Numbers one by one and pasted: a second look at what is far off, removing, templates, reminders."""

import io
from datetime import UTC, date, datetime

import openpyxl
import pytest
import time_machine

from programmes.measures import actions, tasks
from programmes.measures.periods import period_after, period_of
from programmes.measures.rhythm import due
from programmes.models import Import, Observation
from tests.factories import (
    MeasureFactory,
    MembershipFactory,
    ObservationFactory,
    OrganisationFactory,
    ProjectFactory,
    TeamMemberFactory,
)

USUAL = [10, 11, 9, 12, 10, 11, 10, 9]


@pytest.fixture
def measure(network):
    return MeasureFactory(project=ProjectFactory(network=network), name="Waits", values=USUAL)


@pytest.fixture
def nurse(measure):
    return TeamMemberFactory(project=measure.project, part="lead").membership


def page(measure, rest):
    return f"/larkton/measures/{measure.pk}/{rest}"


def number(top, **more):
    return {"period": "2024-09-01", "numerator": str(top), "denominator": "100", "note": "", **more}


# --- Far off -----------------------------------------------------------------------------------------------
def test_a_number_far_from_the_others_is_asked_about_before_it_goes_in(signed_in, nurse, measure):
    client = signed_in(nurse)
    asked = client.post(page(measure, "add/"), number(90))
    assert "90.0% is far from the numbers near it: chance alone keeps them between" in asked.text
    assert 'value="90"' in asked.text
    assert measure.observations.count() == len(USUAL)
    client.post(page(measure, "add/"), number(90, sure="on"))
    assert measure.observations.get(period=date(2024, 9, 1)).numerator == 90


def test_a_usual_number_goes_in_at_once(signed_in, nurse, measure):
    signed_in(nurse).post(page(measure, "add/"), number(11))
    assert measure.observations.filter(period=date(2024, 9, 1)).exists()


def test_a_corrected_number_is_compared_with_the_others_and_not_with_itself(signed_in, nurse, measure):
    there = measure.observations.get(period=date(2024, 3, 1))
    client = signed_in(nurse)
    sent = {"numerator": "70", "denominator": "100", "note": "", "seen": there.stamp}
    assert "is far from" in client.post(page(measure, f"numbers/{there.pk}/"), sent).text
    client.post(page(measure, f"numbers/{there.pk}/"), sent | {"numerator": "12"})
    there.refresh_from_db()
    assert there.numerator == 12


def test_after_a_change_of_level_nobody_is_asked_again_and_again(signed_in, network, measure):
    lead = TeamMemberFactory(project=measure.project, part="lead").membership
    moved = MeasureFactory(project=measure.project, values=[*[30, 31, 29] * 5, 10])
    signed_in(lead).post(page(moved, "add/"), number(11, period="2025-05-01"))
    assert moved.observations.get(period=date(2025, 5, 1)).numerator == 11


def test_nobody_is_asked_while_there_is_little_to_compare_with(signed_in, network, nurse, measure):
    few = MeasureFactory(project=measure.project, values=[10, 11, 10])
    signed_in(nurse).post(page(few, "add/"), number(99, period="2024-04-01"))
    assert few.observations.count() == 4


# --- Removing ----------------------------------------------------------------------------------------------
def test_a_number_is_removed_with_a_reason(signed_in, nurse, measure):
    there = measure.observations.get(period=date(2024, 3, 1))
    client = signed_in(nurse)
    assert "Remove the number" in client.get(page(measure, f"numbers/{there.pk}/")).text
    path = page(measure, f"numbers/{there.pk}/remove/")
    assert "Fill in “Why is it removed?”" in client.post(path, {"seen": there.stamp}).text
    done = client.post(path, {"reason": "Of another ward", "seen": there.stamp}, follow=True)
    assert "March 2024 is removed." in done.text
    assert "removed March 2024, which was 9 of 100" in done.text
    assert not measure.observations.filter(pk=there.pk).exists()


# --- Pasting -----------------------------------------------------------------------------------------------
def paste(client, measure, text, **more):
    return client.post(page(measure, "import/"), {"paste": text, "no_patient": "on", **more})


@pytest.mark.parametrize(
    "text", ["Month\tLate\tAll\n2025-01-01\t12\t100\n2025-02-01\t13\t100\n", "2025-01-01\t12\t100\r\n2025-02-01\t13\t100"]
)  # fmt: skip
def test_cells_are_pasted_with_or_without_their_headings(signed_in, nurse, measure, text):
    client = signed_in(nurse)
    where = paste(client, measure, text).headers["Location"]
    form = client.get(where).context["form"]
    chosen = {name: form[name].value() for name in ("date", "numerator", "denominator")}
    answers = chosen if all(chosen.values()) else {"date": "Month", "numerator": "Late", "denominator": "All"}
    preview = client.post(where, answers).headers["Location"]
    brought = client.get(preview).context["brought"]
    assert (brought.new, brought.name) == (2, "pasted cells")
    client.post(preview, {"stamp": brought.claim})
    assert measure.observations.get(period=date(2025, 2, 1)).numerator == 13


def test_a_column_of_numbers_alone_is_of_one_period_after_another(signed_in, nurse, measure):
    count = MeasureFactory(project=measure.project, shape="number")
    client = signed_in(nurse)
    where = paste(client, count, "Falls\n3\n\n5\n", begins="2024-11-01").headers["Location"]
    client.post(where, {"date": "date", "numerator": "numerator"})
    assert [row.period for row in Import.objects.get().staged.all()] == [date(2024, 11, 1), date(2025, 1, 1)]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({}, "Choose a CSV or Excel file, or paste cells below"),
        ({"paste": "3\n4"}, "Say below of which period the first number is"),
        ({"paste": "9434765919\n4", "begins": "2024-01-01"}, "could be a patient’s NHS number"),
    ],
)
def test_what_cannot_be_pasted_says_why_and_stays(signed_in, nurse, measure, data, sentence):
    count = MeasureFactory(project=measure.project, shape="number")
    answer = signed_in(nurse).post(page(count, "import/"), {"no_patient": "on", **data})
    assert sentence in answer.text
    assert data.get("paste", "").split("\n")[0] in answer.text
    assert not Import.objects.exists()


def test_a_percentage_is_not_pasted_as_one_column(signed_in, nurse, measure):
    assert "two columns" in paste(signed_in(nurse), measure, "3\n4").text


# --- Templates ---------------------------------------------------------------------------------------------
def test_a_template_has_the_columns_and_the_periods_that_are_missing(signed_in, nurse, measure):
    measure.observations.filter(period=date(2024, 3, 1)).delete()
    client = signed_in(nurse)
    assert "template/?format=xlsx" in client.get(page(measure, "import/")).text
    csv = b"".join(client.get(page(measure, "template/")).streaming_content).decode("utf-8-sig").split()
    assert csv == ["date,numerator,denominator,note", "2024-03-01,,,", "2024-09-01,,,"]
    book = b"".join(client.get(page(measure, "template/?format=xlsx")).streaming_content)
    rows = list(openpyxl.load_workbook(io.BytesIO(book)).active.values)
    assert rows[0] == ("date", "numerator", "denominator", "note")
    assert rows[1][0].date() == date(2024, 3, 1)
    assert client.get(page(measure, "template/?format=pdf")).status_code == 404


# --- Reminders ---------------------------------------------------------------------------------------------
def test_periods_follow_each_other():
    assert period_after("day", date(2024, 2, 28)) == date(2024, 2, 29)
    assert period_after("week", date(2024, 12, 30)) == date(2025, 1, 6)
    assert period_after("month", date(2024, 12, 1)) == date(2025, 1, 1)
    assert period_after("quarter", date(2024, 10, 1)) == date(2025, 1, 1)
    assert period_after("irregular", date(2024, 10, 1)) is None


def test_a_number_is_due_when_its_period_is_over_and_it_is_known(measure):
    measure.ready_after = 10
    last = date(2024, 8, 1)
    assert due(measure, last, date(2024, 10, 10)) is None
    assert due(measure, last, date(2024, 10, 11)) == date(2024, 9, 1)


def reminded(deliver, day):
    with time_machine.travel(f"{day}T07:10:00Z", tick=False):
        tasks.remind_of_due_numbers()
        return deliver()


def test_who_leads_the_team_is_reminded_once_for_each_period(deliver, nurse, measure):
    type(measure).objects.update(reminds=True)
    assert reminded(deliver, "2024-10-01") == []
    (mail,) = reminded(deliver, "2024-10-09")
    assert mail["To"] == nurse.person.email
    assert mail["Subject"] == "Waits: September 2024 is due"
    assert f"/larkton/measures/{measure.pk}/add/" in mail.get_body(("plain",)).get_content()
    assert reminded(deliver, "2024-10-10") == []
    ObservationFactory(measure=measure, period=date(2024, 9, 1), added_by=nurse)
    (mail,) = reminded(deliver, "2024-11-09")
    assert mail["Subject"] == "Waits: October 2024 is due"


def test_of_an_organisations_measure_whoever_added_the_last_number_is_reminded(deliver, network):
    analyst = MembershipFactory(network=network, roles=["staff"])
    measure = MeasureFactory(
        network=network, project=None, organisation=OrganisationFactory(network=network), reminds=True
    )
    ObservationFactory(measure=measure, period=date(2024, 8, 1), added_by=analyst)
    assert [mail["To"] for mail in reminded(deliver, "2024-10-09")] == [analyst.person.email]


@pytest.mark.parametrize(
    ("frequency", "made", "first"),
    [
        ("day", "2024-08-14", date(2024, 8, 14)),
        ("week", "2024-08-14", date(2024, 8, 12)),
        ("month", "2024-08-14", date(2024, 8, 1)),
        ("quarter", "2024-08-14", date(2024, 7, 1)),
        ("irregular", "2024-08-14", None),
    ],
)
def test_the_first_period_is_the_one_in_which_the_measure_was_agreed(frequency, made, first):
    assert period_of(frequency, date.fromisoformat(made)) == first


def test_who_leads_the_team_is_reminded_of_a_measure_without_any_number(deliver, network):
    lead = TeamMemberFactory(project__network=network, part="lead")
    agreed = datetime(2024, 8, 31, 23, 30, tzinfo=UTC)  # the first of September in Larkton
    measure = MeasureFactory(project=lead.project, name="Waits", reminds=True, created_at=agreed)
    assert reminded(deliver, "2024-10-07") == []
    (mail,) = reminded(deliver, "2024-10-08")
    assert (mail["To"], mail["Subject"]) == (lead.membership.person.email, "Waits: September 2024 is due")
    assert reminded(deliver, "2024-10-09") == []
    assert reminded(deliver, "2024-11-20") == []  # once is enough
    ObservationFactory(measure=measure, period=date(2024, 9, 1))
    assert [mail["Subject"] for mail in reminded(deliver, "2024-11-20")] == ["Waits: October 2024 is due"]


def test_of_an_organisations_measure_without_any_number_whoever_added_it_is_reminded(deliver, network):
    analyst, other = (MembershipFactory(network=network, roles=["staff"]) for _ in range(2))
    hospital = OrganisationFactory(network=network)
    with time_machine.travel("2024-08-14T12:00:00Z", tick=False):
        facts = {"name": "Waits", "shape": "percentage", "unit": "attendances", "reminds": True}
        measure = actions.create_measure(by=analyst, organisation=hospital, **facts)
        actions.change_measure(by=other, measure=measure, **facts | {"unit": "visits"})
    (mail,) = reminded(deliver, "2024-09-09")
    assert mail["To"] == analyst.person.email
    assert "because you added the measure" in mail.get_body(("plain",)).get_content()


@pytest.mark.parametrize(
    "quiet", [{"reminds": False}, {"frequency": "irregular"}, {"project__stage": "stopped"}]
)
def test_nobody_is_reminded_of_what_has_no_rhythm_or_has_ended(deliver, network, quiet):
    project = ProjectFactory(network=network, stage=quiet.pop("project__stage", "problem"))
    TeamMemberFactory(project=project, part="lead")
    MeasureFactory(project=project, values=USUAL, **({"reminds": True} | quiet))
    assert reminded(deliver, "2024-10-09") == []


def test_once_a_project_was_handed_over_its_lead_and_its_sponsor_are_reminded(
    deliver, signed_in, network, nurse, measure
):
    sponsor = MembershipFactory(network=network, name="Ruth Hale")
    type(measure.project).objects.update(stage="handed_over", sponsor=sponsor)
    type(measure).objects.update(reminds=True)
    mails = reminded(deliver, "2024-10-09")
    assert {mail["To"] for mail in mails} == {nurse.person.email, sponsor.person.email}
    # The sponsor can add it, too.
    added = signed_in(sponsor).post(page(measure, "add/"), number(10), follow=True)
    assert "September 2024 is 10 of 100 (10.0%)." in added.text


def test_who_stopped_reminders_gets_none(deliver, signed_in, nurse, measure):
    type(measure).objects.update(reminds=True)
    (mail,) = reminded(deliver, "2024-10-09")
    path = mail["List-Unsubscribe"].strip("<>").partition("//")[2].partition("/")[2]
    signed_in(nurse).post(f"/{path}")
    nurse.refresh_from_db()
    assert not nurse.mail_about_numbers
    Observation.objects.filter(period=date(2024, 8, 1)).delete()
    assert reminded(deliver, "2024-10-12") == []
