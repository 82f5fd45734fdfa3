"""The pages of members, organisations and the staff's list: what each reader sees and may do there."""

import csv
import io

import pytest

from people import actions, hooks
from people.models import Membership, Organisation, StaffTask
from tests import factories


def test_a_member_finds_members_but_no_addresses_and_no_citizen_partners(network, hospital, signed_in):
    reader = factories.MembershipFactory(network=network, name="Reader")
    nurse = factories.MembershipFactory(network=network, name="Nora Nurse", email="nora@example.org")
    factories.PostFactory(membership=nurse, organisation=hospital, job_title="Nurse")
    factories.MembershipFactory(network=network, name="Cyril Citizen", roles=["citizen_partner"])
    factories.MembershipFactory(network=network, name="Invited Ida", joined_at=None)
    factories.MembershipFactory(name="Elsewhere")
    page = signed_in(reader).get("/larkton/members/")
    assert "Nora Nurse" in page.text
    assert "Larkton Hospitals" in page.text
    for hidden in ("nora@example.org", "Cyril Citizen", "Invited Ida", "Elsewhere", "Invite a member"):
        assert hidden not in page.text


def test_staff_find_members_by_words_and_filters(staff, hospital, signed_in):
    nurse = factories.MembershipFactory(network=staff.network, name="Nora Nurse", email="nora@example.org")
    factories.PostFactory(
        membership=nurse, organisation=hospital, job_title="Ward sister", level="front_line"
    )
    factories.MembershipFactory(network=staff.network, name="Lea Leader", roles=["leader"])
    gone = factories.MembershipFactory(network=staff.network, name="Gone Gil")
    actions.close_membership(by=staff, membership=gone)
    actions.invite_member(by=staff, email="ida@example.org", name="Invited Ida")
    client = signed_in(staff)

    def found(query):
        return [row.name for row in client.get(f"/larkton/members/?{query}").context["listing"].rows]

    assert found("") == ["Gone Gil", "Invited Ida", "Lea Leader", "Nora Nurse", "Sue Staff"]
    assert found("q=ward+nora") == ["Nora Nurse"]
    assert found("q=NORA@example") == ["Nora Nurse"]
    assert found("organisation=larkton+hosp") == ["Nora Nurse"]
    assert found("level=front_line") == ["Nora Nurse"]
    assert found("role=leader") == ["Lea Leader"]
    assert found("state=left") == ["Gone Gil"]
    assert found("state=invited") == ["Invited Ida"]
    assert found("sort=-name")[0] == "Sue Staff"
    assert found("q=nobody") == []


def test_a_search_by_address_finds_nothing_for_members(network, signed_in):
    reader = factories.MembershipFactory(network=network, name="Reader", email="reader@example.org")
    page = signed_in(reader).get("/larkton/members/?q=reader@example")
    assert page.context["listing"].rows == []
    assert "Nobody is found" in page.text


def test_the_list_is_downloaded_as_it_is_filtered(staff, hospital, signed_in):
    nurse = factories.MembershipFactory(network=staff.network, name="=Nora", email="nora@example.org")
    factories.PostFactory(membership=nurse, organisation=hospital)
    answer = signed_in(staff).get("/larkton/members/?q=nora&format=csv")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert rows[0] == ["Name", "Job title", "Organisation", "Roles", "E-mail address", "State", "Level"]
    assert rows[1:] == [
        ["'=Nora", "Ward sister", "Larkton Hospitals", "Member", "nora@example.org", "Joined", "Front line"]
    ]


def test_a_citizen_partner_finds_their_teams_members_and_nobody_else(network, signed_in):
    reader = factories.MembershipFactory(network=network, name="Cy", roles=["citizen_partner"])
    mate = factories.MembershipFactory(network=network, name="Team Mate")
    other = factories.MembershipFactory(network=network, name="Other")
    client = signed_in(reader)
    assert client.get("/larkton/members/").status_code == 404
    assert client.get(f"/larkton/members/{mate.pk}/").status_code == 404
    project = factories.ProjectFactory(network=network)
    for member in (reader, mate):
        factories.TeamMemberFactory(project=project, membership=member)
    page = client.get("/larkton/members/")
    assert {row.name for row in page.context["listing"].rows} == {"Cy", "Team Mate"}
    assert client.get(f"/larkton/members/{mate.pk}/").status_code == 200
    assert client.get(f"/larkton/members/{other.pk}/").status_code == 404
    assert client.get("/larkton/organisations/").status_code == 404


def test_a_citizen_partner_is_shown_to_a_member_of_the_same_team_only(network, signed_in, monkeypatch):
    citizen = factories.MembershipFactory(network=network, name="Cy", roles=["citizen_partner"])
    reader = factories.MembershipFactory(network=network)
    client = signed_in(reader)
    assert client.get(f"/larkton/members/{citizen.pk}/").status_code == 404
    monkeypatch.setattr(hooks, "teammates", [lambda membership: Membership.objects.filter(pk=citizen.pk)])
    assert client.get(f"/larkton/members/{citizen.pk}/").status_code == 200


def test_an_evaluator_reads_numbers_and_no_names(network, hospital, signed_in):
    reader = factories.MembershipFactory(network=network, name="Eve", roles=["evaluator"])
    for level in ("top", "front_line", "front_line"):
        member = factories.MembershipFactory(network=network, name="Named Person")
        factories.PostFactory(membership=member, organisation=hospital, level=level)
    hospital.executive_sponsor = member
    hospital.save()
    client = signed_in(reader)
    page = client.get("/larkton/members/")
    (row,) = page.context["rows"]
    assert row["cells"] == [("Senior leader", 1), ("Manager", 0), ("Front line", 2), ("Citizen partner", 0)]
    organisations = client.get("/larkton/organisations/")
    assert "Larkton Hospitals" in organisations.text
    for text in (page.text, organisations.text):
        assert "Named Person" not in text
    assert client.get(f"/larkton/members/{member.pk}/").status_code == 404
    assert client.get(f"/larkton/organisations/{hospital.pk}/").status_code == 404


def test_a_member_page_shows_posts_and_staff_see_more(staff, hospital, leader, signed_in):
    actions.add_post(by=staff, membership=leader, organisation=hospital, job_title="Chief", level="top")
    actions.give_remit(by=staff, membership=leader, organisation=hospital, domain="money")
    reader = factories.MembershipFactory(network=staff.network)
    page = signed_in(reader).get(leader.get_absolute_url())
    assert "Chief" in page.text
    assert "Money at Larkton Hospitals" in page.text
    assert leader.person.email not in page.text
    assert "Close the membership" not in page.text
    page = signed_in(staff).get(leader.get_absolute_url())
    assert leader.person.email in page.text
    assert "Close the membership" in page.text
    assert "said that they can decide on Money at Larkton Hospitals" in page.text


CHANGES = ["roles/", "posts/add/", "remits/give/", "close/"]


@pytest.mark.parametrize("path", ["members/invite/", "members/import/", "organisations/add/", "staff-list/"])
def test_only_staff_reach_what_administers_the_network(leader, staff, signed_in, path):
    assert signed_in(leader).get(f"/larkton/{path}").status_code == 404
    assert signed_in(staff).get(f"/larkton/{path}").status_code == 200


@pytest.mark.parametrize("path", CHANGES)
def test_members_of_another_network_cannot_be_changed(staff, signed_in, path):
    elsewhere = factories.MembershipFactory()
    assert signed_in(staff).get(f"/larkton/members/{elsewhere.pk}/{path}").status_code == 404


def test_staff_equip_a_member_by_forms(staff, hospital, signed_in):
    member = factories.MembershipFactory(network=staff.network, name="Nora")
    client, path = signed_in(staff), f"/larkton/members/{member.pk}/"
    client.post(f"{path}roles/", {"roles": ["leader"]})
    data = {"organisation": hospital.pk, "job_title": "Chief", "level": "top", "from_date": "2026-01-01"}
    client.post(f"{path}posts/add/", data)
    client.post(f"{path}remits/give/", {"organisation": hospital.pk, "domain": "money", "order": "1"})
    member = Membership.objects.get(pk=member.pk)
    assert member.is_leader
    assert str(member.main_post) == "Chief, Larkton Hospitals"
    remit = member.remits.get()
    post_path = f"{path}posts/{member.main_post.pk}/"
    client.post(post_path, {"post-job_title": "Chief nurse", "post-level": "middle", "save": "1"})
    member = Membership.objects.get(pk=member.pk)
    assert (member.main_post.job_title, member.main_post.level) == ("Chief nurse", "middle")
    page = client.post(post_path, {"end-until": "2025-01-01", "end": "1"})
    assert "cannot end before it began" in page.text
    client.post(post_path, {"end-until": "2026-11-01", "end": "1"})
    assert Membership.objects.get(pk=member.pk).main_post is None
    client.post(f"{path}remits/{remit.pk}/take/")
    assert not member.remits.exists()


def test_a_refused_form_keeps_what_was_typed_and_says_why(staff, signed_in):
    factories.MembershipFactory(network=staff.network, name="Ann", email="ann@example.org")
    data = {"email": "ann@example.org", "name": "Typed Name", "roles": ["member"], "job_title": "Nurse"}
    page = signed_in(staff).post("/larkton/members/invite/", data)
    assert "Choose the organisation of the post" in page.text
    page = signed_in(staff).post("/larkton/members/invite/", data | {"job_title": ""})
    assert "Ann (ann@example.org) is a member already." in page.text
    assert "Typed Name" in page.text


def test_closing_says_beforehand_what_will_wait_for_staff(staff, hospital, leader, signed_in):
    actions.give_remit(by=staff, membership=leader, organisation=hospital, domain="money")
    actions.set_executive_sponsor(by=staff, organisation=hospital, membership=leader)
    client, path = signed_in(staff), f"/larkton/members/{leader.pk}/close/"
    page = client.get(path)
    assert "who can decide on Money at Larkton Hospitals" in page.text
    assert "executive sponsor of Larkton Hospitals" in page.text
    assert Membership.objects.get(pk=leader.pk).is_active
    page = client.post(path, follow=True)
    assert page.request["PATH_INFO"] == "/larkton/staff-list/"
    assert "Who can now decide on Money at Larkton Hospitals?" in page.text
    assert f"/larkton/organisations/{hospital.pk}/" in page.text
    assert "closed this membership" in client.get(leader.get_absolute_url()).text


def test_the_last_of_the_staff_reads_why_they_cannot_close_themselves(staff, signed_in):
    page = signed_in(staff).post(f"/larkton/members/{staff.pk}/close/")
    assert "Make somebody else staff first." in page.text


def test_a_settled_thing_leaves_the_list_and_stays_readable(staff, hospital, leader, signed_in):
    actions.set_executive_sponsor(by=staff, organisation=hospital, membership=leader)
    actions.close_membership(by=staff, membership=leader)
    client = signed_in(staff)
    page = client.post(f"/larkton/staff-list/{StaffTask.objects.get().pk}/settle/", follow=True)
    assert "Nothing waits" in page.text
    page = client.get("/larkton/staff-list/?state=settled")
    assert "Who is now executive sponsor of Larkton Hospitals?" in page.text
    assert "Sue Staff" in page.text


def test_an_organisation_shows_who_decides_and_what_needs_no_asking(staff, hospital, leader, signed_in):
    actions.give_remit(by=staff, membership=leader, organisation=hospital, domain="money")
    actions.set_mandate(by=staff, organisation=hospital, domain="estates", text="Move beds within a ward.")
    factories.PostFactory(membership=leader, organisation=hospital, job_title="Chief", level="top")
    reader = factories.MembershipFactory(network=staff.network)
    page = signed_in(reader).get(hospital.get_absolute_url())
    assert "Lea Leader" in page.text
    assert "Move beds within a ward." in page.text
    assert "Nobody is executive sponsor yet" in page.text
    assert "Choose the executive sponsor" not in page.text
    assert "Choose the executive sponsor" in signed_in(staff).get(hospital.get_absolute_url()).text


def test_leaders_of_an_organisation_set_what_needs_no_asking_there_and_others_read_why_not(
    network, hospital, leader, signed_in
):
    path = f"/larkton/organisations/{hospital.pk}/without-asking/estates/"
    page = signed_in(leader).get(path)
    assert page.status_code == 403
    assert "Leaders of Larkton Hospitals and the network’s staff set" in page.text
    factories.PostFactory(membership=leader, organisation=hospital, level="top")
    client = signed_in(leader)
    assert client.get(path).status_code == 200
    client.post(path, {"text": "Move beds."})
    assert hospital.mandates.get().text == "Move beds."
    page = client.post(path, {"text": "Ask 943 476 5919."})
    assert "Remove “943 476 5919”" in page.text
    assert client.get(path.replace("estates", "nonsense")).status_code == 404


def test_staff_add_change_sponsor_and_close_organisations(staff, leader, signed_in):
    client = signed_in(staff)
    page = client.post(
        "/larkton/organisations/add/", {"name": "North", "kind": "hospital", "ods_code": "rr1"}, follow=True
    )
    assert "Nobody is executive sponsor" in page.text
    north = Organisation.objects.get(ods_code="RR1")
    page = client.post(
        "/larkton/organisations/add/", {"name": "NORTH", "kind": "hospital", "ods_code": "RR1"}
    )
    assert "There is already an organisation called NORTH." in page.text
    page = client.post("/larkton/organisations/add/", {"name": "South", "kind": "hospital", "ods_code": "R!"})
    assert "three to ten capital letters" in page.text
    client.post("/larkton/organisations/add/", {"name": "Whole", "kind": "hospital", "ods_code": ""})
    whole = Organisation.objects.get(name="Whole")
    path = f"/larkton/organisations/{north.pk}/"
    client.post(f"{path}change/", {"name": "North Trust", "kind": "hospital", "ods_code": "RR1"})
    client.post(f"{path}sponsor/", {"executive_sponsor": leader.pk})
    north.refresh_from_db()
    assert (north.name, north.executive_sponsor) == ("North Trust", leader)
    page = client.post(f"{path}close/", {"succeeded_by": whole.pk}, follow=True)
    assert "takes its place" in page.text
    assert "North Trust" in client.get(whole.get_absolute_url()).text
    assert "North Trust" not in client.get("/larkton/organisations/").text
    assert "North Trust" in client.get("/larkton/organisations/?closed=on").text


# --- How much is asked of the database ------------------------------------------------------------------


def fill(network, number):
    """Make organisations with sponsors, members with posts, remits and history, and things that wait."""
    staff = factories.MembershipFactory(network=network, name="Sue", roles=["staff"])
    for n in range(number):
        organisation = actions.add_organisation(by=staff, name=f"Organisation {n}", kind="hospital")
        member = factories.MembershipFactory(network=network, roles=["leader", "coach"])
        actions.add_post(
            by=staff, membership=member, organisation=organisation, job_title="Chief", level="top"
        )
        actions.set_executive_sponsor(by=staff, organisation=organisation, membership=member)
        if n % 2:
            actions.close_membership(by=staff, membership=member)
    return staff


LISTS = {"members/": 3, "organisations/": 3, "staff-list/": 4}


@pytest.mark.parametrize("number", [2, 20])
@pytest.mark.parametrize(("path", "queries"), LISTS.items(), ids=LISTS)
def test_a_list_asks_the_same_of_the_database_for_many_rows(
    network, signed_in, django_assert_num_queries, number, path, queries
):
    client = signed_in(fill(network, number))
    client.get(f"/larkton/{path}")
    with django_assert_num_queries(queries):
        page = client.get(f"/larkton/{path}")
    assert len(page.context["listing"].rows) >= number // 2
    with django_assert_num_queries(3):
        b"".join(client.get(f"/larkton/{path}?format=csv").streaming_content)


@pytest.mark.parametrize("number", [2, 20])
def test_the_numbers_ask_the_same_of_the_database_for_many_rows(
    network, signed_in, django_assert_num_queries, number
):
    fill(network, number)
    client = signed_in(factories.MembershipFactory(network=network, roles=["evaluator"]))
    with django_assert_num_queries(5):
        client.get("/larkton/members/")


@pytest.mark.parametrize("number", [2, 20])
def test_pages_of_one_thing_ask_the_same_of_the_database_for_much_in_it(
    staff, hospital, leader, signed_in, django_assert_num_queries, number
):
    for n in range(number):
        member = factories.MembershipFactory(network=staff.network, roles=["leader"])
        actions.add_post(by=staff, membership=member, organisation=hospital, job_title=f"J{n}", level="top")
        actions.give_remit(by=staff, membership=member, organisation=hospital, domain="money")
        actions.add_post(by=staff, membership=leader, organisation=hospital, job_title=f"J{n}", level="top")
    client = signed_in(staff)
    for path, queries in ((hospital.get_absolute_url(), 8), (leader.get_absolute_url(), 10)):
        client.get(path)
        with django_assert_num_queries(queries):
            client.get(path)
