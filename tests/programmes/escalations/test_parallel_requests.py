"""Two people send their forms in the same second: real requests in parallel, on a real database."""

import random
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from programmes.escalations import actions
from programmes.escalations.models import Beside, Commitment, Escalation
from programmes.escalations.states import Move, State, after
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)

SOON = (timezone.localdate() + timedelta(days=7)).isoformat()
WORDS = {
    "accept": {"what": "A promise of {name}", "due_on": SOON},
    "decline": {"text": "Reasons of {name}", "would_change": "Money"},
    "hold": {"text": "Reasons of {name}", "until": SOON},
}
# Each with what has happened before, who meets, and what they send.
MEETINGS = [
    ("nobody has it", ("leader", "take"), ("second", "take")),
    ("nobody has it", ("leader", "take"), ("staff", "route")),
    ("nobody has it", ("second", "take"), ("nurse", "withdraw")),
    ("with two", ("leader", "accept"), ("sponsor", "decline")),
    ("with two", ("leader", "accept"), ("sponsor", "accept")),
    ("with two", ("leader", "hand-on"), ("sponsor", "hold")),
    ("with two", ("leader", "acknowledge"), ("staff", "route")),
    ("with two", ("sponsor", "decline"), ("nurse", "withdraw")),
    ("with two", ("leader", "hold"), ("nurse", "comment")),
    ("with two", ("leader", "decline"), ("a clock", "")),
    ("with two", ("nurse", "withdraw"), ("a clock", "")),
    ("done", ("nurse", "confirm"), ("colleague", "not-settled")),
    ("done", ("nurse", "not-settled"), ("staff", "confirm")),
    ("declined", ("nurse", "ask-again"), ("colleague", "confirm")),
    ("promised", ("leader", "done"), ("leader", "change-promise")),
    ("promised", ("leader", "hand-on"), ("nurse", "withdraw")),
]


def ask_that_is(what, place):
    """Return an ask to which this has happened."""
    ask = actions.raise_ask(
        by=place.nurse,
        ask="A key",
        urgency="stopping",
        project=place.project,
        domain="data",
        # Nobody decides there, so staff have it.
        organisation=place.practice if what == "nobody has it" else place.hospital,
    )
    if what == "with two":
        Beside.objects.create(escalation=ask, membership=place.sponsor, part=Beside.Part.BROUGHT_IN)
    if what in ("promised", "done"):
        ask = actions.accept(by=place.leader, escalation=ask, what="A key", due_on=timezone.localdate())
    if what == "done":
        ask = actions.mark_done(by=place.leader, escalation=ask)
    if what == "declined":
        ask = actions.decline(by=place.leader, escalation=ask, text="No", would_change="March")
    return ask


def act(place, clients, ask, who, move):
    """Return what this person does when the race begins."""
    if who == "a clock":
        return lambda: actions.run_clocks(timezone.now() + timedelta(days=30))
    words = WORDS.get(move, {"text": "Words of {name}"})
    sent = {name: text.format(name=who) for name, text in words.items()}
    if move == "change-promise":
        sent |= WORDS["accept"] | {"what": f"Promise of {who}", "text": f"Words of {who}"}
    if move in ("hand-on", "route"):
        sent["to"] = str(place.other.pk)
    return lambda: clients[who].post(
        f"/larkton/escalations/{ask.reference}/{move}/", {"seen": ask.version, **sent}
    )


def race(place, clients, number):
    before, *two = MEETINGS[number % len(MEETINGS)]
    ask = ask_that_is(before, place)
    random.Random(number).shuffle(two)
    results = at_once(*(act(place, clients, ask, *one) for one in two))
    assert not [result for result in results if isinstance(result, Exception)], results
    answers = [(one, result) for one, result in zip(two, results, strict=True) if one[0] != "a clock"]
    done = [result for _one, result in answers if result.status_code == 302]
    for (who, _move), result in answers:
        assert result.status_code in (302, 409), (two, result.status_code, result.content)
        if result.status_code == 409:
            page = result.content.decode()
            assert "Somebody acted on this ask while you were writing" in page
            assert f" of {who}" in page  # nothing that was typed is lost
    now = Escalation.objects.get(pk=ask.pk)
    events = list(now.events.order_by("number"))
    assert [event.number for event in events] == list(range(1, now.version + 1))
    by_hand = [event for event in events[ask.version :] if event.by_id]
    assert len(by_hand) == len(done), (two, [event.move for event in events])
    can_both = "a clock" in (two[0][0], two[1][0]) or "comment" in (two[0][1], two[1][1])
    assert len(done) == (len(answers) if can_both and before != "declined" else 1), (two, results)
    state = State.RAISED
    for event in events[1:]:
        state = after(Move(event.move), state)
        assert event.state == state
    assert now.state == state
    open_promises = Commitment.objects.filter(escalation=now, kept_at=None, ended_at=None)
    assert open_promises.count() == (now.state == State.ACCEPTED)


@pytest.fixture
def clients(place):
    from tests.programmes.escalations.conftest import member

    place.other = member(place.network, "Otto Other", "leader", organisation=place.practice, level="top")
    clients = {}
    for who in ("nurse", "colleague", "leader", "second", "sponsor", "staff"):
        clients[who] = Client(raise_request_exception=True)
        clients[who].force_login(getattr(place, who).person)
    return clients


def test_of_two_in_the_same_second_one_wins_and_the_other_reads_what_happened(place, clients):
    for number in range(len(MEETINGS)):
        race(place, clients, number)


@pytest.mark.long
@pytest.mark.services
def test_in_two_hundred_races_nothing_is_lost_or_done_twice(place, clients):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one write at a time: races are those of PostgreSQL")
    for number in range(200):
        race(place, clients, number)
