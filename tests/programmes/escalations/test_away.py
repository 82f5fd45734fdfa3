"""What becomes of asks while the leader who has them is away."""

from datetime import UTC, datetime, timedelta

import pytest

from people.actions import begin_absences, end_absence
from people.models import Membership, Message
from programmes.escalations import actions
from programmes.escalations.models import Escalation
from programmes.escalations.permissions import asks_for, asks_waiting_for, may
from programmes.escalations.states import Move
from tests.programmes.escalations.conftest import goes_away

NOON = datetime(2026, 6, 1, 11, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _on_a_monday(time_machine):
    time_machine.move_to(NOON, tick=False)


def away(place, first=0, last=4, stand_in="second"):
    return goes_away(place.leader, first, last, getattr(place, stand_in) if stand_in else None)


def fresh(membership):
    """Return the member as their next request would load it."""
    return Membership.objects.with_roles().select_related("network", "person").get(pk=membership.pk)


def mails_to(membership):
    return list(Message.objects.filter(to=membership).order_by("pk"))


def test_what_a_leader_has_stays_theirs_and_the_stand_in_answers_it(raised):
    away(raised)
    second = fresh(raised.second)
    assert raised.ask in asks_waiting_for(second)
    actions.accept(
        by=second, escalation=raised.ask, what="Access", due_on=raised.network.today() + timedelta(days=9)
    )
    ask = Escalation.objects.get()
    assert (ask.owner, ask.sponsor, ask.commitments.get().by) == (raised.leader,) * 3
    assert ask.events.last().who == "Tom Okafor for Dr Meera Patel"
    # Both hear of what was done for whom; nobody twice.
    assert [mail.cause for mail in mails_to(raised.leader)][-1] == f"escalation-event:{ask.events.last().pk}"


def test_what_comes_while_a_leader_is_away_is_the_stand_ins_and_stays_so(place):
    absence = away(place)
    ask = actions.raise_ask(by=place.nurse, ask="Letters", urgency="stopping", domain="data")
    assert (ask.owner, ask.sponsor) == (place.second, place.second)
    end_absence(by=place.leader, absence=absence)
    ask.refresh_from_db()
    assert ask.owner == place.second
    assert ask not in asks_waiting_for(fresh(place.leader))


def test_the_swap_is_at_midnight_of_the_networks_own_zone_without_any_worker(raised, time_machine):
    away(raised, first=1, last=2)
    # British summer time: midnight there is 11pm by the world's clock.
    moments = {
        "2026-06-01T22:59": False,
        "2026-06-01T23:00": True,
        "2026-06-03T22:59": True,
        "2026-06-03T23:00": False,
    }
    for moment, stands_in in moments.items():
        time_machine.move_to(datetime.fromisoformat(moment).replace(tzinfo=UTC), tick=False)
        assert bool(may(fresh(raised.second), raised.ask, Move.DECLINE)) == stands_in, moment
        ask = actions.raise_ask(by=raised.nurse, ask="A phone", urgency="helping", domain="data")
        assert ask.owner == (raised.second if stands_in else raised.leader), moment


def test_the_stand_in_is_told_once_what_waits_when_it_begins(raised, time_machine):
    restricted = actions.raise_ask(
        by=raised.nurse, ask="Talk about the round", urgency="slowing", domain="data", restricted=True
    )
    assert restricted.owner == raised.leader
    away(raised, first=1)
    begin_absences()
    assert mails_to(raised.second) == []
    time_machine.move_to(NOON + timedelta(days=1), tick=False)
    for _ in range(3):
        begin_absences()
    [mail] = mails_to(raised.second)
    assert mail.subject == "You stand in for Dr Meera Patel until 5 June 2026"
    assert "E-1 Access to the pharmacy’s discharge letters" in mail.text
    assert "E-2" not in mail.text
    assert "Talk" not in mail.text


def test_an_absence_entered_today_is_told_at_once_and_its_early_end_too(raised):
    absence = away(raised)
    assert [mail.subject for mail in mails_to(raised.second)] == [
        "You stand in for Dr Meera Patel until 5 June 2026"
    ]
    end_absence(by=raised.leader, absence=absence)
    end_absence(by=raised.leader, absence=absence)
    assert [mail.subject for mail in mails_to(raised.second)][1:] == ["Dr Meera Patel is back"]
    assert not may(fresh(raised.second), raised.ask, Move.DECLINE)
    assert may(raised.leader, raised.ask, Move.DECLINE)


def test_an_absence_called_off_before_its_first_day_is_told_to_nobody(raised, time_machine):
    end_absence(by=raised.leader, absence=away(raised, first=1))
    time_machine.move_to(NOON + timedelta(days=2), tick=False)
    begin_absences()
    assert mails_to(raised.second) == []


def test_who_stands_in_hears_what_the_leader_hears_and_reads_that_it_waits_for_them(raised, time_machine):
    away(raised)
    Message.objects.all().delete()
    actions.comment(by=raised.nurse, escalation=raised.ask, text="Any news?")
    for reader in (raised.leader, raised.second):
        [mail] = mails_to(reader)
        assert mail.subject.startswith("E-1 waits for you")
    assert "because you stand in for Dr Meera Patel, who is away" in mail.text
    time_machine.move_to(NOON + timedelta(days=1), tick=False)
    actions.run_clocks()
    assert "The time for a first reply has run out." in mails_to(raised.second)[-1].text
    assert len(mails_to(raised.second)) == 2


def test_nobody_stands_in_on_a_restricted_ask_which_climbs_to_staff(place, time_machine):
    ask = actions.raise_ask(by=place.nurse, ask="Talk", urgency="stopping", domain="data", restricted=True)
    away(place, last=20)
    Message.objects.all().delete()
    actions.comment(by=place.nurse, escalation=ask, text="Any news?")
    assert mails_to(place.second) == []
    assert not asks_for(fresh(place.second)).filter(pk=ask.pk).exists()
    for days in range(1, 4):
        time_machine.move_to(NOON + timedelta(days=days), tick=False)
        actions.run_clocks()
    ask.refresh_from_db()
    assert ask.step == "staff"


def test_the_raiser_who_stands_in_does_not_answer_their_own_ask(place):
    ask = actions.raise_ask(by=place.second, ask="A phone", urgency="stopping", domain="data")
    away(place)
    assert not may(fresh(place.second), ask, Move.DECLINE)
    assert mails_to(place.second)[0].subject.startswith("You stand in")
    assert "A phone" not in mails_to(place.second)[0].text


def test_the_asks_page_says_until_when_and_who_stands_in(raised, signed_in):
    def page():
        text = signed_in(raised.nurse).get(raised.ask.get_absolute_url()).content.decode()
        return " ".join(text.split())

    assert "is away until" not in page()
    absence = away(raised)
    assert "Dr Meera Patel is away until 5 June 2026. Tom Okafor stands in." in page()
    end_absence(by=raised.leader, absence=absence)
    assert "is away until" not in page()


def test_a_sponsoring_manager_who_is_away_is_passed_over_and_the_timeline_says_so(place):
    place.project.sponsor = place.second  # a leader, who can say that they are away
    place.project.save()
    goes_away(place.second)
    ask = actions.raise_ask(
        by=place.nurse, ask="Letters", urgency="stopping", project=place.project, domain="data"
    )
    assert (ask.manager, ask.owner) == (None, place.leader)
    assert "Tom Okafor, who sponsors the team, is away." in ask.events.get().text
