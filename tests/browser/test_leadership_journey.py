"""How asks are answered, as an organisation and as staff see it."""

import pytest
from playwright.sync_api import expect

from programmes.escalations.tasks import build_figures
from tests import factories
from tests.browser.conftest import check_page
from tests.programmes.escalations.conftest import member
from tests.programmes.escalations.test_leadership import answered

pytestmark = pytest.mark.journey


def test_a_network_decides_to_see_its_organisations_side_by_side(page, new_page, sign_in, visit, network):
    hospital = factories.OrganisationFactory(network=network, name="Larkton General")
    practice = factories.OrganisationFactory(network=network, name="Harbour Street Practice")
    nurse = member(network, "Jo Bright", organisation=hospital)
    leaders = [member(network, name, "leader", organisation=hospital) for name in ("Dr Patel", "Tom Okafor")]

    class place:
        pass

    place.network, place.nurse = network, nurse
    for organisation in (hospital, practice):
        for month in range(3):
            answered(place, organisation, leaders, 6, days_ago=30 * month, minutes=60 * (month + 1))
    build_figures()

    sign_in(page, nurse)
    visit(page, "/larkton/escalations/")
    page.get_by_role("link", name="How asks are answered").click()
    expect(page.get_by_role("heading", name="How asks are answered")).to_be_visible()
    expect(page.get_by_role("rowheader", name="Larkton General")).to_be_visible()
    expect(page.get_by_text("Harbour Street Practice")).to_have_count(0)
    check_page(page)
    page.get_by_label("About").select_option("Money")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("heading", name="No asks here")).to_be_visible()
    check_page(page)

    staff = new_page()
    sign_in(staff, member(network, "Sam Lee", "staff"))
    visit(staff, "/larkton/escalations/leadership/")
    expect(staff.get_by_text("Only network staff see organisations side by side.")).to_be_visible()
    check_page(staff)
    staff.get_by_role("link", name="settings of the network").click()
    staff.get_by_label("All members see organisations side by side").check()
    staff.get_by_role("button", name="Save").click()
    expect(staff.get_by_text("Saved.")).to_be_visible()

    visit(page, "/larkton/escalations/leadership/")
    expect(page.get_by_role("rowheader", name="Harbour Street Practice")).to_be_visible()
    check_page(page)
