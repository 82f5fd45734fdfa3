"""An ask's whole way, by its actions."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from people.actions.members import close_membership, set_roles
from people.models import StaffTask
from programmes.escalations import actions
from programmes.escalations.models import Commitment, Escalation
from programmes.escalations.permissions import asks_waiting_for
from programmes.escalations.states import Move, State
from tests import factories
from tests.programmes.escalations.conftest import member

SOON = timezone.localdate() + timedelta(days=7)


def now(ask):
    return Escalation.objects.get(pk=ask.pk)


def test_an_ask_goes_its_whole_way(raised):
    ask = raised.ask
    assert (ask.reference, ask.owner, ask.sponsor) == ("E-1", raised.leader, raised.leader)
    actions.acknowledge(by=raised.leader, escalation=ask, seen=1)
    actions.hand_on(by=raised.leader, escalation=ask, seen=2, to=raised.second, text="Yours, I think.")
    assert now(ask).sponsor == raised.leader
    actions.accept(by=raised.second, escalation=ask, seen=3, what="Read access for the ward", due_on=SOON)
    actions.mark_done(by=raised.second, escalation=ask, seen=4, text="It works since today.")
    assert ask.commitments.get().state == Commitment.State.KEPT
    actions.confirm(by=raised.colleague, escalation=ask, seen=5)
    done = now(ask)
    assert (done.state, done.version, done.owner) == (State.CLOSED, 6, raised.second)
    assert [(event.who, event.what) for event in ask.events.select_related("by", "to")] == [
        ("Jo Bright", "asked Dr Meera Patel"),
        ("Dr Meera Patel", "is looking at it"),
        ("Dr Meera Patel", "handed it on to Tom Okafor"),
        ("Tom Okafor", "said yes"),
        ("Tom Okafor", "marked it done"),
        ("Ana Silva", "confirmed the answer for the team"),
    ]


def test_not_possible_now_says_why_and_what_would_change_it(raised):
    with pytest.raises(actions.NotPossible, match="what would change this"):
        actions.decline(by=raised.leader, escalation=raised.ask, text="No money.", would_change=" ")
    actions.decline(
        by=raised.leader,
        escalation=raised.ask,
        text="The contract runs until March.",
        would_change="Ask again then.",
    )
    assert now(raised.ask).state == State.DECLINED
    actions.confirm(by=raised.nurse, escalation=raised.ask)
    assert now(raised.ask).state == State.CLOSED


def test_a_promise_that_did_not_settle_the_ask_is_not_counted_as_kept(raised):
    actions.accept(by=raised.leader, escalation=raised.ask, what="Access", due_on=SOON)
    actions.mark_done(by=raised.leader, escalation=raised.ask)
    actions.not_settled(by=raised.nurse, escalation=raised.ask, text="We still get no letters.")
    ask = now(raised.ask)
    assert (ask.state, ask.owner) == (State.ACKNOWLEDGED, raised.leader)
    assert ask.commitments.get().state == Commitment.State.ENDED
    actions.accept(by=raised.leader, escalation=ask, what="Access, tested with you", due_on=SOON)
    assert ask.commitments.count() == 2


def test_a_promise_written_as_a_sentence_reads_well_before_its_day(raised):
    actions.accept(by=raised.leader, escalation=raised.ask, what="We open the door. ", due_on=SOON)
    assert raised.ask.events.last().text.startswith("We open the door, by ")


def test_handing_on_takes_the_promise_along(raised):
    actions.accept(by=raised.leader, escalation=raised.ask, what="Access", due_on=SOON)
    actions.hand_on(by=raised.leader, escalation=raised.ask, to=raised.second)
    assert raised.ask.commitments.get().by == raised.second
    assert now(raised.ask).state == State.ACCEPTED
    actions.mark_done(by=raised.second, escalation=raised.ask)


def test_a_withdrawn_ask_ends_its_promise(raised):
    actions.accept(by=raised.leader, escalation=raised.ask, what="Access", due_on=SOON)
    actions.withdraw(by=raised.nurse, escalation=raised.ask, text="We found another way.")
    assert now(raised.ask).state == State.WITHDRAWN
    assert raised.ask.commitments.get().ended_at


def test_a_promise_cannot_be_for_a_day_that_has_passed(raised):
    yesterday = timezone.localdate() - timedelta(days=1)
    with pytest.raises(actions.NotPossible, match="from today on"):
        actions.accept(by=raised.leader, escalation=raised.ask, what="Access", due_on=yesterday)
    assert now(raised.ask).version == 1


def test_the_second_leader_hears_what_the_first_did(raised):
    actions.hand_on(by=raised.leader, escalation=raised.ask, seen=1, to=raised.second)
    with pytest.raises(actions.Conflict) as caught:
        actions.accept(by=raised.leader, escalation=raised.ask, seen=1, what="Access", due_on=SOON)
    assert [event.what for event in caught.value.since] == ["handed it on to Tom Okafor"]
    assert now(raised.ask).version == 2
    assert not raised.ask.commitments.exists()


def test_a_comment_disturbs_nobodys_form(raised):
    actions.comment(by=raised.nurse, escalation=raised.ask, text="It is urgent on Fridays.")
    actions.accept(by=raised.leader, escalation=raised.ask, seen=1, what="Access", due_on=SOON)
    assert now(raised.ask).version == 3


def test_a_comment_sent_twice_from_one_form_is_written_once(raised):
    for _attempt in range(2):
        actions.comment(by=raised.nurse, escalation=raised.ask, text="Any news?", seen=1)
    assert raised.ask.events.filter(move=Move.COMMENT).count() == 1


def test_an_ask_that_finds_nobody_waits_for_staff_and_any_leader_may_take_it(place):
    ask = actions.raise_ask(by=place.onlooker, ask="A quiet room", urgency="helping")
    assert (ask.owner, ask.sponsor, ask.organisation) == (None, None, place.practice)
    assert list(asks_waiting_for(place.staff)) == [ask]
    actions.take(by=place.second, escalation=ask, seen=1)
    taken = now(ask)
    assert (taken.owner, taken.sponsor, taken.state) == (place.second, place.second, State.ACKNOWLEDGED)
    with pytest.raises(actions.NotPossible, match="Tom Okafor has this ask already"):
        actions.take(by=place.leader, escalation=ask)


def test_staff_bring_an_ask_to_a_leader_but_never_decide_it(place):
    ask = actions.raise_ask(by=place.onlooker, ask="A quiet room", urgency="helping")
    with pytest.raises(PermissionDenied):
        actions.decline(by=place.staff, escalation=ask, text="No", would_change="Nothing")
    with pytest.raises(PermissionDenied, match="Only a leader"):
        actions.take(by=place.staff, escalation=ask)
    actions.route(by=place.staff, escalation=ask, seen=1, to=place.leader)
    assert (now(ask).owner, now(ask).sponsor) == (place.leader, place.leader)


@pytest.mark.parametrize("who", ["nurse", "leader", "onlooker", "staff"])
def test_an_ask_is_never_handed_to_its_raiser_its_owner_or_somebody_who_is_no_leader(raised, who):
    with pytest.raises(actions.NotPossible, match="choose a leader"):
        actions.hand_on(by=raised.leader, escalation=raised.ask, to=getattr(raised, who))


def test_an_ask_is_never_handed_to_a_leader_of_another_network(raised):
    stranger = factories.MembershipFactory(roles=["leader"])
    with pytest.raises(actions.NotPossible, match="choose a leader"):
        actions.hand_on(by=raised.leader, escalation=raised.ask, to=stranger)


def test_a_leader_never_gets_or_decides_their_own_ask(place):
    ask = actions.raise_ask(by=place.leader, ask="More data analysts", urgency="helping", domain="data")
    assert ask.owner == place.sponsor
    ask = actions.raise_ask(by=place.sponsor, ask="A van", urgency="helping")
    assert ask.owner is None
    with pytest.raises(PermissionDenied, match="somebody else decides"):
        actions.take(by=place.sponsor, escalation=ask)


def test_references_count_per_network(place):
    elsewhere = member(factories.NetworkFactory(), "Someone Else")
    assert actions.raise_ask(by=place.nurse, ask="A", urgency="helping").reference == "E-1"
    assert actions.raise_ask(by=place.nurse, ask="B", urgency="helping").reference == "E-2"
    assert actions.raise_ask(by=elsewhere, ask="C", urgency="helping").reference == "E-1"


def test_only_its_team_asks_for_a_project(place):
    for who in (place.onlooker, place.leader, place.partner):
        with pytest.raises(PermissionDenied):
            actions.raise_ask(by=who, ask="A", urgency="helping", project=place.project)
    place.project.stage = "stopped"
    place.project.save()
    with pytest.raises(PermissionDenied, match="while work on it goes on"):
        actions.raise_ask(by=place.nurse, ask="A", urgency="helping", project=place.project)


def test_an_organisation_of_another_network_is_refused(place):
    with pytest.raises(PermissionDenied):
        actions.raise_ask(
            by=place.nurse, ask="A", urgency="helping", organisation=factories.OrganisationFactory()
        )


def test_when_an_owner_leaves_their_asks_and_promises_go_to_staff(raised):
    waiting = actions.raise_ask(by=raised.nurse, ask="A scanner", urgency="slowing", domain="data")
    actions.accept(by=raised.leader, escalation=raised.ask, what="Access", due_on=SOON)
    close_membership(by=raised.staff, membership=raised.leader)
    for ask in (now(raised.ask), now(waiting)):
        assert (ask.owner, ask.sponsor, ask.state) == (None, None, State.RAISED)
        assert ask.events.last().move == Move.OWNER_LEFT
    assert raised.ask.commitments.get().state == Commitment.State.ENDED
    tasks = StaffTask.objects.filter(settled_at=None, kind__in=["ask", "promise"])
    assert [(task.kind, task.subject) for task in tasks] == [("promise", raised.ask), ("ask", waiting)]
    actions.route(by=raised.staff, escalation=raised.ask, to=raised.second)
    actions.take(by=raised.second, escalation=waiting)
    assert not tasks.all().exists()
    # The successor's own promise stands beside the old one.
    actions.accept(by=raised.second, escalation=raised.ask, what="Access too", due_on=SOON)
    assert raised.ask.commitments.count() == 2


def test_who_stops_being_a_leader_owns_no_ask_any_more(raised):
    set_roles(by=raised.staff, membership=raised.leader, roles=["member"])
    assert now(raised.ask).owner is None
    assert StaffTask.objects.filter(kind="ask", settled_at=None).count() == 1


def test_when_the_answerable_leader_leaves_the_owner_is_answerable(raised):
    actions.hand_on(by=raised.leader, escalation=raised.ask, to=raised.second)
    close_membership(by=raised.staff, membership=raised.leader)
    ask = now(raised.ask)
    assert (ask.owner, ask.sponsor) == (raised.second, raised.second)
    assert str(ask.events.last().what) == "is no longer there; now answerable is Tom Okafor"


def test_an_answered_ask_whose_owner_left_goes_to_staff_when_it_is_not_settled(raised):
    actions.accept(by=raised.leader, escalation=raised.ask, what="Access", due_on=SOON)
    actions.mark_done(by=raised.leader, escalation=raised.ask)
    close_membership(by=raised.staff, membership=raised.leader)
    assert now(raised.ask).state == State.DONE
    actions.not_settled(by=raised.nurse, escalation=raised.ask, text="It does not work.")
    assert now(raised.ask) in asks_waiting_for(raised.staff)


def test_the_team_speaks_for_a_raiser_who_left_and_staff_where_there_is_no_team(raised):
    alone = actions.raise_ask(by=raised.nurse, ask="A scanner", urgency="slowing", domain="data")
    for ask in (raised.ask, alone):
        actions.decline(by=raised.leader, escalation=ask, text="No", would_change="March")
    close_membership(by=raised.staff, membership=raised.nurse)
    task = StaffTask.objects.get(kind="ask", settled_at=None)
    assert task.subject == alone
    actions.confirm(by=raised.colleague, escalation=raised.ask)
    actions.confirm(by=raised.staff, escalation=alone)
    task.refresh_from_db()
    assert task.settled_by == raised.staff


def test_an_answer_to_somebody_who_has_left_meanwhile_goes_to_staff(place):
    ask = actions.raise_ask(by=place.nurse, ask="A scanner", urgency="slowing", domain="data")
    close_membership(by=place.staff, membership=place.nurse)
    assert not StaffTask.objects.filter(kind="ask").exists()
    actions.decline(by=place.leader, escalation=ask, text="No", would_change="March")
    assert StaffTask.objects.get(kind="ask").subject == ask


def test_an_ask_waits_since_it_became_somebodys_turn(raised, time_machine):
    def days_later(days):
        time_machine.move_to(start + timedelta(days=days), tick=False)

    start = timezone.now()
    days_later(1)
    actions.acknowledge(by=raised.leader, escalation=raised.ask)
    assert now(raised.ask).waiting_since == raised.ask.raised_at
    days_later(2)
    actions.hand_on(by=raised.leader, escalation=raised.ask, to=raised.second)
    assert now(raised.ask).waiting_since == start + timedelta(days=2)
    days_later(3)
    actions.decline(by=raised.second, escalation=raised.ask, text="No", would_change="March")
    assert now(raised.ask).waiting_since == start + timedelta(days=3)
    days_later(4)
    actions.confirm(by=raised.nurse, escalation=raised.ask)
    assert now(raised.ask).waiting_since == start + timedelta(days=4)
