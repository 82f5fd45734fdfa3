"""A team starts a project, brings in a citizen partner, and logs a try from a phone."""

import pytest
from playwright.sync_api import expect

from programmes.projects.models import TestCycle
from tests import factories
from tests.browser.conftest import check_page

pytestmark = pytest.mark.journey


def test_a_team_starts_a_project_with_a_citizen_partner_and_logs_tries(page, sign_in, visit, network):
    # Given a clinician and a citizen partner of the network
    clinician = factories.MembershipFactory(network=network, name="Ann Quill")
    factories.PostFactory(membership=clinician, organisation__name="Larkton Infirmary")
    factories.MembershipFactory(network=network, name="Cy Moss", roles=["citizen_partner"])
    sign_in(page, clinician)

    # When the clinician starts a project
    visit(page, "/larkton/projects/")
    page.get_by_role("button", name="Start a project").first.click()
    check_page(page)
    page.get_by_label("What is the project called?").fill("Letters in time")
    page.get_by_role("button", name="Start the project").click()

    # Then its page says who is missing, and the citizen partner is added from there
    page.get_by_text("No citizen partner yet").wait_for()
    check_page(page)
    page.get_by_role("button", name="Add a citizen partner").click()
    check_page(page)
    page.get_by_label("Who?").select_option(label="Cy Moss")
    page.get_by_role("button", name="Add to the team").click()
    page.get_by_text("Cy Moss is in the team now.").wait_for()
    expect(page.get_by_text("No citizen partner yet")).to_have_count(0)

    # When they log the first try, with one sentence and a name for the idea
    visit(page, "/larkton/log/")
    page.get_by_label("What did you try, and what happened?").fill("Six patients left by noon.")
    page.get_by_label("What do you call the change idea?").fill("Noon round")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Try 1 of “Noon round” is logged.").wait_for()
    check_page(page)

    # Then the next one needs the sentence alone
    visit(page, "/larkton/log/")
    expect(page.get_by_label("Noon round")).to_be_checked()
    expect(page.get_by_label("What do you call the new idea?")).to_be_hidden()
    page.get_by_label("What did you try, and what happened?").fill("Seven patients left by noon.")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Try 2 of “Noon round” is logged.").wait_for()
    assert TestCycle.objects.count() == 2

    # And something new asks for its name once it is chosen
    visit(page, "/larkton/log/")
    page.get_by_label("Something new").check()
    page.get_by_label("What do you call the new idea?").wait_for()
    check_page(page)
    page.get_by_label("What did you try, and what happened?").fill("Patient 943 476 5919 rang home.")
    page.get_by_label("What do you call the new idea?").fill("Ring home")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="it could be a patient’s NHS number").wait_for()
    check_page(page)
    expect(page.get_by_label("What do you call the new idea?")).to_have_value("Ring home")

    # And the prototype's page tells what was tried, by whom
    page.goto("/larkton/projects/")
    page.get_by_role("link", name="Letters in time").click()
    page.get_by_role("link", name="Noon round", exact=True).click()
    page.get_by_text("Seven patients left by noon.").wait_for()
    check_page(page)
