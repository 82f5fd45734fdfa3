"""Signing in with a second step: an authenticator app, a passkey, a recovery code."""

import re

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from playwright.sync_api import Page, expect

from tests import factories
from tests.browser.conftest import check_page, desk_only, phone_only
from tests.factories import PASSWORD

pytestmark = pytest.mark.journey


@pytest.fixture(autouse=True)
def _codes_live_a_little_longer(settings):
    # Between computing a code and sending it the clock may pass a half minute.
    settings.MFA_TOTP_TOLERANCE = 1


@pytest.fixture
def leader(network):
    """A leader in a network that asks leaders for a second step."""
    network.second_factor_required = True
    network.save()
    return factories.MembershipFactory(network=network, name="Lea Leader", roles=["leader"])


def code_for(secret: str) -> str:
    """Return what an app with the secret shows now."""
    cache.clear()  # a code works once, and journeys are quicker than half minutes
    return format_hotp_value(hotp_value(secret, list(yield_hotp_counters_from_time())[1]))


def confirm_by_password(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirm that it is you")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()


def type_password(page: Page, membership) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("E-mail address").fill(membership.person.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def put_authenticator(page: Page):
    """Give the page's browser a device with a fingerprint reader; return a function that asks what it holds."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return lambda: session.send("WebAuthn.getCredentials", made)["credentials"]


@phone_only
def test_who_must_have_one_adds_an_app_and_comes_back_to_where_they_went(
    page, leader, sign_in_by_form, new_page, troubles
):
    troubles.expect(403)
    sign_in_by_form(page, leader)
    page.goto("/larkton/members/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in with a second step")
    check_page(page)
    page.get_by_role("link", name="An authenticator app").click()
    confirm_by_password(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Add an authenticator app")
    picture = page.get_by_role("img", name="QR code")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
    check_page(page)
    page.get_by_text("I cannot scan it").click()
    secret = page.locator("code").inner_text()
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Add the app").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    check_page(page)
    page.get_by_text("I cannot scan it").click()
    assert page.locator("code").inner_text() == secret  # the same picture: nobody has to scan twice
    page.get_by_label("Code").fill(code_for(secret))
    page.get_by_role("button", name="Add the app").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    check_page(page)
    recovery_code = page.locator(".iocn-codes code").first.inner_text()
    page.get_by_role("button", name="I have kept them").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Members")

    elsewhere = new_page()
    type_password(elsewhere, leader)
    expect(elsewhere.get_by_role("heading", level=1)).to_have_text("Second step")
    check_page(elsewhere)
    elsewhere.get_by_label("Code").fill(code_for(secret))
    elsewhere.get_by_role("button", name="Sign in", exact=True).click()
    expect(elsewhere.get_by_role("heading", level=1)).to_have_text("Remember this device?")
    check_page(elsewhere)
    elsewhere.get_by_role("button", name="Remember it for 30 days").click()
    expect(elsewhere).to_have_url(re.compile("/larkton/$"))
    elsewhere.get_by_role("button", name="Sign out").click()
    type_password(elsewhere, leader)
    expect(elsewhere).to_have_url(re.compile("/larkton/$"))

    without_phone = new_page()
    type_password(without_phone, leader)
    without_phone.get_by_label("Code").fill(recovery_code)
    without_phone.get_by_role("button", name="Sign in", exact=True).click()
    without_phone.get_by_role("button", name="Not on this device").click()
    expect(without_phone).to_have_url(re.compile("/larkton/$"))
    without_phone.goto("/accounts/")
    expect(without_phone.get_by_text("9 left")).to_be_visible()
    check_page(without_phone)


@pytest.mark.services
@desk_only
def test_a_passkey_is_added_and_signs_in_in_place_of_password_and_code(
    page, leader, sign_in_by_form, new_page, troubles
):
    troubles.expect(403)
    held = put_authenticator(page)
    sign_in_by_form(page, leader)
    page.goto("/larkton/")
    page.get_by_role("link", name="A passkey").click()
    confirm_by_password(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Add a passkey")
    check_page(page)
    page.get_by_label("A name for this passkey").fill("Work laptop")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    assert len(held()) == 1
    page.get_by_role("button", name="I have kept them").click()
    expect(page).to_have_url(re.compile("/larkton/$"))

    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Use a passkey")).to_be_visible()
    check_page(page)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(re.compile("/larkton/$"))

    # After the password it is the second step.
    page.get_by_role("button", name="Sign out").click()
    type_password(page, leader)
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_role("button", name="Not on this device").click()
    expect(page).to_have_url(re.compile("/larkton/$"))

    # It confirms that it is you, and is renamed and removed.
    page.goto("/accounts/")
    page.get_by_role("link", name="Rename the passkey Work laptop").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirm that it is you")
    page.get_by_role("link", name="Use a passkey").click()
    check_page(page)
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_label("Name of this passkey").fill("My laptop")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("My laptop", exact=True)).to_be_visible()
    check_page(page)
    page.get_by_role("link", name="Remove the passkey My laptop").click()
    check_page(page)
    page.get_by_role("button", name="Remove the passkey").click()
    expect(page.get_by_text("You have none yet.")).to_be_visible()


@desk_only
def test_a_device_that_knows_no_passkey_of_yours_says_what_to_do(page, leader, sign_in_by_form, troubles):
    troubles.expect(403)
    sign_in_by_form(page, leader)
    page.get_by_role("button", name="Sign out").click()
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "usb", "hasResidentKey": True, "hasUserVerification": True}
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": {**options, "isUserVerified": False}})
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("Try again")
    session.send("WebAuthn.removeVirtualAuthenticator", made)


@phone_only
def test_without_javascript_an_app_does_it_and_passkeys_say_why_not(browser, live_server, leader, size):
    context = browser.new_context(java_script_enabled=False, base_url=live_server.url, locale="en-GB")
    page = context.new_page()
    type_password(page, leader)
    expect(page.get_by_role("button", name="Use a passkey")).to_have_count(0)
    page.get_by_role("link", name="A passkey").click()
    confirm_by_password(page)
    expect(page.get_by_text("This browser cannot use passkeys, or JavaScript is off.")).to_be_visible()
    page.get_by_role("link", name="use an authenticator app").click()
    page.get_by_text("I cannot scan it").click()
    page.get_by_label("Code").fill(code_for(page.locator("code").inner_text()))
    page.get_by_role("button", name="Add the app").click()
    page.get_by_role("button", name="I have kept them").click()
    expect(page).to_have_url(re.compile("/larkton/$"))
    context.close()
