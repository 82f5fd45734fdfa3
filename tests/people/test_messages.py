"""E-mail is sent once, or it is known that it was not; tried against a real SMTP server."""

import datetime
import socket
import threading
from email import message_from_bytes, policy

import pytest
import time_machine
from aiosmtpd.controller import Controller
from django.db import connection
from django.utils import timezone

from people import messages
from people.models import Message, StaffTask
from tests.factories import MembershipFactory


class Server:
    """What the mail server does with each message: by default it takes it.

    `soon` are its answers to the next messages, before `answer` holds. After "hang up" nobody can tell whether it took
    the message: it did.
    """

    def __init__(self):
        self.taken = []
        self.answer = "250 OK"
        self.soon = []
        self.refused = 0
        self.connections = 0

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_DATA(self, server, session, envelope):
        answer = self.soon.pop() if self.soon else self.answer
        if answer == "hang up":
            self.taken.append(envelope.content)
            server.transport.close()
            return "250 OK"
        if answer.startswith("250"):
            self.taken.append(envelope.content)
        else:
            self.refused += 1
        return answer

    @property
    def mails(self):
        return [message_from_bytes(content, policy=policy.default) for content in self.taken]


class AnyPort(Controller):
    """A server on a port that the system picks; it looks whether it is up at that port."""

    def _trigger_server(self):
        with socket.create_connection(self.server.sockets[0].getsockname(), 5):
            pass


@pytest.fixture
def server(settings):
    handler = Server()
    controller = AnyPort(handler, hostname="127.0.0.1", port=0)
    controller.start()
    port = controller.server.sockets[0].getsockname()[1]
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": port, "timeout": 5},
        }
    }
    yield handler
    controller.stop()


@pytest.fixture
def member(network):
    return MembershipFactory(network=network, name="Nell Nurse", email="nell@example.org")


def tell(member, cause="event:1", **changes):
    messages.tell(
        member,
        **{
            "kind": Message.Kind.ASK,
            "cause": cause,
            "subject": "E-1 waits for you",
            "paragraphs": ["Access to results", "Aisha asked."],
            "link": "/larkton/escalations/E-1/",
            "link_label": "Open E-1",
            "why": "You get this because the ask is with you.",
        }
        | changes,
    )


def test_a_message_has_text_and_html_says_why_it_came_and_can_be_stopped(member, server):
    tell(member)
    assert messages.send_due() == 1
    [mail] = server.mails
    assert mail["To"] == "nell@example.org"
    for kind in ("plain", "html"):
        text = mail.get_body([kind]).get_content()
        assert "Access to results" in text
        assert "http://localhost:8000/larkton/escalations/E-1/" in text
        assert "because the ask is with you" in text
        assert "/mail/stop/" in text
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert messages.send_due() == 0
    assert Message.objects.get().state == "sent"


def test_the_same_cause_never_writes_to_a_person_twice(member, server):
    tell(member)
    tell(member)
    tell(member, cause="event:2")
    assert messages.send_due() == 2


def test_many_messages_share_a_connection(member, server):
    for number in range(20):
        tell(member, cause=f"event:{number}")
    assert messages.send_due() == 20
    assert server.connections == 1


def test_what_the_server_refuses_for_now_is_tried_again_later(member, server):
    tell(member)
    server.answer = "451 Try again later"
    assert messages.send_due() == 0
    assert messages.send_due() == 0
    server.answer = "250 OK"
    with time_machine.travel(timezone.now() + datetime.timedelta(minutes=3)):
        assert messages.send_due() == 1
    assert len(server.taken) == 1


def test_what_is_refused_again_and_again_goes_to_staffs_list(member, server):
    tell(member)
    server.answer = "550 No such mailbox"
    now = timezone.now()
    for attempt in range(messages.ATTEMPTS):
        with time_machine.travel(now + datetime.timedelta(hours=2 * attempt)):
            messages.send_due()
    assert Message.objects.get().state == "failed"
    assert StaffTask.objects.get().text == "An e-mail to Nell Nurse may not have arrived: E-1 waits for you"


def test_a_server_that_is_down_loses_nothing(member, server, settings):
    tell(member)
    up = settings.MAILERS
    settings.MAILERS = {
        "default": up["default"] | {"OPTIONS": up["default"]["OPTIONS"] | {"port": 1}},
    }
    assert messages.send_due() == 0
    settings.MAILERS = up
    with time_machine.travel(timezone.now() + datetime.timedelta(minutes=3)):
        assert messages.send_due() == 1


def test_what_the_server_may_have_taken_is_unsure_and_not_sent_blindly_again(member, server):
    tell(member)
    server.answer = "hang up"
    messages.send_due()
    assert Message.objects.get().state == "unsure"
    server.answer = "250 OK"
    with time_machine.travel(timezone.now() + datetime.timedelta(days=1)):
        assert messages.send_due() == 0
    assert len(server.taken) == 1
    assert StaffTask.objects.filter(kind="message").exists()


def test_what_a_dead_worker_had_claimed_is_sent_and_what_it_was_sending_is_unsure(member, server):
    tell(member, cause="claimed")
    tell(member, cause="sending")
    messages._claim()
    Message.objects.filter(cause="sending").update(state="sending")
    assert messages.send_due() == 0
    with time_machine.travel(timezone.now() + messages.IN_HAND + datetime.timedelta(seconds=1)):
        assert messages.send_due() == 1
    assert Message.objects.get(cause="claimed").state == "sent"
    assert Message.objects.get(cause="sending").state == "unsure"


def test_who_left_or_stopped_such_mail_meanwhile_gets_none(network, member, server):
    other = MembershipFactory(network=network)
    tell(member)
    tell(other)
    member.mail_about_asks = False
    member.save()
    other.closed_at, other.closed_by = timezone.now(), member
    other.save()
    assert messages.send_due() == 0
    assert server.taken == []
    assert set(Message.objects.values_list("state", flat=True)) == {"dropped"}


def test_a_line_break_in_a_subject_becomes_a_space(member, server):
    tell(member, subject="E-1: results\r\nBcc: everybody@example.org")
    assert messages.send_due() == 1
    [mail] = server.mails
    assert mail["Subject"] == "E-1: results Bcc: everybody@example.org"
    assert mail["Bcc"] is None


def test_the_words_of_account_mail_are_not_kept_once_it_is_sent(db, server):
    messages.write_account_mail(address="nell@example.org", subject="Reset", text="https://secret/link")
    assert messages.send_due() == 1
    assert "https://secret/link" in server.mails[0].get_content()
    assert Message.objects.get().text == ""


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_send_each_message_once(network, server):
    member = MembershipFactory(network=network)
    for number in range(120):
        tell(member, cause=f"event:{number}")
    begin = threading.Barrier(4)

    def work():
        try:
            begin.wait(10)
            messages.send_due()
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert len(server.taken) == 120
    assert Message.objects.filter(state="sent").count() == 120
