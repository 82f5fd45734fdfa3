"""What clocks do and when, read from timelines alone."""

from datetime import date, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from iocn.shared.working_time import WorkingTime
from programmes.escalations.clocks import ALLOWED, Allowed, Reminder, read
from programmes.escalations.states import Move, State, Step

LONDON = ZoneInfo("Europe/London")
WORKING = WorkingTime(LONDON)
DAY = WORKING.minutes_a_day
ALLOW = Allowed(acknowledge=DAY, decide=3 * DAY, climb=2 * DAY)


def at(day, hour=10, minute=0, month=6):
    """A moment in June 2026, in which the 1st is a Monday and no day is a bank holiday."""
    return datetime(2026, month, day, hour, minute, tzinfo=LONDON)


def event(move, when, state=State.RAISED, step="", due_at=None):
    return SimpleNamespace(move=move, at=when, state=state, step=step, due_at=due_at)


def raised(when=None, step=Step.REMIT):
    return event(Move.RAISE, when or at(1), step=step)


def remind(reminder, when, state=State.RAISED):
    return event(Move.REMIND, when, state, reminder, when)


def next_of(state, *events, allowed=ALLOW, working=WORKING, **more):
    due = read(state, events, allowed, working, **more).next
    return due and (due.move, due.at, due.reminder)


def test_the_owner_is_reminded_when_the_time_for_a_first_reply_has_run_out():
    assert next_of(State.RAISED, raised()) == (Move.REMIND, at(2), Reminder.ACKNOWLEDGE)
    assert read(State.RAISED, [raised()], ALLOW, WORKING).deadline == at(2)


def test_a_first_reply_leaves_the_time_for_the_decision_which_runs_since_it_was_asked():
    ack = event(Move.ACKNOWLEDGE, at(2), State.ACKNOWLEDGED)
    assert next_of(State.ACKNOWLEDGED, raised(), ack) == (Move.REMIND, at(4), Reminder.DECIDE)


def test_handing_on_gives_time_for_a_first_reply_but_none_more_for_the_decision():
    on = event(Move.HAND_ON, at(3, 16))
    assert next_of(State.RAISED, raised(), on) == (Move.REMIND, at(4), Reminder.DECIDE)
    clock = read(State.RAISED, [raised(), on, remind(Reminder.DECIDE, at(4))], ALLOW, WORKING)
    assert (clock.next.reminder, clock.next.at) == (Reminder.ACKNOWLEDGE, at(4, 16))


def test_after_a_reminder_it_climbs_and_climbs_on():
    told = remind(Reminder.ACKNOWLEDGE, at(2))
    decide = remind(Reminder.DECIDE, at(4))
    assert next_of(State.RAISED, raised(), told, decide) == (Move.CLIMB, at(4), None)
    climb = event(Move.CLIMB, at(4), step=Step.SPONSOR, due_at=at(4))
    assert next_of(State.RAISED, raised(), told, decide, climb) == (Move.CLIMB, at(8), None)


def test_nothing_climbs_beyond_staff():
    told = remind(Reminder.ACKNOWLEDGE, at(2))
    climb = event(Move.CLIMB, at(4), step=Step.STAFF, due_at=at(4))
    decide = remind(Reminder.DECIDE, at(4))
    assert next_of(State.RAISED, raised(), told, decide, climb) is None


def test_the_raiser_has_a_working_day_to_say_wait_however_late_the_reminder_was():
    late = event(Move.REMIND, at(9), State.RAISED, Reminder.ACKNOWLEDGE, due_at=at(2))
    decide = remind(Reminder.DECIDE, at(9))
    assert next_of(State.RAISED, raised(), late, decide) == (Move.CLIMB, at(10), None)


def test_wait_gives_whoever_has_it_as_long_again():
    told = remind(Reminder.ACKNOWLEDGE, at(2))
    wait = event(Move.WAIT, at(3, 12))
    moves = next_of(State.RAISED, raised(), told, remind(Reminder.DECIDE, at(4)), wait)
    assert moves == (Move.CLIMB, at(8, 12), None)


def test_a_first_reply_ends_the_climbing_until_the_decision_is_late_too():
    told = remind(Reminder.ACKNOWLEDGE, at(2))
    climb = event(Move.CLIMB, at(4, 9), step=Step.SPONSOR, due_at=at(4, 9))
    ack = event(Move.ACKNOWLEDGE, at(4, 9, 30), State.ACKNOWLEDGED)
    so_far = (raised(), told, climb, ack)
    assert next_of(State.ACKNOWLEDGED, *so_far) == (Move.REMIND, at(4), Reminder.DECIDE)
    decide = remind(Reminder.DECIDE, at(4), State.ACKNOWLEDGED)
    assert next_of(State.ACKNOWLEDGED, *so_far, decide) == (Move.CLIMB, at(8), None)


def test_a_hold_stops_the_clock_and_ends_by_itself_in_the_morning():
    ack = event(Move.ACKNOWLEDGE, at(1, 11), State.ACKNOWLEDGED)
    hold = event(Move.HOLD, at(2), State.ON_HOLD)
    # A Sunday: it wakes when people work again.
    assert next_of(State.ON_HOLD, raised(), ack, hold, hold_until=date(2026, 6, 7)) == (
        Move.WAKE,
        at(8, 9),
        None,
    )
    wake = event(Move.WAKE, at(8, 9), State.ACKNOWLEDGED, due_at=at(8, 9))
    # One day was used before the hold, so two are left.
    assert next_of(State.ACKNOWLEDGED, raised(), ack, hold, wake) == (
        Move.REMIND,
        at(9, 17),
        Reminder.DECIDE,
    )


def test_climbing_stands_still_while_it_is_on_hold():
    told = remind(Reminder.DECIDE, at(4), State.ACKNOWLEDGED)
    climb = event(Move.CLIMB, at(8), State.ACKNOWLEDGED, Step.SPONSOR, due_at=at(8))
    # Half a day after somebody was brought in, and for a week.
    hold = event(Move.HOLD, at(8, 14), State.ON_HOLD)
    wake = event(Move.WAKE, at(15, 14), State.ACKNOWLEDGED, due_at=at(15, 14))
    ack = event(Move.ACKNOWLEDGE, at(1, 11), State.ACKNOWLEDGED)
    assert next_of(State.ACKNOWLEDGED, raised(), ack, told, climb, hold, wake) == (
        Move.CLIMB,
        at(17),
        None,
    )


def test_a_hold_takes_nothing_from_the_time_that_wait_gives():
    ack = event(Move.ACKNOWLEDGE, at(1, 11), State.ACKNOWLEDGED)
    told = remind(Reminder.DECIDE, at(4), State.ACKNOWLEDGED)
    wait = event(Move.WAIT, at(4, 12), State.ACKNOWLEDGED)
    hold = event(Move.HOLD, at(4, 14), State.ON_HOLD)
    wake = event(Move.WAKE, at(11, 14), State.ACKNOWLEDGED, due_at=at(11, 14))
    # Three days to decide and two until it climbs, and five on hold.
    assert next_of(State.ACKNOWLEDGED, raised(), ack, told, wait, hold, wake) == (
        Move.CLIMB,
        at(18, 12),
        None,
    )


def test_what_was_late_before_a_hold_is_due_when_it_has_ended_and_not_before():
    ack = event(Move.ACKNOWLEDGE, at(1, 11), State.ACKNOWLEDGED)
    # No worker ran on the 4th, when the time for a decision had run out.
    hold = event(Move.HOLD, at(5), State.ON_HOLD)
    wake = event(Move.WAKE, at(8, 11), State.ACKNOWLEDGED, due_at=at(8, 11))
    assert next_of(State.ACKNOWLEDGED, raised(), ack, hold, wake) == (
        Move.REMIND,
        at(8, 11),
        Reminder.DECIDE,
    )


def test_a_manager_has_one_working_day_and_then_it_goes_on():
    friday = raised(at(5, 15), step=Step.MANAGER)
    assert next_of(State.RAISED, friday) == (Move.GO_ON, at(8, 15), None)
    on = event(Move.GO_ON, at(8, 15), step=Step.REMIT, due_at=at(8, 15))
    assert next_of(State.RAISED, friday, on) == (Move.REMIND, at(9, 15), Reminder.ACKNOWLEDGE)


def test_a_promise_is_spoken_of_before_its_day_and_after():
    yes = event(Move.ACCEPT, at(1, 12), State.ACCEPTED)
    friday = date(2026, 6, 12)
    soon = next_of(State.ACCEPTED, raised(), yes, promised_by=friday)
    assert soon == (Move.REMIND, at(10, 9), Reminder.PROMISE_SOON)
    told = remind(Reminder.PROMISE_SOON, at(10, 9), State.ACCEPTED)
    late = next_of(State.ACCEPTED, raised(), yes, told, promised_by=friday)
    assert late == (Move.REMIND, at(15, 9), Reminder.PROMISE_LATE)
    after = remind(Reminder.PROMISE_LATE, at(15, 9), State.ACCEPTED)
    clock = read(State.ACCEPTED, [raised(), yes, told, after], ALLOW, WORKING, promised_by=friday)
    assert (clock.deadline, clock.next) == (at(12, 17), None)


def test_nobody_is_reminded_of_a_promise_they_have_just_made():
    yes = event(Move.ACCEPT, at(1, 12), State.ACCEPTED)
    assert next_of(State.ACCEPTED, raised(), yes, promised_by=date(2026, 6, 2)) == (
        Move.REMIND,
        at(3, 9),
        Reminder.PROMISE_LATE,
    )


def test_a_changed_promise_is_reminded_of_anew():
    yes = event(Move.ACCEPT, at(1, 12), State.ACCEPTED)
    told = remind(Reminder.PROMISE_SOON, at(10, 9), State.ACCEPTED)
    changed = event(Move.CHANGE_PROMISE, at(10, 11), State.ACCEPTED)
    assert next_of(State.ACCEPTED, raised(), yes, told, changed, promised_by=date(2026, 6, 26)) == (
        Move.REMIND,
        at(24, 9),
        Reminder.PROMISE_SOON,
    )


def test_a_team_is_reminded_and_after_ten_working_days_its_ask_closes():
    done = event(Move.DONE, at(1), State.DONE)
    assert next_of(State.DONE, raised(), done) == (Move.REMIND, at(8, 17), Reminder.CONFIRM)
    told = remind(Reminder.CONFIRM, at(8, 17), State.DONE)
    assert next_of(State.DONE, raised(), done, told) == (Move.NOT_CONFIRMED, at(15, 17), None)


@pytest.mark.parametrize("state", [State.CLOSED, State.WITHDRAWN, State.MOVED])
def test_no_clock_runs_in_a_closed_ask(state):
    assert read(state, [raised()], ALLOW, WORKING).next is None


def test_an_ask_given_back_begins_anew():
    told = remind(Reminder.ACKNOWLEDGE, at(2))
    climb = event(Move.CLIMB, at(4), step=Step.SPONSOR, due_at=at(4))
    back = event(Move.NOT_SETTLED, at(10), State.ACKNOWLEDGED)
    assert next_of(State.ACKNOWLEDGED, raised(), told, climb, back) == (
        Move.REMIND,
        at(15),
        Reminder.DECIDE,
    )


def test_bank_holidays_and_the_networks_own_closed_days_do_not_count():
    before_easter = raised(datetime(2026, 4, 2, 10, tzinfo=LONDON))
    due = next_of(State.RAISED, before_easter)
    assert due[1] == datetime(2026, 4, 7, 10, tzinfo=LONDON)
    closed = WorkingTime(LONDON, closed=frozenset([date(2026, 4, 7)]))
    assert next_of(State.RAISED, before_easter, working=closed)[1] == datetime(2026, 4, 8, 10, tzinfo=LONDON)


@pytest.mark.parametrize("month", [3, 10])
def test_the_change_of_the_clock_changes_no_working_day(month):
    friday = {3: 27, 10: 23}[month]
    due = next_of(State.RAISED, raised(datetime(2026, month, friday, 10, tzinfo=LONDON)))
    assert due[1].astimezone(LONDON) == datetime(2026, month, friday + 3, 10, tzinfo=LONDON)


def test_another_policy_reads_the_same_timeline_without_a_second_reminder():
    told = remind(Reminder.ACKNOWLEDGE, at(2))
    shorter = Allowed(acknowledge=60, decide=3 * DAY, climb=60)
    assert next_of(State.RAISED, raised(), told, allowed=shorter) == (Move.CLIMB, at(3), None)


def test_the_products_own_times_leave_a_day_to_say_wait():
    assert all(one.climb >= DAY and one.decide >= one.acknowledge for one in ALLOWED.values())
