"""The demonstration shows the e-mail that it sends."""

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.urls import Resolver404, resolve

LINK = "https://iocn.example.org/larkton/asks/E-1/"
STOP = "https://iocn.example.org/mail/stop/abc/"


@pytest.fixture
def outbox(settings, tmp_path):
    """The pages of the outbox, with an empty folder."""
    settings.ROOT_URLCONF = "tests.demo.urls"
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": tmp_path},
        }
    }
    return Client()


def send(subject="Ward 4 asks you", html=f'<p style="color: red">Please <a href="{LINK}">decide</a></p>'):
    mail = EmailMultiAlternatives(
        subject,
        f"Dr Ode, please decide:\n{LINK}",
        to=["ode@example.org"],
        headers={"List-Unsubscribe": f"<{STOP}>"},
    )
    if html:
        mail.attach_alternative(html, "text/html")
    mail.send()


def test_what_was_sent_last_comes_first(outbox, db):
    assert "Nothing was sent yet" in outbox.get("/outbox/").content.decode()
    send("The first")
    send("The second")
    page = outbox.get("/outbox/").content.decode()
    assert page.index("The second") < page.index("The first")
    assert "ode@example.org" in page


def the_mail(outbox):
    mail = outbox.get("/outbox/").context["mails"][0]
    return f"/outbox/{mail.key}/"


def test_an_email_shows_its_text_with_links_and_how_to_stop_it(outbox, db):
    send()
    page = outbox.get(the_mail(outbox)).content.decode()
    assert f'<a href="{LINK}"' in page
    assert f'<a href="{STOP}"' in page
    assert "Dr Ode, please decide:" in page


def test_the_html_part_may_have_styles_but_runs_no_script(outbox, db):
    send()
    response = outbox.get(the_mail(outbox) + "html/")
    assert 'style="color: red"' in response.content.decode()
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script" not in policy


def test_an_email_without_html_has_no_such_page(outbox, db):
    send(html="")
    assert "As a mail program shows it" not in outbox.get(the_mail(outbox)).content.decode()
    assert outbox.get(the_mail(outbox) + "html/").status_code == 404


@pytest.mark.parametrize("key", ["nothing-0", "20260101-000000-1-7", "secret-0"])
def test_an_email_that_is_not_there_is_not_found(outbox, db, key):
    assert outbox.get(f"/outbox/{key}/").status_code == 404


def test_only_the_demonstration_shows_email_and_passwords(db):
    with pytest.raises(Resolver404):
        resolve("/outbox/key-0/")
    assert Client().get("/outbox/").status_code != 200
    assert "once-upon-a-time" not in Client().get("/accounts/login/").content.decode()


def test_the_sign_in_page_of_the_demonstration_says_who_can_sign_in(outbox, db, settings):
    from iocn.demo import seed

    settings.DEMO = True
    page = outbox.get("/accounts/login/").content.decode()
    assert seed.PASSWORD in page
    assert all(address in page for _who, address in seed.SIGN_INS)
