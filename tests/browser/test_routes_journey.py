"""Staff look up where an ask goes, and change it."""

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.browser.conftest import check_page

pytestmark = pytest.mark.journey


def test_staff_see_the_whole_route_name_who_decides_and_set_the_times(page, sign_in, visit, network):
    hospital = factories.OrganisationFactory(network=network, name="Larkton General")
    factories.MembershipFactory(network=network, name="Dr Meera Patel", roles=["leader"])
    sign_in(page, factories.MembershipFactory(network=network, name="Sam Lee", roles=["staff"]))

    visit(page, "/larkton/settings/")
    page.get_by_role("link", name="Where asks go, and how long they may wait").click()
    page.get_by_label("About").select_option("Data and digital")
    page.get_by_label("Whose power is needed").select_option(hospital.name)
    page.get_by_role("button", name="Show the route").click()
    expect(page.get_by_role("heading", name="It goes to network staff")).to_be_visible()
    check_page(page)

    page.get_by_label("Who else can decide on it?").select_option("Dr Meera Patel")
    page.get_by_role("button", name="Name them").click()
    expect(page.get_by_role("heading", name="It goes to Dr Meera Patel")).to_be_visible()
    check_page(page)

    page.get_by_role("link", name="Change the times of “It is stopping us”").click()
    page.get_by_label("First reply within").fill("soon")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("First reply within")).to_have_value("soon")
    check_page(page)
    page.get_by_label("First reply within").fill("4")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("cell", name="4 working hours")).to_be_visible()
    check_page(page)
