"""The weekly update."""

import datetime
import threading
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test import Client

from iocn.digests.actions import due_since, write_digests
from iocn.digests.tasks import write_due_digests
from people.models import Message
from programmes.escalations import actions as asks
from tests.factories import MembershipFactory, NetworkFactory, OrganisationFactory, PostFactory, RemitFactory

LONDON = ZoneInfo("Europe/London")
MONDAY_MORNING = datetime.datetime(2026, 6, 8, 8, 0, tzinfo=LONDON)


@pytest.fixture
def people(network):
    """A nurse and a leader who have been members for long."""
    hospital = OrganisationFactory(network=network)
    long_ago = MONDAY_MORNING - datetime.timedelta(days=100)
    nurse = MembershipFactory(
        network=network, name="Nell Nurse", joined_at=long_ago, email="nurse@example.org"
    )
    PostFactory(membership=nurse, organisation=hospital)
    leader = MembershipFactory(
        network=network, name="Lea Leader", joined_at=long_ago, email="leader@example.org", roles=["leader"]
    )
    RemitFactory(membership=leader, organisation=hospital, domain="data")
    return nurse, leader


def raise_ask(nurse, **changes):
    with time_machine.travel(MONDAY_MORNING - datetime.timedelta(days=4), tick=False):
        ask = asks.raise_ask(
            by=nurse, **{"ask": "Access to results", "urgency": "stopping", "domain": "data"} | changes
        )
    Message.objects.all().delete()
    return ask


def test_a_leader_is_told_what_waits_in_text_and_html_and_can_stop_it_in_one_click(network, people, deliver):
    nurse, _leader = people
    raise_ask(nurse)
    with time_machine.travel(MONDAY_MORNING, tick=False):
        write_due_digests()
        mails = deliver()
    assert [mail["To"] for mail in mails] == ["leader@example.org"]
    mail = mails[0]
    assert mail["Subject"] == "Your update: 1 ask waits for your answer"
    text = mail.get_body(["plain"]).get_content()
    html = mail.get_body(["html"]).get_content()
    for part in (text, html):
        assert "E-1 Access to results" in part
        assert "waited 4 days" in part
        assert f"/{network.slug}/escalations/E-1/" in part
        assert "because you are a member of Larkton Health and Care" in part
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    stop = mail["List-Unsubscribe"].strip("<>")
    assert stop in text

    # What a mail program does when its reader presses "unsubscribe": no sign-in, no cookie, no token.
    response = Client(enforce_csrf_checks=True).post(
        stop.split("8000", 1)[1], {"List-Unsubscribe": "One-Click"}
    )
    assert response.status_code == 200
    with time_machine.travel(MONDAY_MORNING + datetime.timedelta(days=7), tick=False):
        write_due_digests()
        assert deliver() == []


def test_nothing_to_say_sends_nothing(network, people, deliver):
    with time_machine.travel(MONDAY_MORNING, tick=False):
        assert write_digests(network=network) == 0
        assert deliver() == []


def test_a_second_run_of_the_same_week_sends_nothing_twice(network, people, deliver):
    nurse, _leader = people
    raise_ask(nurse)
    with time_machine.travel(MONDAY_MORNING, tick=False):
        assert write_digests(network=network) == 1
        assert len(deliver()) == 1
    with time_machine.travel(MONDAY_MORNING + datetime.timedelta(days=3), tick=False):
        assert write_digests(network=network) == 0
        assert deliver() == []
    with time_machine.travel(MONDAY_MORNING + datetime.timedelta(days=7), tick=False):
        assert write_digests(network=network) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_write_each_update_once(network, people):
    nurse, _leader = people
    raise_ask(nurse)
    written = []

    def run():
        try:
            written.append(write_digests(network=network, now=MONDAY_MORNING))
        finally:
            connection.close()

    workers = [threading.Thread(target=run) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    assert sorted(written) == [0, 0, 0, 1]
    assert Message.objects.filter(kind="digest").count() == 1


def test_a_restricted_ask_is_named_by_its_reference_only(network, people, deliver):
    nurse, _leader = people
    raise_ask(nurse, ask="About how the round is run", restricted=True)
    with time_machine.travel(MONDAY_MORNING, tick=False):
        write_due_digests()
        [mail] = deliver()
    assert "About how the round is run" not in mail.as_string()
    assert "E-1 (restricted: sign in to read it)" in mail.get_body(["plain"]).get_content()


def test_who_left_and_who_stopped_it_get_none(network, people, deliver):
    nurse, leader = people
    raise_ask(nurse)
    leader.digest_rhythm = "never"
    leader.save()
    with time_machine.travel(MONDAY_MORNING, tick=False):
        write_due_digests()
        assert deliver() == []


def test_one_network_hears_nothing_of_another(network, people, deliver):
    nurse, _leader = people
    raise_ask(nurse)
    elsewhere = NetworkFactory()
    MembershipFactory(
        network=elsewhere, roles=["leader"], joined_at=MONDAY_MORNING - datetime.timedelta(days=9)
    )
    with time_machine.travel(MONDAY_MORNING, tick=False):
        write_due_digests()
        assert {mail["To"] for mail in deliver()} == {"leader@example.org"}


@pytest.mark.parametrize(
    ("zone", "now", "due"),
    [
        ("Europe/London", "2026-06-08T05:59:00+00:00", "2026-06-01T06:00:00+00:00"),
        ("Europe/London", "2026-06-08T06:00:00+00:00", "2026-06-08T06:00:00+00:00"),  # summer time
        ("Europe/London", "2026-01-05T07:00:00+00:00", "2026-01-05T07:00:00+00:00"),
        ("Europe/London", "2026-10-25T23:00:00+00:00", "2026-10-19T06:00:00+00:00"),  # the clocks went back
        ("Pacific/Auckland", "2026-06-07T19:30:00+00:00", "2026-06-07T19:00:00+00:00"),
    ],
)
def test_monday_seven_is_the_networks_own(zone, now, due):
    network = NetworkFactory.build(time_zone=zone)
    assert due_since(network, datetime.datetime.fromisoformat(now)) == datetime.datetime.fromisoformat(due)


@pytest.mark.parametrize("times", [1, 10])
def test_gathering_takes_the_same_queries_however_many_people_there_are(
    network, people, django_assert_num_queries, times
):
    nurse, leader = people
    hospital = leader.remits.get().organisation
    for number in range(times):
        member = MembershipFactory(
            network=network, joined_at=MONDAY_MORNING - datetime.timedelta(days=9), roles=["leader", "staff"]
        )
        RemitFactory(membership=member, organisation=hospital, domain="money", order=number)
        raise_ask(nurse, domain="money")
    # The run (begin, look, make with its savepoint, lock, mark, end), members, seven kinds of need, and for the asks
    # who is brought in and who acts for whom, the messages.
    with django_assert_num_queries(19), time_machine.travel(MONDAY_MORNING, tick=False):
        write_digests(network=network)
