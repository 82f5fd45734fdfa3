"""Forms that are sent twice, and forms that come when their sender is signed out."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.db import connections
from django.test import Client
from django.utils import timezone

from iocn.shared.models import SentForm
from iocn.shared.sending import LONGEST_KEPT
from iocn.shared.tasks import clear_what_is_over
from people.models import Membership, Organisation
from programmes.models import Escalation
from tests import factories
from tests.forms import opened

ADD = "/larkton/organisations/add/"
TYPED = {"name": "Larkton Hospice", "kind": "charity", "ods_code": "8HX"}
TWICE = "This was sent twice. It was done once, and this is what came of it."
AGAIN = "You were signed out before this was sent, so nothing was done."


@pytest.fixture
def staff(network):
    return factories.MembershipFactory(network=network, roles=["staff"])


@pytest.fixture
def browser(staff, signed_in):
    return signed_in(staff)


def as_person(client, membership):
    """Sign in as a person does, by the form that the last redirect led to."""
    return client.post("/accounts/login/", {"login": membership.person.email, "password": factories.PASSWORD})


# --- Sent twice --------------------------------------------------------------------------------------------
def test_the_same_form_sent_twice_acts_once_and_leads_to_the_same_page(browser):
    sent = TYPED | {"_form": opened(browser, ADD)}
    first = browser.post(ADD, sent)
    second = browser.post(ADD, sent, follow=True)
    assert Organisation.objects.count() == 1
    assert second.redirect_chain == [(first["Location"], 302)]
    assert TWICE in second.text


def test_two_forms_with_the_same_words_are_two_things(staff, signed_in):
    client = signed_in(staff)
    path = "/larkton/escalations/raise/"
    typed = {"ask": "A room for the clinic", "urgency": "helping"}
    for _ in range(2):
        assert client.post(path, typed | {"_form": opened(client, path)}).status_code == 302
    assert Escalation.objects.count() == 2


def test_a_form_that_was_changed_before_it_was_sent_again_is_another(browser):
    token = {"_form": opened(browser, ADD)}
    browser.post(ADD, TYPED | token)
    browser.post(ADD, TYPED | token | {"name": "Harbour Hospice", "ods_code": "8HY"})
    assert Organisation.objects.count() == 2


def test_a_form_that_came_back_with_errors_can_be_sent_again(browser):
    token = {"_form": opened(browser, ADD)}
    assert browser.post(ADD, TYPED | token | {"name": ""}).status_code == 200
    assert not SentForm.objects.exists()
    assert browser.post(ADD, TYPED | token).status_code == 302


def test_somebody_elses_token_does_not_count(browser, network, signed_in):
    other = signed_in(factories.MembershipFactory(network=network, roles=["staff"]))
    sent = TYPED | {"_form": opened(other, ADD)}
    browser.post(ADD, sent)
    assert TWICE not in browser.post(ADD, sent, follow=True).text
    assert not SentForm.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_threads_that_send_the_same_form_at_once_do_one_thing(network, signed_in):
    member = factories.MembershipFactory(network=network, roles=["staff"])
    path = "/larkton/escalations/raise/"
    client = signed_in(member)
    for race in range(5):
        sent = {"ask": f"A room {race}", "urgency": "helping", "_form": opened(client, path)}
        barrier, answers = threading.Barrier(2), []

        def send(sent=sent, barrier=barrier, answers=answers):
            browser = signed_in(member)
            barrier.wait(timeout=20)
            answers.append(browser.post(path, sent)["Location"])
            connections.close_all()

        threads = [threading.Thread(target=send) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        assert Escalation.objects.count() == race + 1
        assert len(answers) == 2
        assert len(set(answers)) == 1


# --- Sent without a session --------------------------------------------------------------------------------
def test_what_was_typed_is_there_again_after_signing_in_and_nothing_was_sent(browser, staff):
    sent = TYPED | {"_form": opened(browser, ADD)}
    browser.logout()
    answer = browser.post(ADD, sent)
    assert answer["Location"] == f"/accounts/login/?next={ADD.replace('/', '%2F')}"
    as_person(browser, staff)
    page = browser.get(ADD)
    assert AGAIN in page.text
    for value in ("Larkton Hospice", "8HX", '<option value="charity" selected'):
        assert value in page.text
    assert not page.context["form"].is_bound
    assert not Organisation.objects.exists()
    page = browser.get(ADD)  # once
    assert AGAIN not in page.text
    assert "Larkton Hospice" not in page.text
    assert "kept_form" not in browser.session


def test_a_form_whose_browser_lost_all_cookies_is_kept_too(staff):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(staff.person)
    sent = TYPED | {"_form": opened(browser, ADD), "csrfmiddlewaretoken": "x" * 64}
    browser.cookies.clear()
    answer = browser.post(ADD, sent)
    assert answer["Location"].startswith("/accounts/login/")
    browser.handler.enforce_csrf_checks = False
    as_person(browser, staff)
    assert "Larkton Hospice" in browser.get(ADD).text


def test_a_form_of_a_page_from_before_signing_in_again_comes_back_at_once(staff):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(staff.person)
    sent = TYPED | {"_form": opened(browser, ADD), "csrfmiddlewaretoken": "x" * 64}
    page = browser.post(ADD, sent, follow=True)
    assert page.redirect_chain == [(ADD, 302)]
    assert "Larkton Hospice" in page.text
    assert not Organisation.objects.exists()


def test_another_person_in_the_same_browser_never_sees_it_and_it_is_gone(browser, staff, network):
    other = factories.MembershipFactory(network=network, roles=["staff"])
    sent = TYPED | {"_form": opened(browser, ADD)}
    browser.logout()
    browser.post(ADD, sent)
    as_person(browser, other)
    assert "kept_form" not in browser.session
    assert "Larkton Hospice" not in browser.get(ADD).text
    browser.logout()
    as_person(browser, staff)
    assert "Larkton Hospice" not in browser.get(ADD).text


def test_after_an_hour_it_is_gone(browser, staff):
    sent = TYPED | {"_form": opened(browser, ADD)}
    browser.logout()
    browser.post(ADD, sent)
    (kept,) = Session.objects.all()
    assert kept.expire_date < timezone.now() + timedelta(minutes=61)
    with time_machine.travel(timezone.now() + timedelta(minutes=62), tick=False):
        clear_what_is_over()
        assert not Session.objects.exists()
        as_person(browser, staff)
        assert "Larkton Hospice" not in browser.get(ADD).text


def test_passwords_and_codes_are_not_kept(browser):
    sent = {
        "_form": opened(browser, ADD),
        "name": "x",
        "password": "p",
        "new-password1": "p",
        "code": "1",
        "a-otp": "2",
    }
    browser.logout()
    browser.post(ADD, sent)
    assert browser.session["kept_form"]["typed"] == {"name": ["x"]}


def test_what_is_too_long_or_of_nobody_is_not_kept(browser):
    sent = TYPED | {"_form": opened(browser, ADD)}
    browser.logout()
    for wrong in ({"name": "x" * LONGEST_KEPT}, {"_form": sent["_form"][:-1] + "?"}, {"_form": ""}):
        browser.post(ADD, sent | wrong)
        assert "kept_form" not in browser.session


def test_the_hour_does_not_shorten_the_session_that_follows(browser, staff):
    sent = TYPED | {"_form": opened(browser, ADD)}
    browser.logout()
    browser.post(ADD, sent)
    browser.force_login(staff.person)
    assert browser.session.get_expiry_age() > 24 * 60 * 60


def test_a_comment_comes_back_on_the_page_of_its_ask(network, signed_in):
    from programmes.escalations import actions

    nurse = factories.MembershipFactory(network=network)
    ask = actions.raise_ask(
        by=Membership.objects.with_roles().get(pk=nurse.pk), ask="A room", urgency="helping"
    )
    page = ask.get_absolute_url()
    browser = signed_in(nurse)
    sent = {"text": "Tuesdays would do", "seen": "1", "_form": opened(browser, page)}
    browser.logout()
    assert browser.post(f"{page}comment/", sent)["Location"].endswith(f"next={page.replace('/', '%2F')}")
    as_person(browser, nurse)
    shown = browser.get(page)
    assert "Tuesdays would do</textarea>" in shown.text
    assert ask.events.count() == 1


# --- htmx --------------------------------------------------------------------------------------------------
def test_htmx_without_a_session_leads_the_whole_page_to_the_sign_in(network):
    answer = Client().get(
        "/larkton/escalations/raise/",
        headers={
            "HX-Request": "true",
            "HX-Current-URL": "http://testserver/larkton/escalations/raise/?project=1",
        },
    )
    assert answer.status_code == 200
    assert answer["HX-Redirect"] == (
        "/accounts/login/?next=%2Flarkton%2Fescalations%2Fraise%2F%3Fproject%3D1"
    )
    assert answer.content == b""
