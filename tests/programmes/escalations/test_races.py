"""Two people at once, with real threads on a real database."""

from datetime import timedelta

import pytest
from django.utils import timezone

from people.actions.members import close_membership
from people.models import Membership, Message
from programmes.escalations import actions
from programmes.escalations.models import Commitment, Escalation
from programmes.escalations.states import OPEN
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)

SOON = timezone.localdate() + timedelta(days=7)


def test_of_two_leaders_who_take_an_ask_one_gets_it_and_the_other_is_told(place):
    for _race in range(10):
        ask = actions.raise_ask(by=place.onlooker, ask="A room", urgency="helping")
        results = at_once(
            *(
                lambda who=who, ask=ask: actions.take(by=who, escalation=ask, seen=1)
                for who in (place.leader, place.second)
            )
        )
        conflicts = [result for result in results if isinstance(result, actions.Conflict)]
        assert len(conflicts) == 1, results
        ask.refresh_from_db()
        winner = (place.leader, place.second)[1 - results.index(conflicts[0])]
        assert (ask.owner, ask.version) == (winner, 2)
        assert [(event.by, event.what) for event in conflicts[0].since] == [(winner, "took it")]
        assert list(ask.events.values_list("number", flat=True)) == [1, 2]


def test_of_a_yes_and_a_no_at_once_one_counts(raised):
    for _race in range(10):
        ask = actions.raise_ask(by=raised.nurse, ask="A", urgency="helping", domain="data")
        results = at_once(
            lambda ask=ask: actions.accept(by=raised.leader, escalation=ask, seen=1, what="Yes", due_on=SOON),
            lambda ask=ask: actions.decline(
                by=raised.leader, escalation=ask, seen=1, text="No", would_change="March"
            ),
            lambda ask=ask: actions.comment(by=raised.nurse, escalation=ask, text="Please"),
        )
        assert sum(isinstance(result, actions.Conflict) for result in results) == 1, results
        assert not any(isinstance(result, Exception) for result in results[2:])
        ask.refresh_from_db()
        assert ask.version == ask.events.count() == 3
        assert Commitment.objects.filter(escalation=ask).count() == (ask.state == "accepted")


def test_eight_asks_at_once_get_eight_references(place):
    # The counter's row does not exist yet, which is the hardest case.
    results = at_once(
        *(
            lambda n=n: actions.raise_ask(by=place.nurse, ask=f"Ask {n}", urgency="helping", domain="data")
            for n in range(8)
        )
    )
    assert sorted(ask.number for ask in results) == list(range(1, 9))
    assert Message.objects.filter(to=place.leader).count() == 8


def test_a_reference_is_never_given_again(place):
    first = actions.raise_ask(by=place.nurse, ask="A", urgency="helping")
    Escalation.objects.filter(pk=first.pk).delete()
    assert actions.raise_ask(by=place.nurse, ask="B", urgency="helping").reference == "E-2"


def test_no_ask_is_left_with_somebody_who_leaves_at_that_moment(place):
    results = at_once(
        lambda: close_membership(by=place.staff, membership=place.leader),
        *(
            lambda n=n: actions.raise_ask(by=place.nurse, ask=f"Ask {n}", urgency="helping", domain="data")
            for n in range(4)
        ),
    )
    assert not [result for result in results if isinstance(result, Exception)], results
    gone = Membership.objects.get(pk=place.leader.pk)
    assert gone.closed_at
    assert not Escalation.objects.filter(owner=gone, state__in=OPEN).exists()


def test_times_that_staff_change_while_clocks_strike_remind_once(place):
    for race in range(10):
        ask = actions.raise_ask(by=place.nurse, ask=f"Ask {race}", urgency="stopping", domain="data")
        Escalation.objects.filter(pk=ask.pk).update(raised_at=timezone.now() - timedelta(days=9))
        ask.events.update(at=timezone.now() - timedelta(days=9))
        times = {"urgency": "stopping", "decide": 100 * 60, "climb": 100 * 60}
        results = at_once(
            *(
                lambda hours=hours, times=times: actions.set_times(
                    by=place.staff, acknowledge=hours * 60, **times
                )
                for hours in (1 + race, 20 + race)
            ),
            actions.run_clocks,
            actions.run_clocks,
        )
        assert not any(isinstance(result, Exception) for result in results), results
        while actions.run_clocks():
            pass
        assert list(ask.events.values_list("move", flat=True)) == ["raise", "remind"]
        actions.withdraw(by=place.nurse, escalation=ask)
