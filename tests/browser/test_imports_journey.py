"""Staff bring one measure of many organisations, and give a machine a key to go on with it."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from programmes.measures.imports.staging import read_due
from programmes.measures.results import renew_due
from programmes.models import Measure, Observation
from tests.browser.conftest import check_page, saved_by_key, tab_to
from tests.factories import MembershipFactory, OrganisationFactory

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "ae_attendances.csv"


def made_file() -> bytes:
    """Return two years of two hospitals' emergency departments, one with two parts."""
    lines = ["period,org_code,type,attendances,breaches"]
    for number in range(24):
        month = f"{2024 + number // 12}-{number % 12 + 1:02}-01"
        for code, part in (("AAA", "1"), ("AAA", "2"), ("BBB", "1")):
            lines.append(f"{month},{code},{part},{200 + number},{20 + number * 7 % 5}")
    return "\n".join(lines).encode()


def test_staff_bring_numbers_of_many_organisations(page, sign_in, visit):
    hospital = OrganisationFactory(network__slug="larkton", name="Larkton Hospital", ods_code="AAA")
    staff = MembershipFactory(network=hospital.network, roles=["staff"])
    sign_in(page, staff)
    visit(page, "/larkton/measures/")
    page.get_by_role("button", name="Import a measure of many organisations").click()
    check_page(page)
    page.get_by_label("CSV or Excel file").set_input_files(
        {"name": "waits.csv", "mimeType": "text/csv", "buffer": made_file()}
    )
    page.get_by_label("No patient can be recognised").check()
    page.get_by_role("button", name="Go on to the columns").click()
    check_page(page)

    # The columns are guessed; what is measured is not.
    page.get_by_label("What is measured?").fill("Waited over four hours")
    page.get_by_label("Lower is better").check()
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("72 new")).to_be_visible()
    expect(page.get_by_text("1 organisation of the file is not here yet.")).to_be_visible()
    check_page(page)
    page.get_by_role("button", name="Import 72 numbers").click()

    expect(page.get_by_text("waits.csv: 72 numbers added.")).to_be_visible()
    assert Observation.objects.count() == 72
    page.get_by_role("link", name="Waited over four hours – 1 – Larkton Hospital").click()
    check_page(page)
    page.get_by_role("link", name="Let a machine put the numbers in").click()
    page.get_by_label("What will use it?").fill("Nightly job")
    page.get_by_role("button", name="Make the key").click()
    expect(page.get_by_text("it is shown this once")).to_be_visible()
    check_page(page)


@pytest.mark.skipif(not REAL.exists(), reason="the real file (../shared/data) is not here")
def test_in_the_real_file_of_all_england_a_true_signal_is_found_by_keyboard_alone(page, sign_in, visit):
    staff = MembershipFactory(network__slug="larkton", network__name="Larkton Health", roles=["staff"])
    sign_in(page, staff)
    visit(page, "/larkton/measures/")
    press = page.keyboard.press

    # The whole file: 274 organisations, none of them known here.
    tab_to(page, page.get_by_role("button", name="Import a measure of many organisations"))
    press("Enter")
    page.get_by_label("CSV or Excel file").set_input_files(REAL)
    tab_to(page, page.get_by_label("No patient can be recognised"))
    press("Space")
    press("Enter")
    tab_to(page, page.get_by_label("What is measured?"))
    page.keyboard.type("Waited over four hours")
    tab_to(page, page.get_by_label("Higher is better"))
    press("ArrowDown")
    expect(page.get_by_label("Lower is better")).to_be_checked()
    check_page(page)
    tab_to(page, page.get_by_role("button", name="Preview"))
    press("Enter")
    expect(page.get_by_text("It has 12,765 rows.")).to_be_visible()
    check_page(page)
    read_due()  # what a worker does; the page then goes on by itself
    expect(page.get_by_text("12,765 new")).to_be_visible()
    expect(page.get_by_text("274 organisations of the file are not here yet.")).to_be_visible()
    expect(page.locator("td .iocn-small")).to_have_count(100)
    check_page(page)
    tab_to(page, page.get_by_role("button", name="Import 12,765 numbers"))
    press("Enter")
    page.get_by_text("ae_attendances.csv: 12,765 numbers added.").wait_for()
    assert Measure.objects.count() == 428
    renew_due()  # a worker's as well

    # What shows a concern comes first among the small charts. Its sentence says why.
    tab_to(page, page.get_by_role("link", name="All as small charts"))
    press("Enter")
    concerns = page.locator(".iocn-wall", has=page.get_by_role("heading", name="Concern", exact=True))
    expect(concerns).to_be_visible()
    check_page(page)
    tab_to(page, concerns.get_by_role("link").first)
    press("Enter")
    page.locator(".iocn-plot").wait_for()
    expect(page.locator(".iocn-chart__sentence")).to_contain_text("this is a concern")
    check_page(page)

    # What happened is written on the chart, from that month on its lines begin anew, and it is taken along.
    tab_to(page, page.get_by_role("link", name="Write on the chart"))
    press("Enter")
    tab_to(page, page.get_by_label("When?"))
    page.keyboard.type("05052018")  # the same whether day or month comes first
    tab_to(page, page.get_by_label("What happened?"))
    page.keyboard.type("New front door")
    press("Enter")
    expect(page.get_by_text("5 May 2018: New front door")).to_be_visible()
    tab_to(page, page.get_by_role("link", name="How the chart is drawn"))
    press("Enter")
    tab_to(page, page.get_by_role("link", name="Begin the lines anew"))
    press("Enter")
    tab_to(page, page.get_by_label("From when on?"))
    page.keyboard.type("May 2018")
    tab_to(page, page.get_by_label("Why?"))
    page.keyboard.type("New front door")
    check_page(page)
    press("Enter")
    expect(page.get_by_text("The lines begin anew with May 2018")).to_be_visible()
    check_page(page)
    names = [saved_by_key(page, f"Download as {kind}") for kind in ("PNG", "SVG")]
    assert [name.partition(".")[2] for name in names] == ["png", "svg"]
    assert all(name.startswith("waited-over-four-hours-") for name in names)
