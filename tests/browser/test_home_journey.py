"""From the weekly e-mail to what waits, and out of the e-mail again."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from iocn.digests.actions import write_digests
from people.models import Message
from programmes.escalations import actions as escalations
from tests.browser.conftest import check_page
from tests.factories import (
    MembershipFactory,
    OrganisationFactory,
    PostFactory,
    ProjectFactory,
    RemitFactory,
    TeamMemberFactory,
)

pytestmark = pytest.mark.journey


@pytest.fixture
def people(network):
    """A nurse whose project asks a leader for something, and the others who have a first page."""
    hospital = OrganisationFactory(network=network, name="Larkton General")
    long_ago = timezone.now() - timedelta(days=100)

    def member(name, *roles):
        return MembershipFactory(network=network, name=name, roles=roles or ["member"], joined_at=long_ago)

    people = {"nurse": member("Nell Nurse"), "leader": member("Lea Leader", "leader")}
    for who in ("staff", "coach", "citizen_partner", "evaluator"):
        people[who] = member(f"One {who}", who)
    PostFactory(membership=people["nurse"], organisation=hospital)
    RemitFactory(membership=people["leader"], organisation=hospital, domain="data")
    project = ProjectFactory(network=network, name="Heart failure at home")
    TeamMemberFactory(project=project, membership=people["nurse"], part="lead")
    TeamMemberFactory(project=project, membership=people["citizen_partner"], part="citizen_partner")
    escalations.raise_ask(
        by=people["nurse"], ask="Access to results", urgency="stopping", project=project, domain="data"
    )
    Message.objects.all().delete()  # the news of the ask itself is another journey's
    return people


def test_a_leader_comes_from_the_weekly_update_to_what_waits_and_stops_the_update(
    page, people, network, sign_in, mails, new_page
):
    # Given that an ask waits for the leader when the week's updates are written
    write_digests(network=network)
    mail = next(mail for mail in mails() if mail["To"] == people["leader"].person.email)
    links = [word for word in mail.get_body(["plain"]).get_content().split() if word.startswith("http")]

    # When the leader follows the link to the first page
    sign_in(page, people["leader"])
    page.goto(next(link for link in links if link.endswith(f"/{network.slug}/")))
    # Then what needs them comes first, and leads to the ask
    expect(page.get_by_role("heading", level=1)).to_have_text("What needs you now")
    check_page(page)
    page.get_by_role("link", name="Access to results").first.click()
    page.get_by_role("heading", name="Access to results").wait_for()

    # When somebody who is not signed in follows the link that stops the update
    stranger = new_page()
    stranger.goto(mail["List-Unsubscribe"].strip("<>"))
    check_page(stranger)
    stranger.get_by_role("button", name="Stop it").click()
    stranger.get_by_role("heading", name="Stopped").wait_for()
    check_page(stranger)
    # Then it has signed nobody in
    stranger.goto(f"/{network.slug}/")
    assert "/accounts/login/" in stranger.url


@pytest.mark.parametrize("who", ["nurse", "staff", "coach", "citizen_partner", "evaluator"])
def test_everybody_has_a_first_page_of_their_own(page, people, network, sign_in, visit, who):
    sign_in(page, people[who])
    visit(page, f"/{network.slug}/")
    assert page.get_by_role("heading", level=1).inner_text()
    expected = {"nurse": "Heart failure at home", "citizen_partner": "Heart failure at home"}
    if who in expected:
        page.get_by_role("link", name=expected[who]).first.wait_for()
