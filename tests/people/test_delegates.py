"""Who acts for a leader, with what limits, until when; and the copies of e-mail they get."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from iocn.shared.models import History
from people import actions
from people.delegates import powers_for
from people.messages import tell
from people.models import Delegate, Membership, Message
from tests import factories

UNTIL = date(2026, 6, 30)


@pytest.fixture(autouse=True)
def on_a_wednesday():
    with time_machine.travel(datetime(2026, 6, 3, 9, tzinfo=UTC), tick=False) as clock:
        yield clock


@pytest.fixture
def assistant(network):
    made = factories.MembershipFactory(network=network, name="Sam Lee", email="sam@example.org")
    # As a request would load it.
    return Membership.objects.with_roles().select_related("network", "person").get(pk=made.pk)


def named(leader, delegate, power="act", until=UNTIL, **what):
    return actions.name_delegate(
        by=leader, leader=leader, delegate=delegate, power=power, until=until, **what
    )


def news(leader, **what):
    tell(
        leader,
        kind=Message.Kind.ASK,
        cause="event:1",
        subject="E-1 waits for you",
        paragraphs=["Two beds too few."],
        link="/larkton/asks/E-1/",
        link_label="Open E-1",
        why="You get this because the ask is with you.",
        **what,
    )
    return {message.to.name: message for message in Message.objects.select_related("to")}


def test_a_delegate_acts_for_a_leader_until_the_last_day(
    leader, assistant, on_a_wednesday, django_assert_num_queries
):
    row = named(leader, assistant, "decide")
    with django_assert_num_queries(1):
        assert powers_for(assistant) == {leader.pk: {row.power}}
    assert powers_for(leader) == {}
    assert History.objects.of(leader)[0].what == "named Sam Lee to act for them"
    assert History.objects.of(leader)[0].text == "Also decides; until 30 June 2026"
    on_a_wednesday.move_to(datetime(2026, 6, 30, 22, tzinfo=UTC))
    assert powers_for(assistant) == {leader.pk: {row.power}}
    on_a_wednesday.move_to(datetime(2026, 6, 30, 23, 30, tzinfo=UTC))  # past midnight in summer time
    assert powers_for(assistant) == {}


def test_naming_again_renews_and_changes(leader, assistant):
    row = named(leader, assistant)
    again = named(leader, assistant, "read", date(2026, 9, 1), copies_mail=True)
    assert again.pk == row.pk
    assert (again.power, again.until, again.copies_mail) == ("read", date(2026, 9, 1), True)
    assert History.objects.of(leader)[0].what == "changed how Sam Lee acts for them"
    actions.end_delegate(by=leader, row=row)
    actions.end_delegate(by=leader, row=row)
    assert powers_for(assistant) == {}
    assert History.objects.of(leader).count() == 3
    assert named(leader, assistant).pk != row.pk


@pytest.mark.parametrize("roles", [["citizen_partner"], ["evaluator"], ["citizen_partner", "evaluator"]])
def test_citizen_partners_and_evaluators_act_for_nobody(network, leader, roles):
    other = factories.MembershipFactory(network=network, roles=roles)
    with pytest.raises(ValidationError, match="acts for nobody"):
        named(leader, other)


def test_who_cannot_act_or_have_others_act_is_refused_with_the_reason(network, leader, assistant):
    elsewhere = factories.MembershipFactory()
    awaited = factories.MembershipFactory(network=network, joined_at=None)
    for one in (elsewhere, awaited):
        with pytest.raises(ValidationError, match="is not a member of this network, or has left"):
            named(leader, one)
    with pytest.raises(ValidationError, match="nobody acts for themselves"):
        named(leader, leader)
    with pytest.raises(ValidationError, match="Sam Lee is not a leader"):
        named(assistant, leader)
    for until in (date(2026, 6, 2), date(9999, 1, 1)):
        with pytest.raises(ValidationError, match="from today on, within the next two years"):
            named(leader, assistant, until=until)
    assert not Delegate.objects.exists()


@pytest.mark.parametrize("how", ["leader left", "leader's role", "delegate left", "delegate's roles"])
def test_it_ends_when_either_leaves_or_loses_the_role(staff, leader, assistant, how):
    named(leader, assistant)
    who = leader if how.startswith("leader") else assistant
    if how.endswith("left"):
        actions.close_membership(by=staff, membership=who)
    else:
        actions.set_roles(by=staff, membership=who, roles=["member" if who == leader else "evaluator"])
    row = Delegate.objects.get()
    assert (row.ended_by, bool(row.ended_at)) == (staff, True)
    assert "ended that Sam Lee acts for them" in {row.what for row in History.objects.of(leader)}


def test_the_database_keeps_delegates_in_order(leader, assistant):
    row = named(leader, assistant)
    rows = Delegate.objects.filter(pk=row.pk)
    for wrong in ({"delegate": leader}, {"power": "all"}, {"ended_by": leader}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        Delegate.objects.create(
            leader=leader, delegate=assistant, power="read", until=UNTIL, created_by=leader
        )


def test_who_acts_for_a_leader_gets_a_copy_of_news_about_asks_and_reads_why(leader, assistant):
    named(leader, assistant, copies_mail=True)
    found = news(leader)
    assert set(found) == {"Lea Leader", "Sam Lee"}
    assert "You get this because you act for Lea Leader, who gets it too." in found["Sam Lee"].text
    assert "Two beds too few." in found["Sam Lee"].text
    assert "the ask is with you" not in found["Sam Lee"].text
    assert len(news(leader)) == Message.objects.count() == 2


def test_a_copy_comes_also_when_the_leader_takes_no_mail_but_not_to_who_stopped_it(leader, assistant):
    named(leader, assistant, copies_mail=True)
    leader.mail_about_asks = False
    leader.save()
    assert set(news(leader)) == {"Sam Lee"}
    Message.objects.all().delete()
    Membership.objects.filter(pk=assistant.pk).update(mail_about_asks=False)
    assert news(leader) == {}


def test_no_copy_goes_out_where_none_is_wanted(leader, assistant, on_a_wednesday):
    named(leader, assistant)
    assert set(news(leader)) == {"Lea Leader"}
    Message.objects.all().delete()
    named(leader, assistant, copies_mail=True)
    assert set(news(leader, copy=False)) == {"Lea Leader"}
    Message.objects.all().delete()
    on_a_wednesday.move_to(datetime(2026, 7, 1, 9, tzinfo=UTC))
    assert set(news(leader)) == {"Lea Leader"}
