"""A form that comes too late is there again after signing in, and parts of a page that fail say so."""

import pytest
from playwright.sync_api import expect

from programmes.escalations.models import Escalation
from tests import factories
from tests.browser.conftest import check_page
from tests.factories import PASSWORD

pytestmark = pytest.mark.journey


@pytest.fixture
def nurse(network):
    organisation = factories.OrganisationFactory(network=network, name="Larkton Infirmary")
    nurse = factories.MembershipFactory(network=network, name="Jo Bright")
    factories.PostFactory(membership=nurse, organisation=organisation)
    return nurse


def sign_in_again(page, member):
    page.get_by_label("E-mail address").fill(member.person.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_a_half_written_ask_outlives_the_session(page, sign_in, nurse):
    # Given a nurse who has written an ask while her session ended
    sign_in(page, nurse)
    page.goto("/larkton/escalations/raise/")
    page.get_by_label("What do you need?").fill("A room for the clinic on Tuesdays")
    page.locator("[name=urgency]").first.check()
    page.context.clear_cookies()

    # When she sends it, she signs in first
    page.get_by_role("button", name="Send the ask").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    check_page(page)
    sign_in_again(page, nurse)

    # Then what she wrote is there again, and nothing was sent
    expect(page.get_by_text("You were signed out before this was sent")).to_be_visible()
    expect(page.get_by_label("What do you need?")).to_have_value("A room for the clinic on Tuesdays")
    expect(page.locator("[name=urgency]").first).to_be_checked()
    check_page(page)
    assert not Escalation.objects.exists()

    # When she sends it, there is one ask
    page.get_by_role("button", name="Send the ask").click()
    expect(page.get_by_text("is with network staff")).to_be_visible()
    assert Escalation.objects.count() == 1


def test_a_part_of_a_page_that_fails_says_so_and_one_without_a_session_leaves_the_page_alone(
    page, sign_in, nurse, troubles
):
    troubles.expect(403)
    sign_in(page, nurse)
    page.goto("/larkton/escalations/raise/")
    asks_for_route = "**/escalations/raise/?*"

    # When the answer to a part is a refusal, its words are shown
    refusal = "<main><h1>You may not do this</h1><p>Only leaders may.</p></main>"
    page.route(asks_for_route, lambda route: route.fulfill(status=403, body=refusal))
    page.locator("[name=domain]").first.select_option(index=1)
    expect(page.get_by_role("alert").get_by_text("Only leaders may.")).to_be_visible()
    check_page(page)

    # When the session has ended meanwhile, what the form fetches by itself takes nobody away from it
    page.unroute(asks_for_route)
    page.get_by_label("What do you need?").fill("A room")
    page.context.clear_cookies()
    with page.expect_response(asks_for_route) as answer:
        page.locator("[name=domain]").first.select_option(index=2)
    assert answer.value.status == 204
    expect(page.get_by_label("What do you need?")).to_have_value("A room")
