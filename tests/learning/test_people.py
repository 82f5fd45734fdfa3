"""Who is in a cohort: pasted addresses, projects, and who is missing."""

import pytest
from django.core.exceptions import ValidationError

from iocn.shared.models import History
from learning import actions
from learning.addresses import Outcome, make_plan, read
from learning.models import Enrolment
from people.actions import close_membership
from people.models import Membership, Message
from programmes.projects.models import PathwayProject
from tests import factories
from tests.learning.conftest import somebody


# --- Reading addresses --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ann@example.org", [("ann@example.org", "Ann")]),
        ("ann.quill@example.org\nMAX-MOSS@Example.org ", [("ann.quill@example.org", "Ann Quill"), ("max-moss@example.org", "Max Moss")]),
        ("a@x.org, b@x.org;c@x.org", [("a@x.org", "A"), ("b@x.org", "B"), ("c@x.org", "C")]),
        ("Ann Quill <ann@x.org>, Max <max@x.org>", [("ann@x.org", "Ann Quill"), ("max@x.org", "Max")]),
        ('"Quill, Ann" <ann@x.org>; Moss, Max <max@x.org>', [("ann@x.org", "Ann Quill"), ("max@x.org", "Max Moss")]),
        ("b@x.org, Ann <ann@x.org>, c@x.org", [("b@x.org", "B"), ("ann@x.org", "Ann"), ("c@x.org", "C")]),
        ("a@x.org b@x.org\tc@x.org", [("a@x.org", "A"), ("b@x.org", "B"), ("c@x.org", "C")]),
        ("<mailto:ann@x.org>", [("ann@x.org", "Ann")]),
        (" \n;, \n", []),
        ("nonsense", [("nonsense", "Nonsense")]),
    ],
)  # fmt: skip
def test_addresses_are_read_as_mail_programs_copy_them(text, found):
    assert list(read(text)) == found


# --- The preview and what it does ---------------------------------------------------------------------------
def outcomes(plan):
    return [(row.email, row.outcome) for row in plan.rows]


def test_the_preview_says_row_by_row_what_would_happen_and_writes_nothing(place):
    left = somebody(place.network, "Lou Left", email="lou@example.org")
    close_membership(by=place.staff, membership=left)
    factories.MembershipFactory(network=place.network, email="invited@example.org", joined_at=None)
    factories.MembershipFactory(email="una@example.org")  # known in another network, which nobody is told
    place.cohort.capacity = 9
    before = (Membership.objects.count(), Enrolment.objects.count(), History.objects.count())
    text = "ann@example.org\nnew.one@example.org\nlou@example.org\ninvited@example.org\nuna@example.org\nnew.one@example.org\nwrong@"
    assert outcomes(make_plan(place.cohort, text)) == [
        ("ann@example.org", Outcome.NOTHING),
        ("new.one@example.org", Outcome.INVITE),
        ("lou@example.org", Outcome.AGAIN),
        ("invited@example.org", Outcome.ENROL),
        ("una@example.org", Outcome.INVITE),
        ("new.one@example.org", Outcome.NOTHING),
        ("wrong@", Outcome.WRONG),
    ]
    assert (Membership.objects.count(), Enrolment.objects.count(), History.objects.count()) == before


def test_members_are_enrolled_and_others_invited_first(place, deliver):
    place.cohort.capacity = 5
    place.cohort.save()
    factories.MembershipFactory(network=place.network, name="Bo Berry", email="bo@example.org")
    text = "bo@example.org; New One <new@example.org>"
    plan = make_plan(place.cohort, text)
    actions.enrol_addresses(by=place.staff, cohort=place.cohort, text=text, seen=plan.fingerprint)
    names = set(place.cohort.enrolments.now().values_list("membership__name", flat=True))
    assert names == {"Ann Quill", "Max Moss", "Bo Berry", "New One"}
    assert Membership.objects.get(person__email="new@example.org").roles == {"member"}
    assert [mail["To"] for mail in deliver()] == ["new@example.org"]
    assert History.objects.of(place.cohort)[0].what == "enrolled 2 people"


def test_more_than_there_are_places_is_said_and_nobody_is_enrolled_or_invited(place):
    text = "\n".join(f"new{number}@example.org" for number in range(3))
    plan = make_plan(place.cohort, text)
    assert plan.problems == [
        "3 people would be enrolled and 2 places are free in PLP spring. Give the cohort more places, or take"
        " some of them out."
    ]
    with pytest.raises(actions.PlanChanged):
        actions.enrol_addresses(by=place.staff, cohort=place.cohort, text=text, seen=plan.fingerprint)
    assert not Message.objects.exists()
    assert place.cohort.enrolments.count() == 2
    others = [factories.MembershipFactory(network=place.network) for _ in range(3)]
    with pytest.raises(ValidationError, match="4 places and 2 people in it: 3 more do not fit"):
        actions.enrol(by=place.staff, cohort=place.cohort, memberships=others)


def test_what_changed_since_the_preview_is_shown_again_instead_of_done(place):
    text = "bo@example.org"
    plan = make_plan(place.cohort, text)
    factories.MembershipFactory(network=place.network, email="bo@example.org")
    with pytest.raises(actions.PlanChanged) as changed:
        actions.enrol_addresses(by=place.staff, cohort=place.cohort, text=text, seen=plan.fingerprint)
    assert outcomes(changed.value.plan) == [("bo@example.org", Outcome.ENROL)]
    assert place.cohort.enrolments.count() == 2


def test_who_evaluates_the_network_is_in_no_cohort(place):
    plan = make_plan(place.cohort, place.evaluator.person.email)
    assert plan.rows[0].outcome == Outcome.WRONG
    assert "evaluates the network" in plan.rows[0].note


def test_the_page_shows_the_preview_and_then_enrols(place, signed_in):
    client = signed_in(place.staff)
    url = f"/larkton/learning/{place.cohort.pk}/people/add/"
    page = client.post(url, {"addresses": "Bo Berry <bo@example.org>, wrong"})
    assert "This is no e-mail address." in page.text
    assert "Put the addresses that are wrong right below." in page.text
    assert "Bo Berry &lt;bo@example.org&gt;, wrong</textarea>" in page.text
    page = client.post(url, {"addresses": "Bo Berry <bo@example.org>"})
    assert "Invite and enrol" in page.text
    seen = page.context["plan"].fingerprint
    page = client.post(
        url, {"addresses": "Bo Berry <bo@example.org>", "seen": seen, "confirm": "1"}, follow=True
    )
    assert "1 person is enrolled; 1 of them get an invitation by e-mail." in page.text
    assert "Bo Berry" in page.text
    page = client.post(url, {"addresses": "Bo Berry <bo@example.org>", "seen": seen, "confirm": "1"})
    assert "Nobody was enrolled" in page.text


# --- Projects and places ------------------------------------------------------------------------------------
def test_who_is_in_one_projects_team_brings_it_to_a_plp(place):
    project = factories.ProjectFactory(network=place.network, name="Pulse checks")
    factories.TeamMemberFactory(
        project=factories.ProjectFactory(network=place.network, stage="stopped"), membership=place.onlooker
    )
    factories.TeamMemberFactory(project=project, membership=place.onlooker)
    (enrolment,) = actions.enrol(by=place.staff, cohort=place.cohort, memberships=[place.onlooker])
    assert enrolment.project == project
    alp = factories.CohortFactory(network=place.network, kind="alp")
    (enrolment,) = actions.enrol(by=place.staff, cohort=alp, memberships=[place.onlooker])
    assert enrolment.project is None
    with pytest.raises(ValidationError, match="bring no project"):
        actions.choose_project(by=place.staff, enrolment=enrolment, project=project)


def test_a_participant_chooses_among_their_own_projects(place, signed_in):
    own = factories.ProjectFactory(network=place.network, name="Pulse checks")
    other = factories.ProjectFactory(network=place.network, name="Not theirs")
    factories.TeamMemberFactory(project=own, membership=place.nurse)
    client = signed_in(place.nurse)
    url = f"/larkton/learning/{place.cohort.pk}/people/{place.ann.pk}/"
    assert "Not theirs" not in client.get(url).text
    assert "Choose a project from the list." in client.post(url, {"project": other.pk}).text
    assert "The project is saved." in client.post(url, {"project": own.pk}, follow=True).text
    place.ann.refresh_from_db()
    assert place.ann.project == own
    assert History.objects.of(place.cohort)[0].what == "chose “Pulse checks” as the project of Ann Quill"
    # Nor of another participant.
    assert client.get(f"/larkton/learning/{place.cohort.pk}/people/{place.max.pk}/").status_code == 403


def test_who_comes_back_has_their_place_and_attendance_again(place, signed_in):
    actions.take_attendance(by=place.coach, session=place.session, all_others_present=True)
    url = f"/larkton/learning/{place.cohort.pk}/people/{place.ann.pk}/leave/"
    for _twice in range(2):
        signed_in(place.staff).post(url)
    assert signed_in(place.nurse).get(f"/larkton/learning/{place.cohort.pk}/").status_code == 404
    assert [row.what for row in History.objects.of(place.cohort)].count(
        "took Ann Quill out of the cohort"
    ) == 1
    (back,) = actions.enrol(by=place.staff, cohort=place.cohort, memberships=[place.nurse])
    assert back == place.ann
    assert back.attendance.count() == 1
    assert PathwayProject.objects.count() == 0
