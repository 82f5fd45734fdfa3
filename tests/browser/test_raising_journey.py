"""Asking on a phone between two patients, and at a desk by keyboard alone."""

import re

import pytest
from playwright.sync_api import expect

from people.models import Mandate
from programmes.escalations import actions
from tests import factories
from tests.browser.conftest import check_page, desk_only, phone_only

pytestmark = pytest.mark.journey

LETTERS = "Access to the pharmacy’s discharge letters"


@pytest.fixture
def ward(network):
    """A nurse whose team has asked for letters before and got a no."""
    hospital = factories.OrganisationFactory(network=network, name="Larkton General")
    nurse = factories.MembershipFactory(network=network, name="Jo Bright", roles=["member"])
    leader = factories.MembershipFactory(network=network, name="Dr Meera Patel", roles=["leader"])
    for person, level in ((nurse, "front_line"), (leader, "top")):
        factories.PostFactory(membership=person, organisation=hospital, level=level)
    factories.RemitFactory(membership=leader, organisation=hospital, domain="data")
    Mandate.objects.create(organisation=hospital, domain="data", text="Order read-only accounts.")
    asked = actions.raise_ask(by=nurse, ask=LETTERS, urgency="slowing", domain="data")
    actions.decline(by=leader, escalation=asked, text="The contract ends in March.", would_change="April")
    return nurse


@phone_only
def test_an_ask_is_raised_on_a_phone_with_what_was_asked_before_in_sight(page, sign_in, visit, ward):
    sign_in(page, ward)
    visit(page, "/larkton/escalations/raise/")
    expect(page.get_by_text("Asked before")).to_have_count(0)

    page.get_by_label("What do you need?").press_sequentially("Read discharge letters of the pharmacy")
    expect(page.get_by_role("heading", name="Asked before")).to_be_visible()
    expect(page.get_by_text("The contract ends in March.")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="An earlier ask is like this one")).to_have_count(1)
    expect(page.get_by_label("What do you need?")).to_be_focused()
    check_page(page)

    page.get_by_label("It is slowing us").check()
    expect(page.get_by_text("An answer is due by")).to_be_visible()
    page.get_by_label("What is it about?").select_option("Data and digital")
    expect(page.get_by_role("heading", name="Perhaps you need not ask")).to_be_visible()
    expect(page.get_by_role("heading", name="It goes to Dr Meera Patel")).to_be_visible()
    expect(page.get_by_label("Anything that helps to decide")).to_be_hidden()
    check_page(page)

    page.get_by_role("button", name="Send the ask").click()
    page.get_by_text("E-2 is with Dr Meera Patel").wait_for()


@desk_only
def test_an_ask_is_raised_by_keyboard_alone_and_nothing_typed_is_lost(page, sign_in, visit, ward):
    sign_in(page, ward)
    visit(page, "/larkton/escalations/raise/")
    page.get_by_label("What do you need?").focus()
    page.keyboard.type("Discharge letters from the pharmacy")
    link = page.get_by_role("link", name=LETTERS)
    expect(link).to_be_visible()
    # More letters that find the same change nothing on the page.
    with page.expect_response(lambda answer: "/similar/" in answer.url) as again:
        page.keyboard.type(" today")
    assert again.value.status == 204
    page.keyboard.press("Tab")
    expect(link).to_be_focused()
    with page.context.expect_page() as opened:
        page.keyboard.press("Enter")
    expect(opened.value).to_have_url(re.compile("/larkton/escalations/E-1/$"))
    opened.value.close()
    expect(page.get_by_label("What do you need?")).to_have_value("Discharge letters from the pharmacy today")

    # Sent too early: the error has the keyboard, and all that was typed is there.
    page.locator("summary", has_text="Add more, if it helps").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Anything that helps to decide")).to_be_focused()
    page.keyboard.type("For the trial")
    page.get_by_role("button", name="Send the ask").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Choose how badly you need it.")
    check_page(page)
    expect(page.get_by_label("What do you need?")).to_have_value("Discharge letters from the pharmacy today")
    expect(page.get_by_label("Anything that helps to decide")).to_have_value("For the trial")
    expect(link).to_be_visible()

    page.get_by_role("link", name="Choose how badly you need it.").press("Enter")
    page.keyboard.press("Space")
    expect(page.get_by_text("An answer is due by")).to_be_visible()
    page.get_by_role("button", name="Send the ask").press("Enter")
    page.get_by_text("E-2 is with").wait_for()
