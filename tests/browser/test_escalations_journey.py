"""An ask's way from a ward to whoever can settle it, and back."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from people.models import Mandate
from programmes.escalations import actions
from tests import factories
from tests.browser.conftest import check_page, desk_only

pytestmark = pytest.mark.journey


@pytest.fixture
def ward(network):
    """A nurse with a project, two leaders of her hospital."""
    hospital = factories.OrganisationFactory(network=network, name="Larkton General")
    Mandate.objects.create(organisation=hospital, domain="data", text="Order read-only accounts.")
    people = {}
    for name, roles, job, level in [
        ("Jo Bright", ["member"], "Ward sister", "front_line"),
        ("Dr Meera Patel", ["leader"], "Chief information officer", "top"),
        ("Tom Okafor", ["leader"], "Director of pharmacy", "top"),
    ]:
        people[name] = factories.MembershipFactory(network=network, name=name, roles=roles)
        factories.PostFactory(membership=people[name], organisation=hospital, job_title=job, level=level)
    factories.RemitFactory(membership=people["Dr Meera Patel"], organisation=hospital, domain="data")
    project = factories.ProjectFactory(network=network, name="Heart failure at home")
    factories.TeamMemberFactory(project=project, membership=people["Jo Bright"], part="lead")
    return people


def open_link_of(page, mail):
    """Follow the link in an e-mail."""
    text = mail.get_body(("plain",)).get_content()
    page.goto(re.search(r"http\S+/escalations/E-\d+/", text)[0])
    check_page(page)


@pytest.mark.services
def test_an_ask_travels_from_a_ward_to_who_can_settle_it_and_back(
    page, new_page, sign_in, visit, mails, ward
):
    nurse, patel, okafor = page, new_page(), new_page()
    sign_in(nurse, ward["Jo Bright"])
    sign_in(patel, ward["Dr Meera Patel"])
    sign_in(okafor, ward["Tom Okafor"])

    # The nurse raises it, and sees beforehand to whom it goes and what needs no asking.
    visit(nurse, "/larkton/escalations/raise/")
    nurse.get_by_label("What do you need?").fill("Access to the pharmacy’s discharge letters")
    nurse.get_by_label("It is stopping us").check()
    nurse.get_by_label("What is it about?").select_option("Data and digital")
    nurse.get_by_role("heading", name="It goes to Dr Meera Patel").wait_for()
    nurse.get_by_text("Order read-only accounts.").wait_for()
    nurse.get_by_text("Add more, if it helps").click()
    nurse.get_by_label("For which project?").select_option("Heart failure at home")
    check_page(nurse)
    nurse.get_by_role("button", name="Send the ask").click()
    nurse.get_by_text("E-1 is with Dr Meera Patel").wait_for()
    check_page(nurse)

    # Dr Patel comes from the e-mail, says that she is looking at it, and hands it on.
    [mail] = mails()
    assert mail["Subject"] == "E-1 waits for you: Access to the pharmacy’s discharge letters"
    open_link_of(patel, mail)
    patel.get_by_role("heading", name="This waits for you").wait_for()
    patel.get_by_role("button", name="I am looking at it").click()
    patel.get_by_text("They know now that you are looking at it.").wait_for()
    patel.get_by_role("button", name="Hand on").click()
    patel.get_by_label("To whom?").select_option(label="Tom Okafor, Director of pharmacy, Larkton General")
    check_page(patel)
    patel.get_by_role("button", name="Hand on").click()
    patel.get_by_role("heading", name="With Tom Okafor").wait_for()

    # Tom Okafor finds it in his inbox and promises.
    visit(okafor, "/larkton/escalations/")
    okafor.get_by_role("link", name="Access to the pharmacy’s discharge letters").click()
    okafor.get_by_role("button", name="Yes, with a promise").click()
    okafor.get_by_role("button", name="Say yes, with a promise").click()
    okafor.get_by_role("link", name="Choose a day to promise it by.").wait_for()
    check_page(okafor)
    okafor.get_by_label("What do you promise?").fill("Read access for the ward")
    okafor.get_by_label("By when?").fill((timezone.localdate() + timedelta(days=10)).isoformat())
    okafor.get_by_role("button", name="Say yes, with a promise").click()
    okafor.get_by_text("Promised:").wait_for()
    okafor.get_by_role("button", name="Mark as done").click()
    okafor.get_by_label("Anything to add?").fill("The ward can log in since this morning.")
    okafor.get_by_role("button", name="Mark as done").click()
    okafor.get_by_text("The team is asked whether that settles it.").wait_for()

    # The nurse says that it is settled.
    waits = [mail for mail in mails() if mail["Subject"].startswith("E-1 waits for you")]
    assert waits[-1]["To"] == ward["Jo Bright"].person.email
    visit(nurse, "/larkton/escalations/")
    nurse.get_by_role("link", name="Access to the pharmacy’s discharge letters").click()
    nurse.get_by_role("button", name="Yes, it is settled").click()
    nurse.get_by_text("The ask is closed.").wait_for()
    nurse.get_by_text("Promise kept").wait_for()
    check_page(nurse)


@desk_only
def test_what_is_wrong_has_the_keyboard_also_after_skipping_to_the_content(page, sign_in, visit, ward):
    sign_in(page, ward["Jo Bright"])
    visit(page, "/larkton/escalations/raise/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Send the ask").press("Enter")
    expect(page.locator(".nhsuk-error-summary")).to_be_focused()


def test_a_no_says_why_and_what_would_change_it(page, new_page, sign_in, visit, ward):
    nurse, patel = page, new_page()
    sign_in(nurse, ward["Jo Bright"])
    sign_in(patel, ward["Dr Meera Patel"])
    visit(nurse, "/larkton/escalations/raise/")
    nurse.get_by_label("What do you need?").fill("A tablet for each bay")
    nurse.get_by_label("It would help").check()
    nurse.get_by_label("What is it about?").select_option("Data and digital")
    nurse.get_by_role("button", name="Send the ask").click()

    visit(patel, "/larkton/escalations/")
    patel.get_by_role("link", name="A tablet for each bay").click()
    patel.get_by_role("button", name="Not possible now").click()
    patel.get_by_label("Why is it not possible now?").fill("This year’s money for devices is spent.")
    patel.get_by_role("button", name="Not possible now").click()
    patel.get_by_text("There is a problem").wait_for()
    check_page(patel)
    patel.get_by_label("What would change this").fill("Ask again in April, with what one tablet saves.")
    patel.get_by_role("button", name="Not possible now").click()
    patel.get_by_text("Your answer is on its way").wait_for()

    visit(nurse, "/larkton/escalations/")
    nurse.get_by_role("link", name="A tablet for each bay").click()
    nurse.locator(".iocn-turn").get_by_text("Ask again in April").wait_for()
    check_page(nurse)
    nurse.get_by_role("button", name="We have read it").click()
    nurse.get_by_text("Closed: not possible").wait_for()


def test_two_leaders_at_once_lose_no_word(page, new_page, sign_in, ward, network, troubles):
    troubles.expect(409)
    ask = actions.raise_ask(by=ward["Jo Bright"], ask="A quiet room", urgency="slowing", domain="money")
    first, second = page, new_page()
    sign_in(first, ward["Dr Meera Patel"])
    sign_in(second, ward["Tom Okafor"])
    first.goto(f"/larkton/escalations/{ask.reference}/take/")
    second.goto(f"/larkton/escalations/{ask.reference}/take/")
    second.get_by_label("Anything to add?").fill("There is one in the east wing.")
    first.get_by_role("button", name="Take this ask").click()
    first.get_by_text("The ask is with you now.").wait_for()
    second.get_by_role("button", name="Take this ask").click()
    second.get_by_text("Somebody acted on this ask while you were writing").wait_for()
    check_page(second)
    assert second.get_by_label("Write a comment").input_value() == "There is one in the east wing."
    second.get_by_role("button", name="Add comment").click()
    second.get_by_text("Your comment is on the ask.").wait_for()
