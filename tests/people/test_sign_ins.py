"""Where one is signed in, who signed in when, and what ends it."""

import csv
import io
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from iocn.shared.models import History
from people import actions, invitations
from people.messages import tell
from people.models import Membership, Message, Network, SignIn, StaffTask
from tests import factories
from tests.factories import PASSWORD

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile Safari/604.1"
GOOD = "correct horse battery staple"


@pytest.fixture(autouse=True)
def _count_anew():
    cache.clear()


def by_password(member: Membership, agent: str = CHROME, address: str = "192.0.2.7") -> Client:
    """Return a client of a device on which the member has typed their password."""
    client = Client(headers={"user-agent": agent}, REMOTE_ADDR=address)
    client.post("/accounts/login/", {"login": member.person.email, "password": PASSWORD})
    return client


def is_in(client: Client) -> bool:
    """Whether the device is still signed in."""
    return client.get("/accounts/").status_code == 200


def test_one_sees_in_plain_words_where_one_is_signed_in(leader):
    by_password(leader, IPHONE, "198.51.100.4")
    here = by_password(leader)
    page = here.get("/accounts/")
    (elsewhere,) = page.context["elsewhere"]
    assert (elsewhere.device, elsewhere.address) == ("Safari on iPhone", "198.51.100.4")
    assert [sign_in.device for sign_in in page.context["here"]] == ["Chrome on Windows"]
    assert "198.51.100.4" in page.text


def test_a_device_is_signed_out_from_another_and_at_once(leader):
    here, lost = by_password(leader), by_password(leader, IPHONE)
    sign_in = here.get("/accounts/").context["elsewhere"][0]
    page = here.post(f"/accounts/sign-ins/{sign_in.pk}/end/", follow=True)
    assert "Signed out: Safari on iPhone." in page.text
    assert not is_in(lost)
    assert is_in(here)
    sign_in.refresh_from_db()
    assert sign_in.ended_at
    assert sign_in.session_key == ""


def test_all_others_are_signed_out_at_once(leader):
    others = [by_password(leader) for _ in range(2)]
    here = by_password(leader)
    here.post("/accounts/sign-ins/end-others/")
    assert is_in(here)
    assert not any(map(is_in, others))


def test_nobody_ends_what_is_not_theirs(leader, staff):
    theirs = by_password(leader)
    sign_in = SignIn.objects.get()
    assert by_password(staff).post(f"/accounts/sign-ins/{sign_in.pk}/end/").status_code == 404
    assert is_in(theirs)


def test_who_signs_out_is_no_longer_listed(leader):
    client = by_password(leader)
    client.post("/accounts/logout/")
    assert SignIn.objects.get().ended_at
    assert by_password(leader).get("/accounts/").context["elsewhere"] == []


def test_a_session_that_ran_out_is_no_longer_listed(leader):
    from django.contrib.sessions.models import Session

    by_password(leader)
    Session.objects.update(expire_date=timezone.now() - timedelta(minutes=1))
    assert by_password(leader).get("/accounts/").context["elsewhere"] == []


def test_a_new_password_signs_out_everywhere_but_here(leader):
    other, here = by_password(leader), by_password(leader)
    data = {"oldpassword": PASSWORD, "password1": GOOD, "password2": GOOD}
    here.post("/accounts/password/change/", data)
    assert is_in(here)
    assert not is_in(other)
    page = here.get("/accounts/")
    assert len(page.context["here"]) == 1
    assert page.context["elsewhere"] == []


def test_the_first_factor_signs_out_where_a_password_was_enough(leader, rf):
    from allauth.mfa.signals import authenticator_added

    other, here = by_password(leader), by_password(leader)
    request = rf.get("/")
    request.session = here.session
    for number in (1, 2):
        made = Authenticator.objects.create(user=leader.person, type="webauthn", data={"name": str(number)})
        if number == 2:
            other = by_password(leader)
            SignIn.objects.filter(pk=SignIn.objects.latest("pk").pk).update(second_factor="webauthn")
        authenticator_added.send(Authenticator, request=request, user=leader.person, authenticator=made)
        assert is_in(here)
        if number == 1:
            assert not is_in(other)
    assert SignIn.objects.filter(ended_at__isnull=False).count() == 1


@pytest.mark.parametrize("number", [1, 10])
def test_the_account_asks_the_same_of_the_database_for_many_devices(
    leader, django_assert_num_queries, number
):
    for _ in range(number):
        by_password(leader)
        cache.clear()
    here = by_password(leader)
    with django_assert_num_queries(4):
        page = here.get("/accounts/")
    assert len(page.context["elsewhere"]) == number


# --- For staff ---------------------------------------------------------------------------------------------


def test_staff_see_who_signed_in_when_and_how_and_not_from_where(staff, leader):
    by_password(leader, IPHONE, "198.51.100.4")
    page = by_password(staff).get("/larkton/sign-ins/?q=lea")
    (row,) = page.context["listing"].rows
    assert (row.member_name, row.method, row.device) == ("Lea Leader", "password", "Safari on iPhone")
    assert "198.51.100.4" not in page.text
    assert by_password(leader).get("/larkton/sign-ins/").status_code == 404


def test_staff_see_only_members_and_only_while_they_belonged(network, staff, leader):
    factories.MembershipFactory(network=factories.NetworkFactory(), name="Stranger")
    by_password(Membership.objects.get(name="Stranger"))
    now = timezone.now()
    for days in (50, 30, 10):  # before, during and after the membership
        SignIn.objects.create(
            person=leader.person, at=now - timedelta(days=days), method="password", device=f"{days} days"
        )
    Membership.objects.filter(pk=leader.pk).update(
        joined_at=now - timedelta(days=40), closed_at=now - timedelta(days=20), closed_by=staff
    )
    # Another network of theirs changes nothing of that.
    factories.MembershipFactory(person=leader.person, joined_at=now - timedelta(days=60))
    rows = by_password(staff).get("/larkton/sign-ins/").context["listing"].rows
    assert [row.device for row in rows if row.member_name == "Lea Leader"] == ["30 days"]
    assert {row.member_name for row in rows} == {"Lea Leader", "Sue Staff"}


def test_the_list_of_sign_ins_is_downloaded(staff):
    answer = by_password(staff).get("/larkton/sign-ins/?format=csv")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert rows[0] == ["Name", "When", "How", "Second step", "Device"]
    assert rows[1][0] == "Sue Staff"
    assert by_password(staff).get("/larkton/sign-ins/?format=xlsx").status_code == 200


@pytest.mark.parametrize("number", [2, 20])
def test_the_list_of_sign_ins_asks_the_same_of_the_database_for_many_rows(
    staff, signed_in, django_assert_num_queries, number
):
    for member in factories.MembershipFactory.create_batch(number, network=staff.network):
        SignIn.objects.create(person=member.person, method="password", device="Chrome on Windows")
    client = signed_in(staff)
    client.get("/larkton/sign-ins/")
    with django_assert_num_queries(3):
        page = client.get("/larkton/sign-ins/")
    assert len(page.context["listing"].rows) >= number


def test_joining_is_noted_as_a_sign_in_by_invitation(staff, client):
    member = actions.invite_member(by=staff, email="jo@example.org", name="Jo")
    client.post(invitations.path(member), {"name": "Jo", "password": GOOD})
    assert SignIn.objects.get().method == "invitation"


# --- The operator ------------------------------------------------------------------------------------------


def test_a_deactivated_person_is_out_at_once_and_their_networks_are_told(network, staff, leader, deliver):
    devices = [by_password(leader), by_password(leader, IPHONE)]
    call_command("deactivate_person", leader.person.email.upper(), "--reason", "Asked by the trust")
    assert not any(map(is_in, devices))
    assert not is_in(by_password(leader))
    assert not SignIn.objects.filter(person=leader.person).exclude(session_key="")
    entry = History.objects.of(leader)[0]
    assert "ended their sign-in" in entry.what
    assert entry.text == "Asked by the trust"
    assert "can no longer sign in" in StaffTask.objects.get(network=network).text
    tell(
        leader, kind=Message.Kind.ASK, cause="x:1", subject="An ask", paragraphs=["It waits."],
        link="/larkton/", link_label="Open", why="You are asked.",
    )  # fmt: skip
    assert deliver() == []
    call_command("deactivate_person", leader.person.email, "--reason", "Again")
    assert StaffTask.objects.count() == 1

    call_command("reactivate_person", leader.person.email, "--reason", "It was a mistake")
    assert is_in(by_password(leader))


def test_a_deactivated_person_joins_no_other_network(staff, leader):
    elsewhere = factories.MembershipFactory(
        network=Network.objects.create(slug="b", name="B"), roles=["staff"]
    )
    actions.deactivate_person(person=leader.person, reason="Asked")
    invited = actions.invite_member(by=elsewhere, email=leader.person.email, name="Lea")
    with pytest.raises(ValidationError, match="sign-in has been ended"):
        actions.accept_invitation(invited)


def test_a_lost_second_factor_is_taken_away_by_the_operator(leader):
    device = by_password(leader)
    Authenticator.objects.create(user=leader.person, type="totp", data={})
    call_command("remove_second_factor", leader.person.email, "--reason", "Lost phone; rang back")
    assert not Authenticator.objects.exists()
    assert not is_in(device)
    assert is_in(by_password(leader))
    assert "took their second step away" in History.objects.of(leader)[0].what


def test_a_command_for_nobody_says_so(db):
    with pytest.raises(CommandError, match="Nobody signs in with x@"):
        call_command("deactivate_person", "x@example.org", "--reason", "y")


# --- Invitations that ran out ------------------------------------------------------------------------------


def test_staff_find_invitations_that_ran_out_and_send_them_again(staff, signed_in):
    old = actions.invite_member(by=staff, email="old@example.org", name="Olga Old")
    actions.invite_member(by=staff, email="new@example.org", name="Nina New")
    Membership.objects.filter(pk=old.pk).update(invited_at=timezone.now() - timedelta(days=15))
    client = signed_in(staff)
    names = [m.name for m in client.get("/larkton/members/?state=expired").context["listing"].rows]
    assert names == ["Olga Old"]
    names = [m.name for m in client.get("/larkton/members/?state=invited").context["listing"].rows]
    assert names == ["Nina New"]
    page = client.get(f"/larkton/members/{old.pk}/")
    assert "Invitation ran out" in page.text
    assert "send it again" in page.text
    client.post(f"/larkton/members/{old.pk}/invite-again/")
    assert "Invitation ran out" not in client.get(f"/larkton/members/{old.pk}/").text
