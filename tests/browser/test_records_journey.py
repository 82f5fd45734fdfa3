"""A patient's name was written down: staff remove it from everywhere, and the ask says so."""

import pytest
from playwright.sync_api import expect

from iocn.records.models import Redaction
from programmes.escalations import actions as asks
from tests import factories
from tests.browser.conftest import check_page

pytestmark = pytest.mark.journey


def test_staff_remove_a_name_from_everywhere(page, sign_in, visit, network):
    # Given an ask in which somebody wrote a patient's name
    staff = factories.MembershipFactory(network=network, name="Sue Staff", roles=["staff"])
    raiser = factories.MembershipFactory(network=network, name="Ray Raiser")
    ask = asks.raise_ask(by=raiser, ask="A bed for Mabel Patient", urgency="stopping")
    factories.ProjectFactory(network=network, name="Home first", aim="So that mabel  patient goes home")
    sign_in(page, staff)

    # When staff look for it
    visit(page, "/larkton/staff-list/")
    page.get_by_role("link", name="Records").click()
    check_page(page)
    page.get_by_role("link", name="Words that were removed").click()
    check_page(page)
    page.get_by_role("button", name="Remove words").first.click()
    check_page(page)
    page.get_by_label("Words to remove").fill("Mabel Patient")
    page.get_by_label("Why?").fill("It said who Mabel Patient is.")
    page.get_by_role("button", name="Show where they are").click()

    # Then the reason may not repeat it, and what they typed is still there
    expect(page.get_by_role("link", name="The reason stays")).to_be_visible()
    expect(page.get_by_label("Words to remove")).to_have_value("Mabel Patient")
    check_page(page)

    # And with another reason they see every place
    page.get_by_label("Why?").fill("It said who a patient is.")
    page.get_by_role("button", name="Show where they are").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Remove from")
    expect(page.get_by_text("Home first")).to_be_visible()
    check_page(page)

    # When they confirm, only the reason is left
    page.get_by_role("button", name="Remove from").click()
    expect(page.get_by_text("Only the reason is kept.")).to_be_visible()
    expect(page.get_by_text("It said who a patient is.")).to_be_visible()
    check_page(page)

    # And the ask says that something was removed, by whom and why
    visit(page, ask.get_absolute_url())
    expect(page.get_by_role("heading", level=1)).to_contain_text("A bed for [removed]")
    expect(page.get_by_text("removed what must not be here")).to_be_visible()
    expect(page.get_by_text("Mabel")).to_have_count(0)
    assert Redaction.objects.get().by == staff


def test_staff_replace_who_a_leaver_was(page, sign_in, visit, network):
    # Given somebody who left
    staff = factories.MembershipFactory(network=network, name="Sue Staff", roles=["staff"])
    left = factories.MembershipFactory(
        network=network, name="Lena Leaver", closed_at=staff.joined_at, closed_by=staff
    )
    factories.ProjectFactory(network=network, aim="What Lena Leaver began")
    sign_in(page, staff)

    # When staff replace who they were
    visit(page, f"/larkton/members/{left.pk}/")
    page.get_by_role("link", name="Replace who they were").click()
    expect(page.get_by_text("What Lena Leaver began")).to_be_visible()
    check_page(page)
    page.get_by_label("Why?").fill("They asked for it.")
    page.get_by_role("button", name="Replace who they were").click()

    # Then they are a former member
    expect(page.get_by_role("heading", level=1)).to_contain_text("Former member")
    check_page(page)

    # And what the network holds and for how long can be read and changed
    visit(page, "/larkton/records/?q=sue")
    visit(page, "/larkton/records/periods/")
    visit(page, "/larkton/records/hold/")
    visit(page, "/larkton/records/holds/")
    visit(page, "/larkton/records/disposals/")
    visit(page, "/larkton/me/")
