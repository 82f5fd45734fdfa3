"""The inbox: what waits for a reader, what is late first."""

from datetime import timedelta

import pytest
from django.utils import timezone

from programmes.escalations import actions
from programmes.escalations.models import Escalation
from programmes.escalations.words import due_in_words
from tests.programmes.escalations.test_pages import SOON, shown_in, text_of

INBOX = "/larkton/escalations/"


def set_due(ask, **since_now):
    Escalation.objects.filter(pk=ask.pk).update(due_at=timezone.now() + timedelta(**since_now))


def another(place, words, **what):
    what = {"urgency": "slowing", "domain": "data"} | what
    return actions.raise_ask(by=place.nurse, ask=words, **what)


# --- What is late first -----------------------------------------------------------------------------------


def test_the_inbox_shows_what_is_late_first_and_what_has_no_clock_last(raised, signed_in):
    scanner, tablet, bell = (another(raised, words) for words in ("A scanner", "A tablet", "A bell"))
    set_due(raised.ask, days=4)
    set_due(scanner, days=-3)
    set_due(tablet, hours=-100)
    Escalation.objects.filter(pk=bell.pk).update(due_at=None)
    client = signed_in(raised.leader)
    assert shown_in(client) == ["A tablet", "A scanner", raised.ask.ask, "A bell"]
    assert shown_in(client, show="open", sort="-due") == [raised.ask.ask, "A scanner", "A tablet", "A bell"]
    assert shown_in(signed_in(raised.nurse)) == []
    assert "Nothing waits for you" in text_of(signed_in(raised.nurse).get(INBOX))


def test_a_row_says_in_words_how_late_it_is_and_how_long_it_has_waited(raised, signed_in):
    set_due(raised.ask, days=-3)
    waiting_since = timezone.now() - timedelta(days=6, hours=1)
    Escalation.objects.filter(pk=raised.ask.pk).update(waiting_since=waiting_since)
    shown = text_of(signed_in(raised.leader).get(INBOX))
    assert ">3 days late</time>" in shown
    assert ">6 days</time>" in shown


@pytest.mark.parametrize(
    ("since_now", "words"),
    [
        ({"days": -1}, ("1 day late", "late")),
        ({"minutes": -1}, ("Late since today", "late")),
        ({"minutes": 1}, ("Due today", "soon")),
        ({"days": 1}, ("Due tomorrow", "soon")),
        ({"days": 2}, ("Due in 2 days", "")),
    ],
)
def test_when_an_ask_is_due_is_said_in_days(since_now, words, settings):
    noon = timezone.localtime().replace(hour=12)
    assert due_in_words(noon + timedelta(**since_now), noon, noon.date()) == words
    assert due_in_words(None, noon, noon.date()) == ("", "")


def test_a_row_offers_the_two_likeliest_acts(raised, signed_in):
    client = signed_in(raised.leader)

    def offered(client, **query):
        [row] = client.get(INBOX, query).context["rows"]
        return [choice.slug for choice in row.choices]

    assert offered(client) == ["acknowledge", "accept"]
    actions.acknowledge(by=raised.leader, escalation=raised.ask)
    assert offered(client) == ["accept", "decline"]
    actions.accept(by=raised.leader, escalation=raised.ask, what="Access", due_on=SOON)
    assert offered(client) == ["done", "change-promise"]
    actions.mark_done(by=raised.leader, escalation=raised.ask)
    assert offered(signed_in(raised.nurse)) == ["confirm", "not-settled"]
    actions.raise_ask(by=raised.onlooker, ask="A quiet room", urgency="helping")
    assert offered(signed_in(raised.staff)) == ["route", "elsewhere"]
    assert offered(signed_in(raised.second), show="unowned") == ["take"]


# --- Narrowing --------------------------------------------------------------------------------------------


def test_the_list_is_narrowed_to_what_has_waited_longer(raised, signed_in):
    another(raised, "A scanner")
    closed = another(raised, "A bell")
    actions.withdraw(by=raised.nurse, escalation=closed)
    six_days_ago = timezone.now() - timedelta(days=6)
    old = Escalation.objects.filter(pk__in=[raised.ask.pk, closed.pk])
    old.update(waiting_since=six_days_ago)
    client = signed_in(raised.leader)
    assert shown_in(client, age="5") == [raised.ask.ask]
    assert shown_in(client, age="10") == []
    assert shown_in(client, show="waiting", age="5", urgency="slowing") == []
    assert len(shown_in(client, age="x")) == 3  # nonsense narrows nothing
