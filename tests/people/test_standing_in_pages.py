"""The pages on which leaders, and staff for them, say who stands in and who acts for them."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from people import actions
from people.models import Absence, Delegate
from tests import factories

AWAY, ACTS = "/larkton/me/away/", "/larkton/me/acts-for-me/"


@pytest.fixture(autouse=True)
def on_a_wednesday():
    with time_machine.travel(datetime(2026, 6, 3, 9, tzinfo=UTC)):
        yield


@pytest.fixture
def other(network):
    return factories.MembershipFactory(network=network, name="Otto Other", roles=["leader"])


def test_a_leader_enters_an_absence_which_everybody_sees_and_ends_it_early(leader, other, signed_in):
    client = signed_in(leader)
    assert "No absence is known" in client.get(AWAY).text
    data = {"from_date": "2026-06-01", "until_date": "2026-06-10", "stand_in": other.pk}
    page = client.post(AWAY, data, follow=True)
    assert "Away from 1 June 2026 until 10 June 2026. Otto Other stands in." in page.text
    reader = factories.MembershipFactory(network=leader.network)
    page = signed_in(reader).get(leader.get_absolute_url())
    assert "Away until 10 June 2026" in page.text
    assert "Otto Other stands in" in page.text
    page = client.post(f"/larkton/absences/{Absence.objects.get().pk}/end/", follow=True)
    assert "The absence until 10 June 2026 is ended." in page.text
    assert "Earlier absences" in page.text
    assert "Away until" not in signed_in(reader).get(leader.get_absolute_url()).text


def test_a_refused_absence_keeps_what_was_typed_and_says_why(leader, network, signed_in):
    client = signed_in(leader)
    member = factories.MembershipFactory(network=network)
    elsewhere = factories.MembershipFactory(roles=["leader"])
    page = client.post(AWAY, {"from_date": "2026-06-10", "until_date": "2026-06-09"})
    assert "The last day away cannot be before the first." in page.text
    assert 'value="2026-06-10"' in page.text
    for stranger in (member.pk, elsewhere.pk, leader.pk, "x"):
        days = {"from_date": "2026-06-10", "until_date": "2026-06-12", "stand_in": stranger}
        assert "from the list" in client.post(AWAY, days).text
    assert "Fill in “Last day away”" in client.post(AWAY, {"from_date": "soon"}).text
    assert not Absence.objects.exists()


def test_a_leader_names_who_acts_for_them_renews_and_ends_it(leader, network, signed_in):
    sam = factories.MembershipFactory(network=network, name="Sam Lee", email="sam@example.org")
    client = signed_in(leader)
    data = {"delegate": "sam lee", "power": "act", "copies_mail": "on", "until": "2026-06-30"}
    page = client.post(ACTS, data, follow=True)
    assert "Sam Lee acts for you until 30 June 2026." in page.text
    row = Delegate.objects.get()
    assert (row.leader, row.delegate, row.power, row.copies_mail) == (leader, sam, "act", True)
    page = client.get(f"{ACTS}?renew={row.pk}")
    assert "Go on with Sam Lee" in page.text
    assert 'value="Sam Lee"' in page.text
    client.post(f"{ACTS}?renew={row.pk}", data | {"delegate": "SAM@example.org", "until": "2026-09-30"})
    assert Delegate.objects.get().until == date(2026, 9, 30)
    page = client.post(f"/larkton/delegates/{row.pk}/end/", follow=True)
    assert "Sam Lee no longer acts for you." in page.text
    assert "Who acted earlier" in page.text


def test_a_name_that_means_nobody_or_several_is_refused_with_what_to_do(leader, network, hospital, signed_in):
    for email in ("sam1@example.org", "sam2@example.org"):
        sam = factories.MembershipFactory(network=network, name="Sam Lee", email=email)
        factories.PostFactory(membership=sam, organisation=hospital)
    factories.MembershipFactory(network=network, name="Cy", roles=["citizen_partner"])
    factories.MembershipFactory(name="Elsewhere")
    client = signed_in(leader)

    def answer(name, **data):
        return client.post(ACTS, {"delegate": name, "power": "read", "until": "2026-06-30", **data}).text

    assert "Several match “lee”: Sam Lee (Ward sister, Larkton Hospitals); Sam Lee" in answer("lee")
    for nobody in ("Elsewhere", "Cy", "nobody@example.org"):
        assert f"Nobody here is called “{nobody}”." in answer(nobody)
    assert "Fill in “Who?”" in answer(" ")
    assert "nobody acts for themselves" in answer("Lea Leader")
    assert "from today on" in answer("sam1@example.org", until="2020-01-01")
    assert "from the list" in answer("sam1@example.org", power="all")
    assert not Delegate.objects.exists()


def test_staff_do_both_for_any_leader_and_nobody_else_does(staff, leader, other, network, signed_in):
    client, path = signed_in(staff), f"/larkton/members/{leader.pk}/"
    factories.MembershipFactory(network=network, name="Sam Lee")
    page = client.get(leader.get_absolute_url())
    assert "When they are away" in page.text
    page = client.post(
        f"{path}away/", {"from_date": "2026-06-03", "until_date": "2026-06-05", "stand_in": ""}, follow=True
    )
    assert "Nobody stands in." in page.text
    data = {"delegate": "Sam Lee", "power": "read", "until": "2026-06-30"}
    page = client.post(f"{path}acts-for-them/", data, follow=True)
    assert "Sam Lee acts for Lea Leader until 30 June 2026." in page.text
    absence, row = Absence.objects.get(), Delegate.objects.get()
    for reader in (other, factories.MembershipFactory(network=network)):
        stranger = signed_in(reader)
        assert stranger.get(f"{path}away/").status_code == 404
        assert stranger.get(f"{path}acts-for-them/").status_code == 404
        assert stranger.post(f"/larkton/absences/{absence.pk}/end/").status_code == 404
        assert stranger.post(f"/larkton/delegates/{row.pk}/end/").status_code == 404
    page = client.post(f"/larkton/delegates/{row.pk}/end/", follow=True)
    assert "Sam Lee no longer acts for Lea Leader." in page.text
    client.post(f"/larkton/absences/{absence.pk}/end/")
    assert Absence.objects.get().ended_by == staff


def test_what_belongs_to_another_network_does_not_exist(staff, signed_in):
    elsewhere = factories.MembershipFactory(roles=["leader"])
    absence = actions.set_absence(
        by=elsewhere, membership=elsewhere, from_date=date(2026, 6, 3), until_date=date(2026, 6, 4)
    )
    client = signed_in(staff)
    assert client.post(f"/larkton/absences/{absence.pk}/end/").status_code == 404
    assert client.get(f"/larkton/members/{elsewhere.pk}/away/").status_code == 404
    assert client.get(f"/larkton/members/{staff.pk}/away/").status_code == 404  # no leader
    assert client.get(AWAY).status_code == 404


@pytest.mark.parametrize("number", [2, 12])
def test_the_pages_ask_the_same_of_the_database_however_much_there_is(
    leader, other, network, signed_in, django_assert_num_queries, number
):
    for month in range(1, number + 1):
        day = date(2026 + month // 12, month % 12 + 1, 10)
        if day > date(2026, 6, 3):
            actions.set_absence(by=leader, membership=leader, from_date=day, until_date=day, stand_in=other)
        helper = factories.MembershipFactory(network=network)
        actions.name_delegate(by=leader, leader=leader, delegate=helper, power="read", until=date(2026, 7, 1))
    client = signed_in(leader)
    for path, queries in ((AWAY, 4), (ACTS, 3)):
        client.get(path)
        with django_assert_num_queries(queries):
            client.get(path)
