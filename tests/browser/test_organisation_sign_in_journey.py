"""Through the organisation's own sign-in, which runs as a process of its own."""

import re

import pytest
from playwright.sync_api import expect

from people import actions, invitations
from tests import factories, openid
from tests.browser.conftest import check_page, phone_only

pytestmark = pytest.mark.journey


@phone_only
def test_an_invited_person_joins_through_their_organisation(page, network, settings, troubles):
    troubles.expect(404)  # the provider has no icon
    # Its own page wants a style sheet from elsewhere; journeys reach nothing outside this machine.
    page.route(re.compile("^https:"), lambda route: route.fulfill(content_type="text/css", body=""))
    staff = factories.MembershipFactory(network=network, roles=["staff"])
    invited = actions.invite_member(by=staff, email="jo@example.org", name="Jo Bell", send=False)
    with openid.running() as provider:
        settings.SOCIALACCOUNT_PROVIDERS = provider.apps()
        provider.knows("jo", email="jo@example.org", email_verified=True)
        provider.knows("stranger", email="stranger@example.org", email_verified=True)
        page.goto(invitations.path(invited))
        check_page(page)
        page.get_by_role("button", name="Sign in with NHS Larkton").click()
        page.get_by_label("Subject").fill("jo")
        page.get_by_role("button", name="Authorize", exact=True).click()
        expect(page.get_by_text("You join as Jo Bell")).to_be_visible()
        page.get_by_role("button", name="Join").click()
        expect(page).to_have_url(re.compile("/larkton/$"))
        page.goto("/accounts/")
        expect(page.get_by_text("Opens this account")).to_be_visible()
        check_page(page)

        page.get_by_role("button", name="Sign out").click()
        check_page(page)
        troubles.expect(403)
        page.get_by_role("button", name="Sign in with NHS Larkton").click()
        page.get_by_label("Subject").fill("stranger")
        page.get_by_role("button", name="Authorize", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("That did not open an account")
        check_page(page)
