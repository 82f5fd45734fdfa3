"""A team brings the past of a measure from a file, sees signal or noise, and adds this month by hand."""

from datetime import date

import pytest
from playwright.sync_api import expect

from programmes.measures.actions import annotate
from programmes.models import Observation
from tests.browser.conftest import check_page, saved_by_key
from tests.factories import MeasureFactory, ProjectFactory, TeamMemberFactory

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def measure():
    project = ProjectFactory(
        network__slug="larkton", network__name="Larkton Health and Care", name="Chest pain pathway"
    )
    return MeasureFactory(project=project, name="Waited more than four hours", unit="attendances")


@pytest.fixture
def nurse(measure):
    return TeamMemberFactory(project=measure.project, membership__name="Ana Lund").membership


def made_file() -> bytes:
    """Return three years of two departments; the breaches of the first fall for good in the second year."""
    lines = ["month,department,attendances,breaches"]
    for number in range(24):
        month = f"{2024 + number // 12}-{number % 12 + 1:02}-01"
        breaches = (31 if number < 13 else 12) + number * 7 % 5
        lines += [f"{month},Majors,{200 + number},{breaches}", f"{month},Minors,{300 + number},{number % 3}"]
    return "\n".join(lines).encode()


def bring(page, measure, name, content):
    page.get_by_role("button", name="Import from a file").click()
    check_page(page)
    page.get_by_label("CSV or Excel file").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": content}
    )
    page.get_by_label("No patient can be recognised").check()
    page.get_by_role("button", name="Go on to the columns").click()


@pytest.mark.services
def test_a_team_brings_a_file_and_adds_this_month(page, sign_in, visit, measure, nurse):
    sign_in(page, nurse)
    visit(page, f"/larkton/measures/{measure.pk}/")
    bring(page, measure, "waits.csv", made_file())
    check_page(page)

    # Both departments have every month: the preview says so and writes nothing.
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("48 rows are wrong, so nothing can be imported")).to_be_visible()
    expect(page.get_by_text("January 2024 is also on line 3.")).to_be_visible()
    check_page(page)

    page.get_by_role("link", name="take fewer rows").click()
    page.get_by_label("Majors").check()
    page.get_by_role("button", name="Preview").click()
    page.locator(".iocn-plot").wait_for()
    check_page(page)
    page.get_by_role("button", name="Import 24 numbers").click()

    page.get_by_text("waits.csv: 24 numbers added.").wait_for()
    page.locator(".iocn-plot").wait_for()
    expect(page.get_by_text("this is an improvement")).to_be_visible()
    expect(page.locator(".iocn-plot")).to_contain_text("mean")
    # Which shape is which rule, and which colour means what.
    expect(page.locator(".iocn-plot")).to_contain_text("beyond a limit")
    expect(page.locator(".iocn-plot")).to_contain_text("improvement")
    check_page(page)

    # Number by number by the keyboard, read aloud; and the picture for a report.
    page.get_by_role("application").focus()
    page.keyboard.press("End")
    expect(page.locator("[data-said]")).to_contain_text("December 2025")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("[data-said]")).to_contain_text("November 2025")
    for kind in ("PNG", "SVG"):
        assert saved_by_key(page, f"Download as {kind}") == f"waited-more-than-four-hours.{kind.lower()}"

    # What happened is written on the chart, and its lines begin anew for a reason.
    page.get_by_role("link", name="Write on the chart").press("Enter")
    page.get_by_label("When?").fill("2025-03-05")
    page.get_by_label("What happened?").fill("New triage desk")
    check_page(page)
    page.get_by_role("button", name="Write on the chart").press("Enter")
    expect(page.get_by_text("5 March 2025: New triage desk")).to_be_visible()
    page.get_by_role("link", name="How the chart is drawn").press("Enter")
    check_page(page)
    page.get_by_role("link", name="Begin the lines anew").press("Enter")
    page.get_by_label("From when on?").select_option(label="March 2025")
    page.get_by_label("Why?").fill("New triage desk")
    page.get_by_role("button", name="Begin a new phase").press("Enter")
    expect(page.get_by_text("The lines begin anew with March 2025")).to_be_visible()
    check_page(page)

    page.get_by_role("button", name="Add January 2026").click()
    check_page(page)
    page.get_by_label("How many (numerator)").fill("14")
    page.get_by_label("Out of how many attendances").fill("230")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("January 2026 is 14 of 230 (6.1%).").wait_for()
    assert Observation.objects.get(period=date(2026, 1, 1)).numerator == 14
    check_page(page)

    visit(page, "/larkton/measures/")


def test_a_month_that_is_there_is_changed_after_asking(page, sign_in, visit, nurse, measure):
    for month in range(1, 7):
        Observation.objects.create(
            measure=measure, period=date(2026, month, 1), numerator=12, denominator=240, added_by=nurse
        )
    sign_in(page, nurse)
    visit(page, f"/larkton/measures/{measure.pk}/add/")
    page.get_by_label("Month").select_option(label="June 2026: 12 of 240")
    page.get_by_label("How many (numerator)").fill("13")
    page.get_by_label("Out of how many attendances").fill("240")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="There is a problem").wait_for()
    check_page(page)
    page.get_by_label("Yes, change June 2026").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Ana Lund changed June 2026 from 12 of 240 to 13 of 240").wait_for()


def test_the_page_proposes_what_a_person_confirms_and_its_marks_can_be_told_apart(
    page, sign_in, visit, measure, nurse
):
    for month in range(26):
        Observation.objects.create(
            measure=measure,
            period=date(2024 + month // 12, month % 12 + 1, 1),
            numerator=(31 if month < 13 else 12) + month * 7 % 4,
            denominator=100,
            added_by=nurse,
        )
    for day in (3, 9, 15, 21, 27):
        annotate(by=nurse, measure=measure, on=date(2025, 2, day), text=f"Step of {day} February")
    annotate(by=nurse, measure=measure, on=date(2024, 4, 2), text="Long before")
    sign_in(page, nurse)
    visit(page, f"/larkton/measures/{measure.pk}/")
    page.locator(".iocn-plot").wait_for()
    marks = page.locator(".iocn-plot g[font-weight='600'] text")
    expect(marks).to_have_text(["1", "2–6"])
    page.get_by_role("link", name="Look at beginning the lines anew").press("Enter")
    expect(page.get_by_label("From when on?")).to_have_value("2025-02-01")
    expect(page.get_by_label("Why?")).to_have_value("Step of 3 February")
    check_page(page)
    page.get_by_role("button", name="Begin a new phase").press("Enter")
    expect(page.get_by_text("The lines begin anew with February 2025")).to_be_visible()
    expect(page.get_by_text("Nothing is drawn anew by itself")).to_have_count(0)


def test_without_javascript_there_is_a_picture(new_context, sign_in, measure, nurse):
    for month in range(1, 13):
        Observation.objects.create(
            measure=measure, period=date(2025, month, 1), numerator=month, denominator=100, added_by=nurse
        )
    page = new_context(java_script_enabled=False).new_page()
    sign_in(page, nurse)
    page.goto(f"/larkton/measures/{measure.pk}/")
    expect(page.locator(".iocn-chart .iocn-small")).to_be_visible()
    expect(page.locator(".iocn-chart__picture p")).to_contain_text("From January 2025 at the left")
