"""Staff bring one measure of many organisations, and give a machine a key to go on with it."""

import pytest
from playwright.sync_api import expect

from programmes.models import Observation
from tests.browser.conftest import check_page
from tests.factories import MembershipFactory, OrganisationFactory

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


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
