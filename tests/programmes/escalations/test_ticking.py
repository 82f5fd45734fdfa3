"""What clocks do to real asks, when a worker looks."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from people.actions.calendar import add_closed_day
from people.actions.members import close_membership, set_roles
from people.models import Absence, Delegate, Membership, Message, StaffTask
from programmes.escalations import actions
from programmes.escalations.files import checked
from programmes.escalations.models import ClockPolicy, Escalation
from programmes.escalations.permissions import asks_for, asks_waiting_for, may
from programmes.escalations.states import Move, State, Step
from tests import factories
from tests.programmes.escalations.conftest import goes_away, member

LONDON = ZoneInfo("Europe/London")
MONDAY = datetime(2026, 6, 1, 10, tzinfo=LONDON)


@pytest.fixture
def asked(place, time_machine):
    """An ask of a Monday at 10am, with Dr Patel; `asked.on(days)` goes on so many days."""

    def on(days, hours=0):
        time_machine.move_to(MONDAY + timedelta(days=days, hours=hours), tick=False)

    place.on = on
    on(0)
    place.ask = actions.raise_ask(
        by=place.nurse, ask="Letters", urgency="stopping", project=place.project, domain="data"
    )
    return place


def now(ask):
    return Escalation.objects.get(pk=ask.pk)


def moves(ask):
    return list(ask.events.values_list("move", flat=True))


def test_nothing_happens_before_its_time(asked):
    asked.on(0, 23)
    assert actions.run_clocks() == 0


def test_a_missed_time_reminds_once_and_then_brings_the_next_in_beside_the_owner(asked):
    asked.on(1)
    assert (actions.run_clocks(), actions.run_clocks()) == (1, 0)
    assert moves(asked.ask) == ["raise", "remind"]
    asked.on(2)
    assert actions.run_clocks() == 1
    ask = now(asked.ask)
    assert (ask.owner, ask.brought_in, ask.step) == (asked.leader, [asked.sponsor], Step.SPONSOR)
    assert ask in asks_waiting_for(asked.sponsor)
    told = Message.objects.filter(cause=f"escalation-event:{ask.events.last().pk}")
    assert {message.to for message in told} == {asked.sponsor, asked.leader, asked.nurse}
    # Either may act; whoever promises has it.
    actions.accept(by=asked.sponsor, escalation=ask, what="Access", due_on=timezone.localdate())
    assert now(ask).owner == asked.sponsor


def test_reminders_say_only_what_can_still_happen(asked):
    def last_told(to):
        return Message.objects.filter(to=to, kind="ask").order_by("pk").last().text

    asked.on(1)
    actions.run_clocks()
    assert "say “wait with that”" in last_told(asked.nurse)
    assert "the next on its route is brought in beside you" in last_told(asked.leader)
    reminded = None
    for day in range(2, 16):
        asked.on(day)
        actions.run_clocks()
        reminded = reminded or asked.ask.events.filter(move="remind", number__gt=3).first()
        if reminded and last_told(asked.nurse).count("eminded"):
            break
    # It has climbed: the raiser can no longer say "wait".
    assert reminded
    told = Message.objects.filter(cause=f"escalation-event:{reminded.pk}")
    assert told
    assert not [message for message in told if "wait with that" in message.text]


def test_a_climb_says_whom_it_passes_over(asked):
    goes_away(asked.sponsor, last=20)
    for day in (1, 2):
        asked.on(day)
        actions.run_clocks()
    climb = asked.ask.events.get(move="climb")
    assert "Ruth Adler is away." in climb.text
    assert "Nobody sits at the network table." in climb.text
    assert climb.step == Step.STAFF


def test_what_was_missed_while_no_worker_ran_happens_once_and_in_order(asked):
    asked.on(10)
    while actions.run_clocks():
        pass
    # The raiser still has a working day to say "wait" before the first climb.
    assert moves(asked.ask) == ["raise", "remind", "remind"]
    asked.on(11)
    actions.run_clocks()
    assert moves(asked.ask) == ["raise", "remind", "remind", "climb"]
    assert asked.ask.events.filter(due_at=None).count() == 1


def test_an_ask_climbs_to_staff_who_find_it_on_their_list(asked):
    for day in range(1, 16):
        asked.on(day)
        actions.run_clocks()
    ask = now(asked.ask)
    assert (ask.step, ask.owner, ask.next_due_at) == (Step.STAFF, asked.leader, None)
    assert StaffTask.objects.get(kind="ask").subject == ask


def test_an_ask_that_a_leader_took_from_staff_climbs_like_any_other(place, time_machine):
    time_machine.move_to(MONDAY, tick=False)
    place.hospital.executive_sponsor = None
    place.hospital.save()
    ask = actions.raise_ask(by=place.nurse, ask="A room", urgency="stopping")
    assert ask.step == Step.STAFF
    actions.take(by=place.leader, escalation=ask)
    place.second.at_table = True
    place.second.save()
    for day in (3, 4):
        time_machine.move_to(MONDAY + timedelta(days=day), tick=False)
        actions.run_clocks()
    assert (now(ask).step, now(ask).brought_in) == (Step.TABLE, [place.second])


def test_an_answer_given_back_after_it_climbed_to_staff_climbs_anew(asked):
    for day in range(1, 16):
        asked.on(day)
        actions.run_clocks()
    actions.accept(by=asked.leader, escalation=asked.ask, what="Access", due_on=timezone.localdate())
    actions.mark_done(by=asked.leader, escalation=asked.ask)
    actions.not_settled(by=asked.nurse, escalation=asked.ask, text="No letters yet.")
    for day in range(15, 30):
        asked.on(day)
        actions.run_clocks()
    assert StaffTask.objects.filter(kind="ask", settled_at=None).exists()


def test_what_the_manager_settled_and_the_team_gives_back_stays_with_staff(place, time_machine, caplog):
    time_machine.move_to(MONDAY, tick=False)
    place.project.sponsor = member(place.network, "Mo Manager")
    place.project.save()
    ask = actions.raise_ask(by=place.nurse, ask="Keys", urgency="slowing", project=place.project)
    actions.settle(by=place.project.sponsor, escalation=ask, text="In your cupboard.")
    actions.not_settled(by=place.nurse, escalation=ask, text="It is empty.")
    for day in (1, 2):
        time_machine.move_to(MONDAY + timedelta(days=day), tick=False)
        actions.run_clocks()
    assert "cannot strike" not in caplog.text
    assert (now(ask).step, now(ask).state, now(ask).owner) == (Step.STAFF, State.ACKNOWLEDGED, None)


def test_the_raiser_may_say_wait(asked):
    with pytest.raises(actions.NotPossible):
        actions.wait(by=asked.nurse, escalation=asked.ask)
    asked.on(1)
    actions.run_clocks()
    actions.wait(by=asked.nurse, escalation=asked.ask)
    asked.on(2)
    actions.run_clocks()
    assert now(asked.ask).brought_in == []
    for day in (3, 4):
        asked.on(day)
        actions.run_clocks()
    assert now(asked.ask).brought_in == [asked.sponsor]


def test_once_somebody_is_brought_in_wait_is_not_offered_any_more(asked):
    for day in (1, 2):
        asked.on(day)
        actions.run_clocks()
    actions.acknowledge(by=asked.leader, escalation=asked.ask)
    asked.on(3)
    actions.run_clocks()
    assert moves(asked.ask)[-2:] == ["acknowledge", "remind"]
    # It would change nothing: only before the first climb it counts.
    with pytest.raises(actions.NotPossible):
        actions.wait(by=asked.nurse, escalation=asked.ask)


def test_who_was_brought_in_and_leads_no_more_is_not_brought_back_by_opening_an_ask_again(asked):
    for day in (1, 2):
        asked.on(day)
        actions.run_clocks()
    actions.decline(by=asked.leader, escalation=asked.ask, text="No", would_change="March")
    actions.confirm(by=asked.nurse, escalation=asked.ask)
    set_roles(by=asked.staff, membership=asked.sponsor, roles=["member"])
    actions.reopen(by=asked.nurse, escalation=asked.ask, text="It is March.")
    assert now(asked.ask).brought_in == []


def test_a_restricted_ask_climbs_to_staff_alone(place, time_machine):
    time_machine.move_to(MONDAY, tick=False)
    ask = actions.raise_ask(by=place.nurse, ask="Talk", urgency="stopping", domain="data", restricted=True)
    for day in range(1, 4):
        time_machine.move_to(MONDAY + timedelta(days=day), tick=False)
        actions.run_clocks()
    assert (now(ask).step, now(ask).brought_in) == (Step.STAFF, [])
    assert not asks_for(place.sponsor).filter(pk=ask.pk).exists()


def test_a_hold_wakes_by_itself(asked):
    actions.hold(
        by=asked.leader, escalation=asked.ask, until=timezone.localdate() + timedelta(days=7), text="Budget"
    )
    asked.on(6)
    assert actions.run_clocks() == 0
    asked.on(7)
    assert actions.run_clocks() == 1
    assert (now(asked.ask).state, now(asked.ask).hold_until) == (State.ACKNOWLEDGED, None)


def test_what_was_late_before_a_hold_and_missed_happens_in_order_when_a_worker_comes_back(asked):
    asked.on(8)  # no worker ran on the third day, when the time for a decision had run out
    until = timezone.localdate() + timedelta(days=7)
    actions.hold(by=asked.leader, escalation=asked.ask, until=until, text="Budget")
    asked.on(15)
    actions.run_clocks()
    assert moves(asked.ask) == ["raise", "hold", "wake", "remind"]
    due = list(asked.ask.events.filter(by=None).values_list("due_at", flat=True))
    assert due == sorted(due)


def test_who_puts_an_ask_on_hold_after_it_climbed_has_their_time_when_it_wakes(asked):
    asked.second.at_table = True
    asked.second.save()
    for day in (1, 2):
        asked.on(day)
        actions.run_clocks()
    actions.acknowledge(by=asked.leader, escalation=asked.ask)
    for day in (3, 4):
        asked.on(day)
        actions.run_clocks()
    before = moves(asked.ask)
    asked.on(4, 2)
    until = timezone.localdate() + timedelta(days=7)
    actions.hold(by=asked.leader, escalation=asked.ask, until=until, text="Budget")
    asked.on(11)
    actions.run_clocks()
    assert moves(asked.ask) == [*before, "hold", "wake"]


@pytest.mark.parametrize("days", [0, -1, 400])
def test_a_hold_ends_within_a_year_and_not_before_tomorrow(asked, days):
    until = timezone.localdate() + timedelta(days=days)
    with pytest.raises(actions.NotPossible, match="Choose a day"):
        actions.hold(by=asked.leader, escalation=asked.ask, until=until, text="Budget")


def test_an_answer_that_no_team_confirms_closes_after_ten_working_days(asked):
    actions.decline(by=asked.leader, escalation=asked.ask, text="No", would_change="March")
    for day in range(16):
        asked.on(day)
        actions.run_clocks()
    ask = now(asked.ask)
    assert (ask.state, ask.not_confirmed, ask.next_due_at) == (State.CLOSED, True, None)
    assert moves(ask)[-2:] == ["remind", "not_confirmed"]


def test_the_manager_may_settle_it_first_and_cannot_block_it(place, time_machine):
    time_machine.move_to(MONDAY, tick=False)
    manager = member(place.network, "Mo Manager", organisation=place.hospital, level="middle")
    place.project.sponsor = manager
    place.project.save()
    first, second, restricted = (
        actions.raise_ask(
            by=place.nurse,
            ask=f"Ask {number}",
            urgency="slowing",
            project=place.project,
            domain="data",
            restricted=number == 3,
        )
        for number in (1, 2, 3)
    )
    assert (first.owner, first.with_whom, restricted.owner) == (None, "Mo Manager", place.leader)
    assert not may(manager, first, Move.DECLINE)
    assert not asks_for(manager).filter(pk=restricted.pk).exists()
    actions.settle(by=manager, escalation=first, text="The key is in your cupboard.")
    assert now(first).state == State.DONE
    time_machine.move_to(MONDAY + timedelta(days=1), tick=False)
    actions.run_clocks()
    assert (now(second).owner, now(second).sponsor) == (place.leader, place.leader)
    with pytest.raises(PermissionDenied):
        actions.settle(by=manager, escalation=second, text="Now")


def test_a_declined_ask_goes_once_more_to_the_next_with_new_facts(asked):
    actions.decline(by=asked.leader, escalation=asked.ask, text="No", would_change="March")
    actions.ask_again(by=asked.nurse, escalation=asked.ask, text="Forty people now.")
    assert (now(asked.ask).owner, now(asked.ask).sponsor) == (asked.sponsor, asked.leader)
    actions.decline(by=asked.sponsor, escalation=asked.ask, text="No", would_change="March")
    with pytest.raises(actions.NotPossible, match="once more already"):
        actions.ask_again(by=asked.nurse, escalation=asked.ask, text="Please.")


def test_who_is_away_is_replaced_by_their_stand_in(place):
    today = timezone.localdate()
    Absence.objects.create(
        membership=place.leader,
        from_date=today,
        until_date=today,
        stand_in=place.second,
        created_by=place.staff,
    )
    ask = actions.raise_ask(by=place.nurse, ask="Letters", urgency="stopping", domain="data")
    assert ask.owner == place.second
    assert "Dr Meera Patel is away; Tom Okafor stands in." in ask.events.get().text


@pytest.mark.parametrize(("power", "decides"), [("read", False), ("act", False), ("decide", True)])
def test_a_delegate_acts_within_their_limits_and_history_says_for_whom(raised, power, decides):
    Delegate.objects.create(
        leader=raised.leader,
        delegate=raised.onlooker,
        power=power,
        until=timezone.localdate(),
        created_by=raised.leader,
    )
    assert raised.ask in asks_waiting_for(raised.onlooker)
    assert bool(may(raised.onlooker, raised.ask, Move.ACKNOWLEDGE)) == (power != "read")
    assert bool(may(raised.onlooker, raised.ask, Move.DECLINE)) == decides
    if power != "read":
        actions.acknowledge(by=raised.onlooker, escalation=raised.ask)
        assert raised.ask.events.last().who == "Olga Onlooker for Dr Meera Patel"


def test_a_delegate_sees_no_restricted_ask(place):
    Delegate.objects.create(
        leader=place.leader,
        delegate=place.onlooker,
        power="decide",
        until=timezone.localdate(),
        created_by=place.leader,
    )
    ask = actions.raise_ask(by=place.nurse, ask="Talk", urgency="helping", domain="data", restricted=True)
    assert not asks_for(place.onlooker).filter(pk=ask.pk).exists()


def test_staff_say_that_it_belongs_elsewhere_and_bring_it_back(raised):
    actions.move_elsewhere(by=raised.staff, escalation=raised.ask, text="The incident system.")
    assert (now(raised.ask).state, now(raised.ask).next_due_at) == (State.MOVED, None)
    actions.reopen(by=raised.staff, escalation=raised.ask, text="It is none after all.")
    assert now(raised.ask).state == State.RAISED


def test_a_promise_changes_with_a_reason_and_visibly(raised):
    first = timezone.localdate() + timedelta(days=7)
    actions.accept(by=raised.leader, escalation=raised.ask, what="Access", due_on=first)
    with pytest.raises(actions.NotPossible, match="why"):
        actions.change_promise(
            by=raised.leader, escalation=raised.ask, what="Access", due_on=first + timedelta(days=7), text=" "
        )
    actions.change_promise(
        by=raised.leader,
        escalation=raised.ask,
        what="Access",
        due_on=first + timedelta(days=7),
        text="Supplier",
    )
    assert raised.ask.commitments.get().due_on == first + timedelta(days=7)
    assert raised.ask.events.last().text.startswith("Was: Access")


def test_the_networks_own_times_count(asked):
    ClockPolicy.objects.create(
        network=asked.network, urgency="stopping", acknowledge=60, decide=120, climb=480
    )
    actions.renew_clocks(asked.network)
    asked.on(0, 1)
    assert actions.run_clocks() == 1


def test_who_asks_through_a_coach_is_named_nowhere(place):
    with pytest.raises(PermissionDenied):
        actions.raise_ask(by=place.nurse, ask="Talk", urgency="helping", for_another=True)
    ask = actions.raise_ask(by=place.coach, ask="Talk", urgency="helping", for_another=True)
    assert ask.asker == "somebody, through Carl Coach"


def test_who_needs_the_same_is_told_how_it_is_answered(raised):
    other = member(
        raised.network,
        "Lea Leader",
        "leader",
        organisation=factories.OrganisationFactory(network=raised.network),
    )
    actions.join(by=other, escalation=raised.ask)
    actions.join(by=other, escalation=raised.ask)
    assert now(raised.ask).joined == [other]
    actions.decline(by=raised.leader, escalation=raised.ask, text="No", would_change="March")
    assert Message.objects.filter(to=other).count() == 1


def test_a_day_that_the_network_closes_gives_every_ask_a_day_more(asked):
    add_closed_day(by=asked.staff, day=(MONDAY + timedelta(days=1)).date(), name="Away day")
    asked.on(0, 1)
    assert actions.run_clocks() == 0
    assert now(asked.ask).due_at == MONDAY + timedelta(days=2)


def test_a_file_is_told_by_what_is_in_it(raised):
    for name, content in [
        ("tool.exe", b"MZ"),
        ("letter.pdf", b"MZ"),
        ("empty.txt", b""),
        ("sheet.xlsx", b"PK\x03\x04 no zip"),
        ("big.txt", b"a" * (10 * 1024 * 1024 + 1)),
        ("list.txt", b"Bed 4: 943 476 5919"),
    ]:
        with pytest.raises(ValidationError):
            checked(SimpleUploadedFile(name, content))
    actions.attach(
        by=raised.nurse, escalation=raised.ask, file=checked(SimpleUploadedFile("plan.txt", b"Monday"))
    )
    assert raised.ask.events.last().attachment.name == "plan.txt"


def test_a_delegate_who_hands_on_does_it_for_their_leader(raised):
    Delegate.objects.create(
        leader=raised.leader,
        delegate=raised.onlooker,
        power="act",
        until=timezone.localdate(),
        created_by=raised.leader,
    )
    actions.hand_on(by=raised.onlooker, escalation=raised.ask, to=raised.second)
    assert raised.ask.events.last().who == "Olga Onlooker for Dr Meera Patel"


def test_a_delegates_last_day_is_the_networks_own(raised, time_machine):
    raised.network.time_zone = "Pacific/Auckland"
    raised.network.save()
    time_machine.move_to(MONDAY.replace(hour=14), tick=False)  # the next day there
    Delegate.objects.create(
        leader=raised.leader,
        delegate=raised.onlooker,
        power="decide",
        until=MONDAY.date(),
        created_by=raised.leader,
    )
    onlooker = Membership.objects.select_related("network").get(pk=raised.onlooker.pk)
    assert not may(onlooker, now(raised.ask), Move.ACKNOWLEDGE)
    assert not asks_for(onlooker).filter(pk=raised.ask.pk).exists()


def test_an_ask_in_trouble_does_not_keep_the_others_waiting(asked):
    other = actions.raise_ask(by=asked.nurse, ask="A phone", urgency="stopping", domain="data")
    broken = asked.ask.events.get()
    broken.pk, broken.number = None, 2  # its next step cannot be written
    broken.save()
    asked.on(1)
    assert actions.run_clocks() == 1
    assert moves(other) == ["raise", "remind"]


def test_a_promise_follows_only_that_of_somebody_who_had_the_ask_before(raised):
    soon = timezone.localdate() + timedelta(days=7)
    actions.accept(by=raised.leader, escalation=raised.ask, what="Access", due_on=soon)
    actions.mark_done(by=raised.leader, escalation=raised.ask)
    actions.not_settled(by=raised.nurse, escalation=raised.ask, text="No letters yet.")
    actions.accept(by=raised.leader, escalation=raised.ask, what="Access, tested", due_on=soon)
    assert raised.ask.commitments.filter(follows__isnull=False).count() == 0
    close_membership(by=raised.staff, membership=raised.leader)
    actions.take(by=raised.second, escalation=raised.ask)
    actions.accept(by=raised.second, escalation=raised.ask, what="Access", due_on=soon)
    assert raised.ask.commitments.get(by=raised.second).follows.what == "Access, tested"


def test_what_the_manager_settled_reads_settled_and_what_no_team_confirmed_reads_so(
    place, time_machine, signed_in
):
    time_machine.move_to(MONDAY, tick=False)
    place.project.sponsor = member(place.network, "Mo Manager")
    place.project.save()
    told, untold = (
        actions.raise_ask(by=place.nurse, ask=f"Ask {number}", urgency="slowing", project=place.project)
        for number in (1, 2)
    )
    for ask in (told, untold):
        actions.settle(by=place.project.sponsor, escalation=ask, text="The key is in your cupboard.")
    actions.confirm(by=place.nurse, escalation=told)
    for days in range(16):
        time_machine.move_to(MONDAY + timedelta(days=days), tick=False)
        actions.run_clocks()
    rows = signed_in(place.nurse).get("/larkton/escalations/?show=all&state=closed").content.decode()
    assert rows.index("Not confirmed") < rows.index("Ask 1") < rows.index("Settled</strong>")
    assert "Closed: not possible" not in rows


def test_whoever_asked_reads_that_somebody_is_brought_in_and_may_say_wait(asked, signed_in):
    asked.on(1)
    actions.run_clocks()
    page = signed_in(asked.nurse).get(asked.ask.get_absolute_url()).content.decode()
    assert "the next on its route is brought in beside Dr Meera Patel" in page
    assert "Wait with that" in page
    actions.wait(by=asked.nurse, escalation=asked.ask)
    page = signed_in(asked.nurse).get(asked.ask.get_absolute_url()).content.decode()
    assert "is brought in beside" not in page
