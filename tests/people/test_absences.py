"""Leaders who are away: when, who stands in, and what ends it."""

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from iocn.shared.models import History
from people import actions, hooks
from people.absences import stand_in_for
from people.delegates import leaders_acted_for, powers_for
from people.models import Absence, Delegate, Network
from tests import factories

TODAY = date(2026, 6, 3)


@pytest.fixture(autouse=True)
def _on_a_wednesday():
    with time_machine.travel(datetime(2026, 6, 3, 9, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def other(network):
    return factories.MembershipFactory(network=network, name="Otto Other", roles=["leader"])


def away(leader, stand_in=None, first=3, last=10):
    return actions.set_absence(
        by=leader,
        membership=leader,
        from_date=date(2026, 6, first),
        until_date=date(2026, 6, last),
        stand_in=stand_in,
    )


def test_who_stands_in_is_known_while_the_absence_lasts(leader, other):
    away(leader, other, first=4, last=10)
    found = {day: stand_in_for([leader.pk, other.pk], date(2026, 6, day)) for day in (3, 4, 10, 11)}
    assert found == {3: {}, 4: {leader.pk: other}, 10: {leader.pk: other}, 11: {}}
    assert str(History.objects.of(leader)[0]) == "Lea Leader entered an absence"
    assert History.objects.of(leader)[0].text == "4 June 2026 to 10 June 2026; Otto Other stands in"


def test_a_chain_is_followed_but_never_in_a_circle(network, leader, other):
    third = factories.MembershipFactory(network=network, roles=["leader"])
    away(leader, other)
    away(other, third)
    assert stand_in_for([leader.pk], TODAY) == {leader.pk: third}
    away(third, leader)
    ids = [leader.pk, other.pk, third.pk]
    assert stand_in_for(ids, TODAY) == dict.fromkeys(ids)


def test_who_stands_in_for_a_stand_in_who_is_away_may_act_and_none_further(network):
    chain = factories.MembershipFactory.create_batch(4, network=network, roles=["leader"])
    for one, following in pairwise(chain):
        away(one, following)
    decides = {Delegate.Power.DECIDE}
    assert powers_for(chain[1]) == {chain[0].pk: decides}
    assert powers_for(chain[2]) == {chain[0].pk: decides, chain[1].pk: decides}
    assert chain[0].pk not in powers_for(chain[3])
    assert set(leaders_acted_for(chain[2])) == set(chain[:2])


def test_two_who_stand_in_for_each_other_do_not_act_for_themselves(leader, other):
    away(leader, other)
    away(other, leader)
    assert set(powers_for(leader)) == {other.pk}


def test_a_long_chain_leads_to_nobody(network):
    chain = factories.MembershipFactory.create_batch(7, network=network, roles=["leader"])
    for one, following in pairwise(chain):
        away(one, following)
    found = stand_in_for([one.pk for one in chain], TODAY)
    assert found[chain[3].pk] is None
    assert found[chain[4].pk] == chain[6]
    assert chain[6].pk not in found


def test_nobody_stands_in_where_nobody_is_named_or_who_is_named_leads_no_more(staff, leader, other):
    away(leader)
    assert stand_in_for([leader.pk], TODAY) == {leader.pk: None}
    away(other, leader)
    assert stand_in_for([other.pk], TODAY) == {other.pk: None}
    third = factories.MembershipFactory(network=staff.network, roles=["leader"])
    away(third, other, first=20, last=25)
    actions.set_roles(by=staff, membership=other, roles=["member"])
    assert stand_in_for([third.pk], date(2026, 6, 21)) == {third.pk: None}


@pytest.mark.parametrize("number", [2, 20])
def test_stand_ins_of_any_number_are_found_in_one_query(network, django_assert_num_queries, number):
    leaders = factories.MembershipFactory.create_batch(number, network=network, roles=["leader"])
    for one, following in pairwise(leaders):
        away(one, following)
    with django_assert_num_queries(1):
        found = stand_in_for([one.pk for one in leaders], TODAY)
    assert len(found) == number - 1


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        ("2026-06-10", "2026-06-09", "cannot be before the first"),
        ("2026-05-10", "2026-06-02", "has passed"),
        ("2026-06-10", "9999-06-09", "within the next two years"),
        ("2026-07-08", "2026-07-20", "An absence until 10 July 2026 is known for then. End that one first."),
    ],
)
def test_days_that_cannot_be_are_refused_with_the_reason(leader, first, last, sentence):
    actions.set_absence(
        by=leader, membership=leader, from_date=date(2026, 7, 1), until_date=date(2026, 7, 10)
    )
    with pytest.raises(ValidationError, match=sentence):
        actions.set_absence(
            by=leader,
            membership=leader,
            from_date=date.fromisoformat(first),
            until_date=date.fromisoformat(last),
        )
    assert Absence.objects.count() == 1


def test_only_another_leader_of_the_network_stands_in_and_only_leaders_are_away(network, leader):
    member = factories.MembershipFactory(network=network)
    elsewhere = factories.MembershipFactory(roles=["leader"])
    with pytest.raises(ValidationError, match="nobody stands in for themselves"):
        away(leader, leader)
    for one in (member, elsewhere):
        with pytest.raises(ValidationError, match="is not a leader of this network"):
            away(leader, one)
    with pytest.raises(ValidationError, match="is not a leader of this network"):
        away(member)
    assert not Absence.objects.exists()


def test_rooms_above_hear_when_a_stand_in_begins_and_ends(leader, other, monkeypatch):
    told = []
    monkeypatch.setattr(hooks, "absence_changed", [lambda absence, by: told.append((absence, by))])
    absence = away(leader, other)
    actions.end_absence(by=leader, absence=absence)
    actions.end_absence(by=leader, absence=absence)
    assert told == [(absence, leader)] * 2
    assert absence.ended_at
    assert stand_in_for([leader.pk], TODAY) == {}
    away(leader)
    assert len(told) == 2


def test_an_absence_begins_at_midnight_of_the_network_and_once(leader, other, monkeypatch):
    told = []
    monkeypatch.setattr(hooks, "absence_changed", [lambda absence, by: told.append((absence.pk, by))])
    Network.objects.update(time_zone="Pacific/Auckland")  # twelve hours ahead
    leader.network.refresh_from_db()
    absence = away(leader, other, first=5)
    assert told == []
    for moment, begun in (("2026-06-04T11:59", 0), ("2026-06-04T12:00", 1), ("2026-06-04T12:15", 0)):
        with time_machine.travel(datetime.fromisoformat(moment).replace(tzinfo=UTC), tick=False):
            assert set(powers_for(other)) == ({leader.pk} if moment >= "2026-06-04T12:00" else set())
            assert actions.begin_absences() == begun
    assert told == [(absence.pk, None)]


def test_an_absence_called_off_before_it_begins_or_past_when_a_worker_comes_back_is_told_to_nobody(
    leader, other, monkeypatch
):
    told = []
    monkeypatch.setattr(hooks, "absence_changed", [lambda absence, by: told.append(absence.pk)])
    actions.end_absence(by=leader, absence=away(leader, other, first=5))
    away(leader, other, first=6, last=7)
    with time_machine.travel(datetime(2026, 6, 8, 9, tzinfo=UTC), tick=False):
        actions.begin_absences()
        assert actions.begin_absences() == 0
    assert told == []


def test_an_absence_in_trouble_keeps_no_other_from_beginning(network, leader, other, monkeypatch):
    away(leader, other, first=4)
    second = away(other, leader, first=4)
    told = []

    def hook(absence, by):
        if absence.membership == leader:
            raise RuntimeError
        told.append(absence)

    monkeypatch.setattr(hooks, "absence_changed", [hook])
    with time_machine.travel(datetime(2026, 6, 4, 9, tzinfo=UTC), tick=False):
        assert actions.begin_absences() == 1
        assert told == [second]
        monkeypatch.setattr(hooks, "absence_changed", [])
        assert actions.begin_absences() == 1


@pytest.mark.parametrize("how", ["role", "left"])
def test_absences_end_with_the_role_and_with_the_membership(staff, leader, other, how):
    away(leader, other)
    if how == "role":
        actions.set_roles(by=staff, membership=leader, roles=["member"])
    else:
        actions.close_membership(by=staff, membership=leader)
    absence = Absence.objects.get()
    assert (absence.ended_by, bool(absence.ended_at)) == (staff, True)


def test_the_database_keeps_absences_in_order(leader, other):
    absence = away(leader, other)
    rows = Absence.objects.filter(pk=absence.pk)
    for wrong in ({"until_date": date(2026, 6, 1)}, {"stand_in": leader}, {"ended_by": leader}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**wrong)
