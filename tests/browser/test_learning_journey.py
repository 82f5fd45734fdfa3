"""Staff set up a cohort and fill it; a facilitator takes attendance; a participant finds what is theirs."""

import pytest
from playwright.sync_api import expect

from learning.models import Attendance
from tests import factories
from tests.browser.conftest import check_page

pytestmark = pytest.mark.journey


@pytest.fixture
def people(network):
    """Staff, a coach, and two members of different organisations."""
    made = {
        "staff": factories.MembershipFactory(network=network, name="Sam Lee", roles=["staff"]),
        "coach": factories.MembershipFactory(network=network, name="Carl Coach", roles=["coach"]),
        "nurse": factories.MembershipFactory(network=network, name="Ann Quill", email="ann@example.org"),
        "manager": factories.MembershipFactory(network=network, name="Max Moss", email="max@example.org"),
    }
    hospital = factories.OrganisationFactory(network=network, name="Larkton General")
    factories.OrganisationFactory(network=network, name="Larkton Council")
    factories.PostFactory(membership=made["nurse"], organisation=hospital)
    factories.PostFactory(membership=made["manager"], organisation=hospital, level="middle")
    return made


def test_staff_set_up_a_cohort_like_the_last_one_and_fill_it(page, people, network, sign_in, visit, mails):
    # Given a cohort of last year with two sessions
    last = factories.CohortFactory(network=network, name="PLP 1")
    factories.FacilitatorFactory(cohort=last, membership=people["coach"])
    factories.SessionFactory(cohort=last, in_days=-21, title="Finding the problem")
    factories.SessionFactory(cohort=last, in_days=-7, title="Measuring")
    sign_in(page, people["staff"])

    # When staff copy it from a Tuesday after Easter on, they see the days first
    visit(page, "/larkton/learning/")
    page.get_by_role("button", name="Set up a cohort").click()
    check_page(page)
    page.get_by_role("link", name="Copy PLP 1").click()
    page.get_by_label("What is the new cohort called?").fill("PLP 2")
    page.get_by_label("When is its first session?").fill("2028-05-09")
    page.get_by_role("button", name="Show the days").click()
    expect(page.get_by_text("Tuesday 23 May 2028")).to_be_visible()
    check_page(page)
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_text("“PLP 2” is set up with 2 sessions")).to_be_visible()
    # Then its page says at its top that everybody is missing
    expect(page.get_by_text("Everybody: nobody is enrolled yet.")).to_be_visible()
    check_page(page)

    # When they paste addresses, they see what would happen before it does
    page.get_by_role("button", name="Add people").click()
    check_page(page)
    page.get_by_label("E-mail addresses").fill(
        "ann@example.org; Max <max@example.org>\nNew One <new@example.org>"
    )
    page.get_by_role("button", name="See what happens").click()
    expect(page.get_by_text("Invite and enrol")).to_be_visible()
    check_page(page)
    page.get_by_role("button", name="Enrol 3 people").click()
    expect(page.get_by_text("3 people are enrolled; 1 of them get an invitation")).to_be_visible()
    expect(page.get_by_text("nobody from Larkton Council")).to_be_visible()
    check_page(page)
    assert [mail["To"] for mail in mails()] == ["new@example.org"]


def test_a_long_name_breaks_and_no_page_scrolls_sideways(page, people, network, sign_in, visit):
    cohort = factories.CohortFactory(network=network, name="W" * 120)
    sign_in(page, people["staff"])
    for path in ("", "sessions/add/", "people/add/", "history/"):
        visit(page, f"/larkton/learning/{cohort.pk}/{path}")


def test_attendance_is_taken_as_one_goes_and_a_participant_sees_it(
    page, people, network, sign_in, visit, new_page
):
    # Given a cohort with a session today
    cohort = factories.CohortFactory(network=network, name="PLP spring")
    factories.FacilitatorFactory(cohort=cohort, membership=people["coach"])
    for who in ("nurse", "manager"):
        factories.EnrolmentFactory(cohort=cohort, membership=people[who])
    session = factories.SessionFactory(cohort=cohort, title="Measuring", hour=0)  # it has begun
    factories.SessionFactory(cohort=cohort, title="Letting go", in_days=7)

    # When the facilitator comes from the home page, and marks everybody first
    sign_in(page, people["coach"])
    visit(page, "/larkton/")
    page.get_by_role("link", name="Measuring (PLP spring)").first.click()
    check_page(page)
    page.get_by_role("button", name="Everybody was there").click()
    expect(page.get_by_text("2 of 2 were there.")).to_be_visible()
    # Then one exception, by the keyboard
    page.get_by_role("group", name="Max Moss").get_by_role("radio", name="Present").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("Saved: Part, Carl Coach")).to_be_visible()
    check_page(page)

    # When staff on another screen, opened before, say something else of the same person
    staff = new_page()
    sign_in(staff, people["staff"])
    staff.goto(f"/larkton/learning/{cohort.pk}/sessions/{session.pk}/attendance/")
    page.get_by_role("group", name="Max Moss").get_by_text("Apologies").click()
    expect(page.get_by_text("Saved: Apologies, Carl Coach")).to_be_visible()
    staff.get_by_role("group", name="Max Moss").get_by_text("Absent").click()
    # Then they are told, and choose again
    expect(staff.get_by_text("Carl Coach wrote “Apologies”")).to_be_visible()
    check_page(staff)
    staff.get_by_role("group", name="Max Moss").get_by_text("Substitute").click()
    staff.get_by_label("Who came instead of Max Moss?").fill("Jo Lee")
    staff.get_by_label("Who came instead of Max Moss?").press("Tab")
    expect(staff.get_by_text("Saved: Substitute: Jo Lee, Sam Lee")).to_be_visible()

    # When a participant opens the cohort
    Attendance.objects.filter(enrolment__membership=people["nurse"]).delete()
    nurse = new_page()
    sign_in(nurse, people["nurse"])
    nurse.goto("/larkton/")
    check_page(nurse)
    nurse.get_by_role("link", name="Letting go (PLP spring)").or_(
        nurse.get_by_role("link", name="Measuring (PLP spring)")
    ).first.click()
    check_page(nurse)
    # Then they can note themselves with the code that is shown, and ask from there
    nurse.goto("/larkton/learning/here/")
    check_page(nurse)
    nurse.get_by_label("Code of the session").fill(session.code.lower())
    nurse.get_by_role("button", name="Note me as present").click()
    expect(nurse.get_by_text("You are noted as present at “Measuring”.")).to_be_visible()
    nurse.get_by_role("button", name="Raise an ask").click()
    expect(nurse.get_by_text("From PLP spring.")).to_be_visible()
    check_page(nurse)
