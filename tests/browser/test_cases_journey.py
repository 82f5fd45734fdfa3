"""A team puts a business case; the leaders at the table decide it from their agenda."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests import factories
from tests.browser.conftest import check_page

pytestmark = pytest.mark.journey


def test_a_case_is_written_put_and_decided_at_the_table(page, sign_in, visit, network):
    nurse = factories.MembershipFactory(network=network, name="Jo Bright")
    patel = factories.MembershipFactory(network=network, name="Dr Meera Patel", roles=["leader"])
    tom = factories.MembershipFactory(network=network, name="Tom Okafor", roles=["leader"], at_table=True)
    project = factories.ProjectFactory(network=network, name="Heart failure at home")
    factories.TeamMemberFactory(project=project, membership=nurse, part="lead")
    factories.MeasureFactory(project=project, name="Readmissions")

    sign_in(page, nurse)
    visit(page, f"/larkton/projects/{project.pk}/")
    page.get_by_role("link", name="Write a business case").click()
    check_page(page)
    page.get_by_label("What do you ask for?").fill("A nurse at home each week")
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_label("What do you ask for?")).to_have_value("A nurse at home each week")
    check_page(page)
    page.get_by_label("The problem").fill("People come back in.")
    page.get_by_label("Readmissions").check()
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_text("There are no numbers yet")).to_be_visible()
    check_page(page)
    page.get_by_role("button", name="Put it to leaders").click()
    page.get_by_label("Who sees it through?").select_option(label="Dr Meera Patel")
    page.get_by_label("Tom Okafor").check()
    check_page(page)
    page.get_by_role("button", name="Put it to them").click()
    expect(page.get_by_role("heading", name="Yet to answer: Dr Meera Patel, Tom Okafor")).to_be_visible()
    check_page(page)

    sign_in(page, tom)
    visit(page, "/larkton/escalations/")
    page.get_by_role("link", name="Agenda of the network table").click()
    expect(page.get_by_role("heading", name="Business cases that wait for answers")).to_be_visible()
    check_page(page)
    page.get_by_role("link", name="Answer the business case").click()
    page.get_by_role("radio", name="Not possible now").check()
    page.get_by_label("If “yes, if”: on which condition? If not possible: why?").fill("No room")
    page.get_by_role("button", name="Answer the business case").click()
    expect(page.get_by_role("radio", name="Not possible now")).to_be_checked()
    check_page(page)
    page.get_by_role("radio", name="Yes, if").check()
    page.get_by_label("If yes: what do you promise for your part?").fill("A room")
    page.get_by_label("If yes: by when?").fill((timezone.localdate() + timedelta(days=30)).isoformat())
    page.get_by_role("button", name="Answer the business case").click()
    expect(page.get_by_text("Tom Okafor: yes, if – No room")).to_be_visible()
    check_page(page)

    sign_in(page, patel)
    visit(page, "/larkton/escalations/E-1/")
    page.get_by_role("button", name="Answer the business case").click()
    page.get_by_role("radio", name="Yes", exact=True).check()
    page.get_by_label("If yes: what do you promise for your part?").fill("The nurse")
    page.get_by_label("If yes: by when?").fill((timezone.localdate() + timedelta(days=20)).isoformat())
    page.get_by_role("button", name="Answer the business case").click()
    expect(page.get_by_role("heading", name="You promised this")).to_be_visible()
    check_page(page)
