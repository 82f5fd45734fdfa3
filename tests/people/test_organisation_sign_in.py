"""Signing in through an organisation's own sign-in, against a provider that runs as a process of its own."""

import pytest
import requests
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.core.cache import cache
from django.core.management import call_command
from django.db.models.signals import post_save
from django.test import Client

from people import actions, invitations
from people.models import Membership, Person, SignIn
from tests import factories, openid

LOGIN = "/accounts/organisation/organisation/login/"


@pytest.fixture(scope="module")
def provider():
    with openid.running() as provider:
        yield provider


@pytest.fixture(autouse=True)
def _offered(settings, provider):
    cache.clear()
    settings.SOCIALACCOUNT_PROVIDERS = provider.apps()


def through(sub: str, client: Client | None = None, then: str = "", process: str = "", follow: bool = True):
    """Go to the provider, sign in there as `sub`, and come back; return the client and what it sees."""
    client = client or Client()
    query = {key: value for key, value in (("next", then), ("process", process)) if value}
    there = client.get(LOGIN, query)
    assert there.status_code == 302
    back = requests.post(there.url, data={"sub": sub}, allow_redirects=False, timeout=10)
    return client, client.get(back.headers["Location"], follow=follow)


def test_a_member_with_a_verified_address_signs_in_and_hears_of_the_link(leader, provider, deliver):
    leader.person.email = "lea@example.org"
    leader.person.save()
    provider.knows("lea-1", email="Lea@Example.org", email_verified=True, name="Somebody Else")
    for _ in range(2):
        client, page = through("lea-1", then="/larkton/members/")
        assert page.request["PATH_INFO"] == "/larkton/members/"
    assert client.get("/accounts/").context["is_linked"]
    account = SocialAccount.objects.get()
    assert (account.user, account.uid, account.extra_data) == (leader.person, "lea-1", {})
    assert Person.objects.get(pk=leader.person_id).name == "Lea Leader"
    assert SignIn.objects.latest("pk").method == "organisation"
    (mail,) = deliver()
    assert mail["Subject"] == "Your organisation’s sign-in opens your account now"


def test_what_the_provider_tells_of_a_person_is_at_no_moment_kept(leader, provider):
    kept = []

    def look(instance, **kwargs):
        kept.extend(SocialAccount.objects.filter(pk=instance.pk).values_list("uid", "extra_data"))

    post_save.connect(look, sender=SocialAccount)
    provider.knows("lea-5", email=leader.person.email, email_verified=True, name="Lea", phone_number="0161")
    for _ in range(2):
        through("lea-5")
    post_save.disconnect(look, sender=SocialAccount)
    assert len(kept) >= 2
    assert set(map(str, kept)) == {"('lea-5', {})"}


def test_an_invited_person_joins_without_a_password(staff, provider):
    provider.knows("jo-1", email="jo@example.org", email_verified=True)
    member = actions.invite_member(by=staff, email="jo@example.org", name="Jo")
    path = invitations.path(member)
    assert "Sign in with NHS Larkton" in Client().get(path).text
    client, page = through("jo-1", then=path)
    assert "You join as Jo" in page.text
    assert client.post(path).url == "/larkton/"
    assert Membership.objects.get(pk=member.pk).is_active
    assert not Person.objects.get(email="jo@example.org").has_usable_password()
    # The link in the e-mail now opens nothing for others: who they are is known.
    other = Client()
    other.post(path, {"name": "Thief", "password": "correct horse battery staple"})
    assert "_auth_user_id" not in other.session
    again = actions.invite_member(
        by=factories.MembershipFactory(roles=["staff"]), email="jo@example.org", name="Jo"
    )
    path = invitations.path(again)
    assert "Sign in, then press “Join”" in other.get(path).text
    other.post(path, {"name": "Thief", "password": "correct horse battery staple"})
    assert "_auth_user_id" not in other.session


@pytest.mark.parametrize(
    ("claims", "sentence"),
    [
        ({"email": "lea@example.org", "email_verified": False}, "does not say that it has verified"),
        ({"email": "lea@example.org", "email_verified": "false"}, "does not say that it has verified"),
        ({"email": "lea@example.org"}, "does not say that it has verified"),
        ({}, "did not tell us your e-mail address"),
        ({"email": "stranger@example.org", "email_verified": True}, "Nobody is invited with the address"),
    ],
    ids=["unverified", "unverified in words", "unsaid", "no address", "stranger"],
)
def test_who_is_not_vouched_for_or_not_invited_is_refused_with_a_sentence(leader, provider, claims, sentence):
    leader.person.email = "lea@example.org"
    leader.person.save()
    provider.knows("who", **claims)
    people = Person.objects.count()
    client, page = through("who")
    assert page.status_code == 403
    assert sentence in page.text
    assert "_auth_user_id" not in client.session
    assert Person.objects.count() == people
    assert not SocialAccount.objects.exists()


def test_a_deactivated_person_is_refused_linked_or_not(leader, provider):
    provider.knows("lea-2", email=leader.person.email, email_verified=True)
    actions.deactivate_person(person=leader.person, reason="Asked")
    client, page = through("lea-2")
    assert "has been ended" in page.text
    actions.reactivate_person(person=leader.person, reason="Back")
    through("lea-2")
    actions.deactivate_person(person=leader.person, reason="Asked")
    client, page = through("lea-2")
    assert "This account is closed" in page.text
    assert "_auth_user_id" not in client.session


def test_an_address_given_to_somebody_new_opens_nothing_until_it_is_unlinked(leader, provider):
    for sub in ("before", "after"):
        provider.knows(sub, email=leader.person.email, email_verified=True)
    through("before")
    _client, page = through("after")
    assert page.status_code == 403
    assert "Another account at NHS Larkton" in page.text
    call_command("unlink_organisation_sign_in", leader.person.email, "--reason", "New account at the trust")
    client, _page = through("after")
    assert client.get("/accounts/").status_code == 200


def test_nobody_links_an_account_with_another_address_while_signed_in(leader, provider):
    provider.knows("other", email="other@example.org", email_verified=True)
    client = Client()
    client.force_login(leader.person)
    _client, page = through("other", client, process="connect")
    assert page.status_code == 403
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize("asks_itself", [False, True])
def test_the_second_step_is_asked_for_unless_the_provider_has(leader, provider, settings, asks_itself):
    settings.OIDC_SECOND_FACTOR = asks_itself
    Authenticator.objects.create(user=leader.person, type="totp", data={"secret": "none"})
    provider.knows("lea-3", email=leader.person.email, email_verified=True)
    _client, page = through("lea-3", follow=False)
    assert page.url == ("/" if asks_itself else "/accounts/login/second-step/")


@pytest.mark.parametrize(("asks_itself", "status"), [(False, 403), (True, 200)])
def test_a_network_that_asks_for_a_second_factor_takes_the_providers(
    leader, provider, settings, asks_itself, status
):
    settings.OIDC_SECOND_FACTOR = asks_itself
    leader.network.second_factor_required = True
    leader.network.save()
    provider.knows("lea-4", email=leader.person.email, email_verified=True)
    client, _page = through("lea-4")
    assert client.get("/larkton/members/").status_code == status
    # A password alone is none, whatever the provider asks of others.
    password = Client()
    password.post("/accounts/login/", {"login": leader.person.email, "password": factories.PASSWORD})
    assert password.get("/larkton/members/").status_code == 403


def test_who_stops_there_and_what_does_not_answer_get_pages_of_ours(db, provider, settings):
    client = Client()
    there = client.get(LOGIN)
    state = requests.utils.urlparse(there.url).query.split("state=")[1].split("&")[0]
    page = client.get(f"{LOGIN}callback/", {"state": state, "error": "access_denied"}, follow=True)
    assert "You stopped at NHS Larkton." in page.text
    assert Client().get(f"{LOGIN}callback/", {"state": "made-up", "code": "x"}).status_code == 401
    apps = provider.apps()
    apps["openid_connect"]["APPS"][0]["settings"]["server_url"] = "http://localhost:9"
    settings.SOCIALACCOUNT_PROVIDERS = apps
    page = Client().get(LOGIN)
    assert page.status_code == 503
    assert "did not answer" in page.text


def test_it_is_offered_where_one_signs_in_and_nowhere_without_the_settings(client, db, settings):
    assert "Sign in with NHS Larkton" in client.get("/accounts/login/").text
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": []}}
    assert "Sign in with" not in client.get("/accounts/login/").text
    assert client.get(LOGIN).status_code == 404
