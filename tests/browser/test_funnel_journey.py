"""Organisations are compared in a funnel: who differs by more than chance is named, drawn and read aloud."""

from datetime import date

import pytest
from playwright.sync_api import expect

from programmes.models import Observation
from tests.browser.conftest import check_page, saved_by_key
from tests.factories import MeasureFactory, MembershipFactory, NetworkFactory, OrganisationFactory

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

WAITED = [
    (12, 180),
    (31, 420),
    (9, 95),
    (88, 610),
    (20, 240),
    (44, 900),
    (0, 6),
    (51, 640),
    (19, 300),
    (70, 1100),
]


def test_who_differs_from_the_others_is_found(page, sign_in, visit):
    network = NetworkFactory(slug="larkton", name="Larkton Health and Care")
    reader = MembershipFactory(network=network)
    for number, (events, cases) in enumerate(WAITED):
        organisation = OrganisationFactory(network=network, name=f"Practice {number + 1}")
        measure = MeasureFactory(
            project=None, network=network, organisation=organisation, name="Waited too long", unit="people"
        )
        for month in (1, 2, 3):
            Observation.objects.create(
                measure=measure,
                period=date(2026, month, 1),
                numerator=events,
                denominator=cases,
                added_by=reader,
            )
    sign_in(page, reader)
    visit(page, f"/larkton/measures/{measure.pk}/")
    page.get_by_role("link", name="Compare with the same of others").press("Enter")
    page.get_by_role("link", name="See them in a funnel").press("Enter")
    page.locator(".iocn-plot").wait_for()
    expect(page.locator(".iocn-chart__sentence")).to_contain_text(
        "10 organisations, January 2026 to March 2026"
    )
    expect(page.locator(".iocn-chart__events")).to_contain_text("Practice 4: 14.4%, 264 of 1,830, is above")
    check_page(page)

    # From the smallest to the greatest, read aloud.
    page.get_by_role("application").focus()
    page.keyboard.press("Home")
    expect(page.locator("[data-said]")).to_contain_text("Practice 7, 0.0%, 0 of 18, within the limits")
    page.keyboard.press("End")
    expect(page.locator("[data-said]")).to_contain_text("Practice 10, 6.4%, 210 of 3,300")
    assert saved_by_key(page, "Download as SVG") == "waited-too-long.svg"

    page.get_by_label("From", exact=True).select_option(label="March 2026")
    page.get_by_role("button", name="Show").press("Enter")
    expect(page.locator(".iocn-chart__sentence")).to_contain_text("10 organisations, March 2026")
    check_page(page)
