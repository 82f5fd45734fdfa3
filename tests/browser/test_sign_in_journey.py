"""The way in."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import check_page

pytestmark = pytest.mark.journey


def test_the_sign_in_page_names_what_is_wrong_and_keeps_the_address(page, visit):
    visit(page, "/accounts/login/")
    page.get_by_label("E-mail address").fill("nobody@example.org")
    page.get_by_label("Password", exact=True).fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("There is a problem").wait_for()
    expect(page.get_by_label("E-mail address")).to_have_value("nobody@example.org")
    check_page(page)


@pytest.mark.parametrize("address", ["/gallery/", "/gallery/?wrong", "/gallery/?plain"])
def test_every_component_is_accessible_and_fits_a_phone(page, visit, address):
    visit(page, address)


def test_an_address_that_leads_nowhere_is_a_page_of_ours(page, troubles):
    troubles.expect(404)
    page.goto("/accounts/nothing-here/")
    assert page.get_by_role("heading", level=1).inner_text()
    check_page(page)
