"""The second factor: an app, a passkey, recovery codes, and networks that ask for one."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.test import Client

from iocn.shared.models import History
from people import actions
from tests import factories
from tests.factories import PASSWORD


@pytest.fixture(autouse=True)
def _count_anew(settings):
    cache.clear()
    # A code may run out between being made here and being read there.
    settings.MFA_TOTP_TOLERANCE = 1


def code_for(secret):
    """Return what an authenticator app with this secret shows now, as if it had not been used before."""
    cache.clear()
    return format_hotp_value(hotp_value(secret, list(yield_hotp_counters_from_time())[1]))


def sign_in(client, person, follow=False):
    """Type address and password."""
    return client.post("/accounts/login/", {"login": person.email, "password": PASSWORD}, follow=follow)


def add_app(client):
    """Confirm by password, scan the picture, type the code; return the app's secret."""
    path = "/accounts/second-step/app/add/"
    answer = client.get(path)
    if answer.status_code == 302:
        client.post(answer.url, {"password": PASSWORD})
    page = client.get(path)
    secret = page.context["form"].secret
    client.post(path, {"code": code_for(secret)})
    return secret


@pytest.fixture
def with_app(leader):
    """A client whose person has an authenticator app, and the app's secret."""
    client = Client()
    sign_in(client, leader.person)
    return client, add_app(client)


def test_an_app_is_added_after_the_password_and_its_code_is_asked_for_from_then_on(
    leader, deliver, django_capture_on_commit_callbacks
):
    client = Client()
    sign_in(client, leader.person)
    path = "/accounts/second-step/app/add/"
    # A sign-in a moment ago is no confirmation.
    confirm = client.get(path)
    assert confirm.url.startswith("/accounts/confirm/")
    client.post(confirm.url, {"password": PASSWORD})
    page = client.get(path)
    assert 'src="data:image/svg+xml;base64,' in page.text
    assert page.context["form"].secret in page.text
    wrong = client.post(path, {"code": "000000"})
    assert "That was not accepted" in wrong.text
    secret = page.context["form"].secret
    with django_capture_on_commit_callbacks(execute=True):
        page = client.post(path, {"code": code_for(secret)}, follow=True)
    assert "Recovery codes" in page.text
    assert len(page.context["unused_codes"]) == 10
    (mail,) = deliver()
    assert mail["To"] == leader.person.email
    assert mail["Subject"] == "An authenticator app has been added"
    assert "choose a new password at once" in mail.get_content()

    other = Client()
    answer = sign_in(other, leader.person)
    assert answer.url == "/accounts/login/second-step/"
    assert other.get("/larkton/members/").status_code == 302  # not signed in yet
    assert "That was not accepted" in other.post(answer.url, {"code": "000000"}).text
    answer = other.post(answer.url, {"code": code_for(secret)})
    assert answer.url == "/accounts/login/remember/"


def test_a_remembered_device_is_asked_for_the_password_alone_and_others_for_both(leader, with_app):
    _client, secret = with_app
    known = Client()
    sign_in(known, leader.person)
    known.post("/accounts/login/second-step/", {"code": code_for(secret)})
    page = known.get("/accounts/login/remember/")
    assert "30 days" in page.text
    assert known.post("/accounts/login/remember/", {"action": "trust"}).url == "/"
    assert known.cookies["mfa_trusted"]["max-age"] == 30 * 24 * 60 * 60
    known.post("/accounts/logout/")
    assert sign_in(known, leader.person).url == "/"
    assert sign_in(Client(), leader.person).url == "/accounts/login/second-step/"
    # A new password ends it: whoever had the old one and the device is asked again.
    leader.person.set_password(PASSWORD)
    leader.person.save()
    known.post("/accounts/logout/")
    assert sign_in(known, leader.person).url == "/accounts/login/second-step/"


def test_a_code_works_once(leader, with_app):
    _client, secret = with_app
    code = code_for(secret)
    for expected in (302, 200):
        client = Client()
        sign_in(client, leader.person)
        assert client.post("/accounts/login/second-step/", {"code": code}).status_code == expected


def test_a_recovery_code_signs_in_once_in_place_of_the_app(leader, with_app):
    client, _secret = with_app
    code = client.get("/accounts/second-step/recovery-codes/").context["unused_codes"][0]
    for expected in (302, 200):
        other = Client()
        sign_in(other, leader.person)
        assert other.post("/accounts/login/second-step/", {"code": code}).status_code == expected
    assert "9 of 10 are left" in client.get("/accounts/second-step/recovery-codes/").text
    text = client.get("/accounts/second-step/recovery-codes/download/").text
    assert len(text.split()) == 9
    assert code not in text


def test_new_recovery_codes_end_the_old_ones_and_are_told_by_mail(
    with_app, deliver, django_capture_on_commit_callbacks
):
    client, _secret = with_app
    old = client.get("/accounts/second-step/recovery-codes/").context["unused_codes"]
    deliver()
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/accounts/second-step/recovery-codes/new/")
    assert not set(old) & set(client.get("/accounts/second-step/recovery-codes/").context["unused_codes"])
    (mail,) = deliver()
    assert mail["Subject"] == "You have new recovery codes"


def test_guessing_codes_is_stopped(leader, with_app):
    _client, secret = with_app
    client = Client()
    sign_in(client, leader.person)
    for _ in range(6):
        page = client.post("/accounts/login/second-step/", {"code": "000000"})
    assert "Too many attempts" in page.text
    counter = list(yield_hotp_counters_from_time())[1]
    right = format_hotp_value(hotp_value(secret, counter))
    assert client.post("/accounts/login/second-step/", {"code": right}).status_code == 200


def test_the_app_is_removed_and_the_owner_hears_of_it(leader, with_app, deliver):
    client, _secret = with_app
    deliver()
    page = client.post("/accounts/second-step/app/remove/", follow=True)
    assert page.redirect_chain[-1][0] == "/accounts/"
    (mail,) = deliver()
    assert mail["Subject"] == "The authenticator app has been removed"
    assert not Authenticator.objects.exists()  # recovery codes stand in for nothing
    assert sign_in(Client(), leader.person).url == "/"


def test_a_changed_password_is_told_by_mail(leader, deliver):
    client = Client()
    sign_in(client, leader.person)
    new = "correct horse battery staple"
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    (mail,) = deliver()
    assert mail["Subject"] == "Your password has been changed"


def test_a_copy_of_the_database_holds_no_secret_that_makes_codes(with_app):
    _client, secret = with_app
    kept = "".join(str(authenticator.data) for authenticator in Authenticator.objects.all())
    assert secret not in kept
    assert "gAAAA" in kept


def test_after_a_new_secret_key_no_code_fits_and_nothing_breaks(leader, with_app, settings):
    _client, secret = with_app
    settings.SECRET_KEY = "another" * 10
    client = Client()
    sign_in(client, leader.person)
    page = client.post("/accounts/login/second-step/", {"code": code_for(secret)})
    assert "That was not accepted" in page.text


# --- Networks that ask for one ----------------------------------------------------------------------------


def ask_for_it(network):
    network.second_factor_required = True
    network.save()


def test_staff_ask_for_it_and_see_who_has_none_yet(staff, leader, signed_in, with_app):
    factories.MembershipFactory(network=staff.network, name="Una Without", roles=["leader"])
    factories.MembershipFactory(network=staff.network, name="Mary Member")
    client = Client()
    sign_in(client, staff.person)
    add_app(client)
    data = {"second_factor_required": "on", "work_begins": "09:00", "work_ends": "17:00"}
    page = client.post("/larkton/settings/", data, follow=True)
    assert "Una Without" in page.text
    assert "Mary Member" not in page.text.partition("<main")[2]
    assert "Lea Leader" not in page.text.partition("<main")[2]
    assert str(History.objects.of(staff.network)[0]) == "Sue Staff changed the network’s settings"
    assert "second step: yes" in History.objects.of(staff.network)[0].text


@pytest.mark.parametrize("roles", [["staff"], ["leader"], ["member", "leader"]])
def test_who_must_and_has_none_reads_why_and_is_led_there_and_back(network, roles):
    must = factories.MembershipFactory(network=network, roles=roles)
    ask_for_it(network)
    client = Client()
    sign_in(client, must.person)
    page = client.get("/larkton/members/?q=x")
    assert page.status_code == 403
    assert "asks its staff and leaders to sign in with a second step" in page.text
    assert "/accounts/second-step/app/add/" in page.text
    sent = client.post("/larkton/me/", {"name": "New Name"})
    assert sent.status_code == 403
    assert "Nothing of what you just sent has been saved" in sent.text
    client.get("/larkton/members/?q=x")
    add_app(client)
    codes = client.get("/accounts/second-step/recovery-codes/")
    assert 'href="/larkton/members/?q=x"' in codes.text
    assert client.get("/larkton/members/?q=x").status_code == 200
    # Where they were going is forgotten once they are there.
    assert 'href="/larkton/members/?q=x"' not in client.get("/accounts/second-step/recovery-codes/").text


def test_recovery_codes_alone_are_no_second_factor(network, with_app, leader):
    ask_for_it(network)
    client, _secret = with_app
    assert client.get("/larkton/").status_code == 200
    Authenticator.objects.exclude(type="recovery_codes").delete()
    assert client.get("/larkton/").status_code == 403


@pytest.mark.parametrize("role", ["member", "coach", "citizen_partner", "evaluator"])
def test_who_need_not_have_one_is_not_asked(network, signed_in, role):
    ask_for_it(network)
    client = signed_in(factories.MembershipFactory(network=network, roles=[role]))
    assert client.get("/larkton/").status_code == 200


def test_what_one_network_asks_is_no_matter_of_another(network, leader, signed_in):
    elsewhere = factories.NetworkFactory(slug="elsewhere", name="Elsewhere")
    factories.MembershipFactory(network=elsewhere, person=leader.person, name=leader.name, roles=["leader"])
    ask_for_it(elsewhere)
    client = signed_in(leader)
    assert client.get("/larkton/").status_code == 200
    assert client.get("/elsewhere/").status_code == 403
    staff = factories.MembershipFactory(network=network, roles=["staff"])
    for path in ("settings/", "members/", f"members/{leader.pk}/"):
        page = signed_in(staff).get(f"/larkton/{path}")
        assert not re.search("second step yet|Elsewhere", page.text)


def test_the_requirement_costs_no_query(network, signed_in, django_assert_num_queries):
    staff = factories.MembershipFactory(network=network, roles=["staff"])
    client = signed_in(staff)
    Authenticator.objects.create(user=staff.person, type="totp", data={})
    client.get("/larkton/me/")
    with django_assert_num_queries(3) as before:
        client.get("/larkton/me/")
    ask_for_it(network)
    with django_assert_num_queries(len(before)):
        client.get("/larkton/me/")


@pytest.mark.parametrize("number", [2, 30])
def test_the_settings_ask_the_same_of_the_database_for_many_members(
    network, signed_in, django_assert_num_queries, number
):
    staff = factories.MembershipFactory(network=network, roles=["staff"])
    Authenticator.objects.create(user=staff.person, type="totp", data={})
    ask_for_it(network)
    factories.MembershipFactory.create_batch(number, network=network, roles=["leader"])
    actions.change_network(by=staff, second_factor_required=True, leaders_see_all_asks=False)
    client = signed_in(staff)
    client.get("/larkton/settings/")
    with django_assert_num_queries(4):
        page = client.get("/larkton/settings/")
    assert len(page.context["lacking"]) == min(number, 20)


def test_settings_that_did_not_change_write_no_history(staff):
    actions.change_network(by=staff, second_factor_required=False, leaders_see_all_asks=True)
    assert not History.objects.of(staff.network).exists()


# --- One's own account ------------------------------------------------------------------------------------


def test_the_account_page_leads_to_everything_and_asks_the_same_for_many_passkeys(
    leader, signed_in, django_assert_num_queries
):
    client = signed_in(leader)
    page = client.get("/accounts/")
    assert "You have none yet" in page.text
    assert leader.person.email in page.text
    for number in range(5):
        Authenticator.objects.create(user=leader.person, type="webauthn", data={"name": f"Key {number}"})
    with django_assert_num_queries(4):
        page = client.get("/accounts/")
    assert "Key 4" in page.text
    assert 'href="/accounts/"' in client.get("/larkton/me/").text
    assert client.get("/accounts/second-step/").url == "/accounts/"


def test_devices_are_named_in_plain_words():
    from people.devices import device_words

    words = {
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0": "Edge on Windows",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605 Version/19.0 Mobile Safari/604.1": "Safari on iPhone",
        "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/142.0 Mobile Safari/537.36": "Chrome on Android",
        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0": "Firefox on Linux",
        "curl/8": "an unknown device",
        "": "an unknown device",
    }
    assert {agent: device_words(agent) for agent in words} == words
