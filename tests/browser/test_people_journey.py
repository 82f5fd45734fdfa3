"""Staff bring somebody in from a file; they join, and staff see them; a leaver's remit finds its way to staff."""

import pytest
from playwright.sync_api import expect

from people import actions
from people.models import Membership
from tests import factories
from tests.browser.conftest import check_page

pytestmark = pytest.mark.journey


@pytest.mark.services
def test_staff_import_members_and_one_of_them_joins(page, new_page, sign_in, visit, network, mails):
    # Given staff of a network with an organisation
    staff = factories.MembershipFactory(network=network, name="Sue Staff", roles=["staff"])
    factories.OrganisationFactory(network=network, name="Larkton Infirmary", ods_code="RR8")
    sign_in(page, staff)

    def bring(text):
        visit(page, "/larkton/members/import/")
        file = {"name": "members.csv", "mimeType": "text/csv", "buffer": text.encode()}
        page.get_by_label("CSV or Excel file").set_input_files(file)
        page.get_by_role("button", name="Go on").click()

    # When they bring a file with a mistake
    bring("Mail,Who,Employer,Level,Job\nnia@example.org,Nia New,RR8,boss,Nurse\n")
    check_page(page)
    page.get_by_label("Name").select_option("Who")
    page.get_by_role("button", name="Show what it would do").click()

    # Then they read what is wrong and cannot confirm
    page.get_by_text("“boss” is no level.").wait_for()
    expect(page.get_by_role("button", name="Import 1 row")).to_have_count(0)
    check_page(page)

    # When they put it right and confirm
    bring("email,name,organisation,level,job_title\nnia@example.org,Nia New,RR8,front line,Nurse\n")
    check_page(page)
    page.get_by_role("button", name="Import 1 row").click()
    page.get_by_text("Imported: 1 invited").wait_for()
    check_page(page)

    # Then the invited person gets an e-mail and joins with their own name and password
    (mail,) = mails()
    text = mail.get_body(("plain",)).get_content()
    link = next(word for word in text.split() if "/invitations/" in word)
    theirs = new_page()
    visit(theirs, link)
    theirs.get_by_label("Your name").fill("Nia Newton")
    theirs.get_by_label("Choose a password").fill("three strange words")
    theirs.get_by_role("button", name="Join").click()
    theirs.get_by_text("You have joined Larkton Health and Care.").wait_for()
    check_page(theirs)

    # And finds the settings, where the weekly update can be stopped
    visit(theirs, "/larkton/me/")
    theirs.get_by_label("Never").check()
    theirs.get_by_role("button", name="Save").click()
    theirs.get_by_text("Saved.").wait_for()
    nia = Membership.objects.get(person__email="nia@example.org")
    assert (nia.name, nia.digest_rhythm) == ("Nia Newton", "never")


def test_what_a_leaver_could_decide_on_is_given_to_another(page, sign_in, visit, network):
    # Given a leader who decides on money
    staff = factories.MembershipFactory(network=network, name="Sue Staff", roles=["staff"])
    organisation = factories.OrganisationFactory(network=network, name="Larkton Infirmary")
    leaver = factories.MembershipFactory(network=network, name="Lea Ver", roles=["leader"])
    successor = factories.MembershipFactory(network=network, name="Suc Cessor", roles=["leader"])
    actions.give_remit(by=staff, membership=leaver, organisation=organisation, domain="money")
    sign_in(page, staff)

    # When staff close the membership
    visit(page, f"/larkton/members/{leaver.pk}/")
    page.get_by_role("link", name="Close the membership").click()
    check_page(page)
    page.get_by_role("button", name="Close the membership").click()

    # Then the remit waits on their list
    page.get_by_role("link", name="Who can now decide on Money at Larkton Infirmary?").wait_for()
    check_page(page)

    # When they give it to another leader
    visit(page, f"/larkton/members/{successor.pk}/")
    page.get_by_role("link", name="Say what they can decide on").click()
    check_page(page)
    page.get_by_label("Organisation").select_option(label="Larkton Infirmary")
    page.get_by_label("Money").check()
    page.get_by_role("button", name="Save").click()

    # Then the organisation's page names them, and nothing waits
    visit(page, f"/larkton/organisations/{organisation.pk}/")
    page.get_by_role("table").get_by_role("link", name="Suc Cessor").wait_for()
    visit(page, "/larkton/staff-list/")
    page.get_by_text("Nothing waits").wait_for()
