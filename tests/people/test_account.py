"""Joining, signing in, passwords, stopping e-mail: a person's own pages."""

import re
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.hashers import identify_hasher
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from people import actions, invitations
from people.messages import stop_url, tell
from people.models import Membership, Message, Person
from tests import factories
from tests.factories import PASSWORD

GOOD = "correct horse battery staple"


@pytest.fixture(autouse=True)
def _count_anew():
    cache.clear()


def path_of(url):
    return url.removeprefix(django_settings.BASE_URL)


@pytest.fixture
def invited(staff):
    """Somebody invited who is known nowhere."""
    return actions.invite_member(by=staff, email="jo@example.org", name="Jo B", roles=["member"])


def test_the_invitation_says_why_it_came_and_can_be_stopped(invited, deliver, link_in):
    (mail,) = deliver()
    assert mail["To"] == "jo@example.org"
    assert mail["Subject"] == "Join Larkton Health and Care"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    for part in (text, html):
        assert "because the staff of Larkton Health and Care invited this address" in part
        assert "/invitations/" in part
        assert "/mail/stop/" in part


def test_the_text_part_is_plain_text(network, staff, deliver):
    network.name = "Ann’s & Bo's"
    network.save()
    staff.refresh_from_db()
    actions.invite_member(by=staff, email="jo@example.org", name="Jo")
    (mail,) = deliver()
    assert "the staff of Ann’s & Bo's invited" in mail.get_body(("plain",)).get_content()


def test_somebody_new_joins_with_their_own_name_and_password(client, invited, deliver, link_in):
    (mail,) = deliver()
    path = link_in(mail, "/invitations/")
    page = client.get(path)
    assert "Join Larkton Health and Care" in page.text
    assert "_auth_user_id" not in client.session  # a link never signs anyone in
    answer = client.post(path, {"name": "Joanna Bell", "password": GOOD})
    assert answer.url == "/larkton/"
    member = Membership.objects.get(pk=invited.pk)
    assert member.is_active
    assert member.name == member.person.name == "Joanna Bell"
    assert client.get("/larkton/me/").status_code == 200
    assert Client().login(email="jo@example.org", password=GOOD)


def test_a_weak_password_keeps_the_name_and_says_what_to_do(client, invited):
    page = client.post(invitations.path(invited), {"name": "Joanna Bell", "password": "short"})
    assert "Joanna Bell" in page.text
    assert "at least 12 characters" in page.text
    assert not Membership.objects.get(pk=invited.pk).joined_at


def test_a_get_changes_nothing(client, invited):
    before = Membership.objects.values().get(pk=invited.pk)
    client.get(invitations.path(invited))
    client.get(path_of(stop_url(invited, Message.Kind.INVITATION)))
    assert Membership.objects.values().get(pk=invited.pk) == before


def test_who_has_a_password_signs_in_and_presses_join(client, staff):
    elsewhere = factories.MembershipFactory(name="Ann Own", email="ann@example.org")
    member = actions.invite_member(by=staff, email="ann@example.org", name="A. N. Other")
    path = invitations.path(member)
    assert Membership.objects.get(pk=member.pk).name == "A. N. Other"
    page = client.get(path)
    assert "Sign in, then press “Join”" in page.text
    client.post(path, {"name": "Thief", "password": GOOD})
    assert Membership.objects.get(pk=member.pk).joined_at is None
    assert Client().login(email="ann@example.org", password=PASSWORD)
    client.force_login(elsewhere.person)
    assert "You join as Ann Own" in client.get(path).text
    assert client.post(path).url == "/larkton/"
    joined = Membership.objects.get(pk=member.pk)
    assert joined.is_active
    assert joined.name == "Ann Own"


def test_staff_see_the_same_of_an_address_known_elsewhere_as_of_a_new_one(staff, signed_in):
    factories.MembershipFactory(name="Known Elsewhere", email="known@example.org")
    client = signed_in(staff)
    seen = []
    for email in ("known@example.org", "novel@example.org"):
        data = {"email": email, "name": "Typed Name", "roles": ["member"]}
        page = client.post("/larkton/members/invite/", data, follow=True)
        member = Membership.objects.get(network=staff.network, person__email=email)
        text = page.text.replace(email, "x").replace(f"/members/{member.pk}/", "/members/1/")
        seen.append(
            re.sub(
                r'((?:csrfmiddlewaretoken|_form)" value=|x-csrftoken": |title=|datetime=)"[^"]*"', "", text
            )
        )
    assert seen[0] == seen[1]
    assert "Typed Name" in seen[0]


def test_an_invitation_for_somebody_else_says_so(invited, staff, signed_in):
    page = signed_in(staff).get(invitations.path(invited))
    assert "This invitation is for jo@example.org" in page.text


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (
            lambda m, by: Membership.objects.filter(pk=m.pk).update(
                invited_at=m.invited_at - timedelta(days=15)
            ),
            "",
        ),
        (
            lambda m, by: actions.send_invitation_again(by=by, membership=m),
            "A newer invitation has been sent",
        ),
        (lambda m, by: actions.join(membership=m, name="Jo", password=GOOD), "has been used"),
        (lambda m, by: actions.close_membership(by=by, membership=m), "has been withdrawn"),
    ],
    ids=["old", "newer", "used", "closed"],
)
def test_an_invitation_that_does_not_work_says_why(client, staff, invited, spoil, sentence):
    path = invitations.path(invited)
    spoil(invited, staff)
    if not sentence:
        path = invitations.path(Membership.objects.get(pk=invited.pk))
        sentence = "older than 14 days"
    for page in (client.get(path), client.post(path, {"name": "Jo", "password": GOOD})):
        assert page.status_code == 410
        assert sentence in page.text


def test_a_broken_link_is_a_page_too(client, invited):
    page = client.get(invitations.path(invited)[:-8] + "/")
    assert page.status_code == 410
    assert "not complete" in page.text


def test_a_sent_again_invitation_works_and_comes_by_mail(staff, invited, signed_in, deliver, client, link_in):
    deliver()
    signed_in(staff).post(f"/larkton/members/{invited.pk}/invite-again/")
    (mail,) = deliver()
    assert client.get(link_in(mail, "/invitations/")).status_code == 200


# --- Stopping e-mail --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["ask", "digest"])
def test_one_button_stops_one_kind_of_mail_without_a_sign_in(client, leader, kind):
    path = path_of(stop_url(leader, kind))
    assert "Stop it" in client.get(path).text
    page = Client(enforce_csrf_checks=True).post(path, {"List-Unsubscribe": "One-Click"})
    assert page.status_code == 200
    assert "Stopped" in page.text
    assert "/larkton/me/" in page.text
    leader.refresh_from_db()
    assert (leader.mail_about_asks, leader.digest_rhythm) == (
        kind != "ask",
        "never" if kind == "digest" else "weekly",
    )


def test_stopped_mail_about_asks_is_not_written(leader, deliver):
    actions.stop_mail(membership=leader, kind="ask")
    leader.refresh_from_db()
    tell(
        leader, kind=Message.Kind.ASK, cause="x:1", subject="An ask", paragraphs=["It waits."], link="/larkton/",
        link_label="Open", why="You are asked.",
    )  # fmt: skip
    assert deliver() == []


def test_the_same_cause_writes_once(leader, deliver):
    for _ in range(2):
        tell(
            leader, kind=Message.Kind.ASK, cause="x:1", subject="An ask", paragraphs=["It waits."],
            link="/larkton/", link_label="Open", why="You are asked.",
        )  # fmt: skip
    assert len(deliver()) == 1


def test_who_stopped_invitations_gets_none_and_may_let_them_come_again(
    client, staff, invited, signed_in, deliver
):
    deliver()
    path = path_of(stop_url(invited, Message.Kind.INVITATION))
    client.post(path, {"stop": "1"})
    page = signed_in(staff).post(f"/larkton/members/{invited.pk}/invite-again/", follow=True)
    assert "stopped invitations" in page.text
    assert deliver() == []
    client.post(path, {"again": "1"})
    signed_in(staff).post(f"/larkton/members/{invited.pk}/invite-again/")
    assert len(deliver()) == 1


def test_a_made_up_stop_link_leads_nowhere(client, db):
    assert client.get("/mail/stop/nonsense/").status_code == 404


# --- Signing in -------------------------------------------------------------------------------------------


def test_sign_in_by_address_however_it_is_typed(client, leader):
    leader.person.email = "lea@example.org"
    leader.person.save()
    answer = client.post("/accounts/login/", {"login": "Lea@Example.org", "password": PASSWORD})
    assert answer.url == "/"


def test_signing_in_puts_no_banner_before_what_needs_me(client, leader):
    attempt = {"login": leader.person.email, "password": PASSWORD}
    page = client.post("/accounts/login/", attempt, follow=True)
    assert page.status_code == 200
    assert 'data-module="nhsuk-notification-banner"' not in page.text


def test_a_wrong_password_is_said_in_our_words(client, leader):
    page = client.post("/accounts/login/", {"login": leader.person.email, "password": "wrong"})
    assert "The e-mail address or the password is not right." in page.text


def test_a_forgotten_password_is_set_by_the_link_in_an_email(client, leader, deliver, link_in):
    client.post("/accounts/password/reset/", {"email": leader.person.email})
    (mail,) = deliver()
    assert mail["Subject"] == "Choose a new password for IOCN"
    assert "You get this e-mail because “Forgot your password?” was used" in mail.get_content()
    page = client.get(link_in(mail, "/accounts/password/reset/key/"), follow=True)
    assert "Three words that do not belong together" in page.text
    answer = client.post(page.redirect_chain[-1][0], {"password1": GOOD, "password2": GOOD})
    assert answer.url == "/accounts/password/reset/key/done/"
    assert Client().login(email=leader.person.email, password=GOOD)
    assert Message.objects.earliest("pk").text == ""  # the link is not kept
    (mail,) = deliver()
    assert mail["Subject"] == "Your password has been changed"


def test_a_reset_for_an_unknown_address_looks_the_same_and_sends_nothing(client, db, deliver):
    answer = client.post("/accounts/password/reset/", {"email": "nobody@example.org"})
    assert answer.url == "/accounts/password/reset/done/"
    assert deliver() == []


def test_too_many_attempts_get_a_page_that_says_so(client, leader):
    for _ in range(6):
        page = client.post("/accounts/login/", {"login": leader.person.email, "password": "wrong"})
    # allauth answers one account's attempts in the form, and one machine's with a page
    assert "Too many attempts to sign in. Wait five minutes" in page.text
    for number in range(40):
        page = client.post("/accounts/login/", {"login": f"x{number}@example.org", "password": "wrong"})
    assert page.status_code == 429
    assert "Wait five minutes" in page.text


@pytest.mark.parametrize(
    "path",
    [
        "signup/",
        "email/",
        "confirm-email/",
        "social/signup/",
        "login/code/",
        "reauthenticate/",
    ],
)
def test_what_we_do_not_offer_is_not_there(client, leader, path):
    client.force_login(leader.person)
    assert client.get(f"/accounts/{path}").status_code == 404


def test_passwords_are_kept_with_argon2(settings, db):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    person = Person.objects.create_user("a@example.org", GOOD, name="A")
    assert identify_hasher(person.password).algorithm == "argon2"
    assert person.check_password(GOOD)


def test_leaving_and_being_switched_off_end_access_at_once(staff, leader, signed_in):
    client = signed_in(leader)
    assert client.get("/larkton/members/").status_code == 200
    actions.close_membership(by=staff, membership=leader)
    assert client.get("/larkton/members/").status_code == 404
    assert "You belong to no network now" in client.get("/").text
    other = factories.MembershipFactory(network=staff.network)
    client = signed_in(other)
    Person.objects.filter(pk=other.person_id).update(is_active=False)
    assert client.get("/larkton/members/").status_code == 302


# --- Networks and settings ----------------------------------------------------------------------------------


def test_one_network_is_home_several_are_chosen(leader, signed_in):
    client = signed_in(leader)
    assert client.get("/").url == "/larkton/"
    other = factories.NetworkFactory(slug="other", name="Other Network")
    factories.MembershipFactory(network=other, person=leader.person)
    page = client.get("/")
    assert "Other Network" in page.text
    assert "Larkton Health and Care" in page.text


def test_invitations_are_listed_where_one_chooses(leader, signed_in):
    other = factories.MembershipFactory(network=factories.NetworkFactory(name="Third"), roles=["staff"])
    actions.invite_member(by=other, email=leader.person.email, name="L")
    page = signed_in(leader).get("/")
    assert "Third" in page.text
    assert "/invitations/" in page.text


def test_a_name_changes_in_every_network_joined_and_nowhere_else(leader, signed_in):
    second = factories.MembershipFactory(person=leader.person, name=leader.name)
    third = factories.MembershipFactory(roles=["staff"])
    awaited = actions.invite_member(by=third, email=leader.person.email, name="As Typed")
    data = {"name": "Lea New", "digest_rhythm": "never", "mail_about_asks": ""}
    signed_in(leader).post("/larkton/me/", data)
    names = {m.pk: m.name for m in Membership.objects.filter(person=leader.person)}
    assert names == {leader.pk: "Lea New", second.pk: "Lea New", awaited.pk: "As Typed"}
    leader.refresh_from_db()
    assert (leader.digest_rhythm, leader.mail_about_asks) == ("never", False)
    second.refresh_from_db()
    assert second.digest_rhythm == "weekly"


def test_the_command_makes_a_network_and_prints_the_first_invitation(client, db, capsys, link_in):
    from django.core.management import CommandError, call_command

    call_command("add_network", "eastmere", "Eastmere", "--staff", "jo@example.org", "--staff-name", "Jo")
    link = capsys.readouterr().out.split("invited: ")[1].strip()
    client.post(path_of(link), {"name": "Jo Bell", "password": GOOD})
    assert client.get("/eastmere/staff-list/").status_code == 200
    with pytest.raises(CommandError, match="product’s own"):
        call_command("add_network", "accounts", "X", "--staff", "jo@example.org", "--staff-name", "Jo")
    with pytest.raises(CommandError, match="“Larkton” is no time zone"):
        call_command(
            "add_network",
            "westmere",
            "W",
            "--staff",
            "jo@example.org",
            "--staff-name",
            "Jo",
            "--time-zone",
            "Larkton",
        )


def test_an_old_invitation_is_no_way_in_from_the_list_of_networks(leader, signed_in):
    other = factories.MembershipFactory(network=factories.NetworkFactory(name="Third"), roles=["staff"])
    member = actions.invite_member(by=other, email=leader.person.email, name="L")
    Membership.objects.filter(pk=member.pk).update(invited_at=timezone.now() - timedelta(days=20))
    page = signed_in(leader).get("/networks/")
    assert "older than 14 days" in page.text


def test_a_password_is_changed_by_who_knows_the_old_one(leader, signed_in):
    client, path = signed_in(leader), "/accounts/password/change/"
    wrong = client.post(path, {"oldpassword": "wrong", "password1": GOOD, "password2": GOOD})
    assert "That is not your password now" in wrong.text
    page = client.post(path, {"oldpassword": PASSWORD, "password1": GOOD, "password2": GOOD}, follow=True)
    assert page.redirect_chain[-1][0] == "/larkton/"
    assert "Your password is changed." in page.text
    assert Client().login(email=leader.person.email, password=GOOD)
    assert client.get("/larkton/me/").status_code == 200  # still signed in
