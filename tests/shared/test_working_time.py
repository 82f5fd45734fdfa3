"""Working time: hours, weekends, bank holidays, closed days, and the changes to and from summer time."""

import time as clock
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iocn.shared.working_time import (
    WorkingTime,
    all_working_time_in_words,
    bank_holiday,
)

LONDON = ZoneInfo("Europe/London")
NINE_TO_FIVE = WorkingTime(LONDON)


def at(text: str, zone: ZoneInfo = LONDON) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def test_a_working_day_is_monday_to_friday_and_no_bank_holiday_and_not_closed():
    working = WorkingTime(LONDON, closed=frozenset([date(2026, 6, 3)]))
    days = [date(2026, 6, day) for day in range(1, 8)]
    assert [working.is_working_day(day) for day in days] == [True, True, False, True, True, False, False]
    assert not working.is_working_day(date(2026, 5, 25))  # the spring bank holiday
    assert not working.is_working_day(date(2022, 9, 19))  # the late Queen's funeral
    assert working.is_working_day(date(2026, 3, 17))  # a bank holiday in Northern Ireland
    assert bank_holiday(date(2027, 12, 28)) == "Boxing Day (observed)"
    assert bank_holiday(date(2027, 12, 29)) == ""


@pytest.mark.parametrize(
    ("moment", "minutes", "then"),
    [
        ("2026-06-03 10:15", 30, "2026-06-03 10:45"),
        ("2026-06-03 16:45", 30, "2026-06-04 09:15"),
        ("2026-06-03 09:00", 480, "2026-06-03 17:00"),  # the end of the day, not the beginning of the next
        ("2026-06-03 09:00", 481, "2026-06-04 09:01"),
        ("2026-06-05 16:00", 120, "2026-06-08 10:00"),  # over a weekend
        ("2026-06-06 12:00", 60, "2026-06-08 10:00"),  # from a Saturday
        ("2026-04-02 16:00", 120, "2026-04-07 10:00"),  # over Easter
        ("2027-12-24 16:00", 120, "2027-12-29 10:00"),  # over Christmas with its two days in lieu
        ("2026-12-31 16:30", 60, "2027-01-04 09:30"),  # into another year
        ("2026-03-27 16:00", 120, "2026-03-30 10:00"),  # to summer time
        ("2026-10-23 16:00", 120, "2026-10-26 10:00"),  # from summer time
        ("2026-06-03 10:15", 0, "2026-06-03 10:15"),
        ("2026-06-03 07:00", 0, "2026-06-03 09:00"),
        ("2026-06-03 17:00", 0, "2026-06-04 09:00"),
        ("2026-06-05 20:00", 0, "2026-06-08 09:00"),
        ("2026-12-31 17:00", 0, "2027-01-04 09:00"),
        ("2150-01-02 16:00", 120, "2150-01-05 10:00"),  # beyond the bank holidays that are known
    ],
)
def test_working_time_is_added(moment, minutes, then):
    found = NINE_TO_FIVE.add(at(moment), minutes)
    assert found == at(then)
    assert found.tzinfo is UTC


def test_two_working_days_are_two_days_of_hours_in_the_clocks_of_the_place():
    # From winter into summer time: at half past two on the wall both times.
    assert NINE_TO_FIVE.add(at("2026-03-27 14:30"), 2 * 480) == at("2026-03-31 14:30")
    auckland = WorkingTime(ZoneInfo("Pacific/Auckland"))
    monday = at("2026-06-01 10:00", auckland.zone)
    assert monday.astimezone(UTC).date() == date(2026, 5, 31)
    assert auckland.add(monday.astimezone(UTC), 30) == at("2026-06-01 10:30", auckland.zone)


def test_minutes_are_those_that_pass_where_the_clock_changes_during_work():
    # Cairo goes to summer time on a Friday at midnight; who works through the night works an hour less.
    night = WorkingTime(ZoneInfo("Africa/Cairo"), time(0), time(8))
    changes, next_day = date(2026, 4, 24), date(2026, 4, 27)
    start = at("2026-04-23 08:00", night.zone)
    assert night.between(start, night.end_of(changes)) == 420
    assert night.add(start, 420) == night.end_of(changes)
    assert night.add(start, 421) == at(f"{next_day} 00:01", night.zone)


def test_closed_days_and_other_hours_count():
    working = WorkingTime(LONDON, time(8, 30), time(12), frozenset([date(2026, 6, 4)]))
    assert working.minutes_a_day == 210
    assert working.add(at("2026-06-03 11:30"), 60) == at("2026-06-05 09:00")
    assert working.between(at("2026-06-03 00:00"), at("2026-06-05 23:00")) == 420


def test_time_between_counts_work_alone():
    between = NINE_TO_FIVE.between
    assert between(at("2026-06-03 09:00"), at("2026-06-03 17:00")) == 480
    assert between(at("2026-06-05 16:00"), at("2026-06-08 10:00")) == 120
    assert between(at("2026-06-06 09:00"), at("2026-06-07 17:00")) == 0
    assert between(at("2026-06-03 10:00"), at("2026-06-03 09:30")) == 0
    assert between(at("2026-06-03 10:00:30"), at("2026-06-03 10:02:20")) == 1
    assert between(at("2026-12-31 16:00"), at("2029-01-02 10:00")) == 120 + sum(
        480 for day in range(365 * 2 + 1) if NINE_TO_FIVE.is_working_day(date(2027, 1, 1) + timedelta(day))
    )


def test_days_are_counted_and_have_an_end():
    assert NINE_TO_FIVE.next_days(date(2026, 6, 3), 1) == date(2026, 6, 4)
    assert NINE_TO_FIVE.next_days(date(2026, 6, 5), 10) == date(2026, 6, 19)
    assert NINE_TO_FIVE.next_days(date(2026, 12, 24), 2) == date(2026, 12, 30)
    assert NINE_TO_FIVE.next_days(date(2026, 6, 6), 0) == date(2026, 6, 6)
    assert NINE_TO_FIVE.end_of(date(2026, 6, 3)) == datetime(2026, 6, 3, 16, tzinfo=UTC)
    assert NINE_TO_FIVE.end_of(date(2026, 12, 3)) == datetime(2026, 12, 3, 17, tzinfo=UTC)


def test_what_makes_no_sense_is_refused():
    with pytest.raises(ValueError, match="begins before it ends"):
        WorkingTime(LONDON, time(17), time(9))
    with pytest.raises(ValueError, match="forwards"):
        NINE_TO_FIVE.add(at("2026-06-03 10:00"), -1)
    with pytest.raises(ValueError, match="time zone"):
        NINE_TO_FIVE.add(datetime(2026, 6, 3, 10), 1)  # noqa: DTZ001


property_holds = settings(deadline=None)  # the first time in a year its days are made
workings = st.builds(
    WorkingTime,
    zone=st.sampled_from(
        [ZoneInfo(name) for name in ("Europe/London", "Pacific/Auckland", "Africa/Cairo", "Pacific/Apia")]
    ),
    begins=st.times(max_value=time(10)).map(lambda one: one.replace(microsecond=0)),
    ends=st.times(min_value=time(14)).map(lambda one: one.replace(microsecond=0)),
    closed=st.frozensets(st.dates(date(2026, 3, 1), date(2026, 4, 30)), max_size=10),
)
moments = st.one_of(
    st.datetimes(datetime(2026, 3, 1), datetime(2026, 5, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.datetimes(datetime(1990, 1, 1), datetime(2130, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
minutes = st.one_of(st.integers(0, 3000), st.integers(0, 200_000))


@property_holds
@given(workings, moments, minutes)
def test_what_was_added_is_what_lies_between(working, moment, number):
    then = working.add(moment, number)
    assert then >= moment
    assert working.between(moment, then) == number


@property_holds
@given(workings, moments, minutes, minutes)
def test_more_is_later_and_in_two_steps_the_same(working, moment, first, second):
    then = working.add(moment, first)
    assert then <= working.add(moment, first + second)
    if second:
        assert working.add(then, second) == working.add(moment, first + second)


@property_holds
@given(workings, moments, moments, minutes)
def test_who_begins_later_ends_no_earlier(working, one, other, number):
    one, other = sorted((one, other))
    assert working.add(one, number) <= working.add(other, number)
    assert working.between(one, other) >= 0


@property_holds
@given(workings, moments, minutes)
def test_an_end_lies_within_the_hours_of_a_working_day(working, moment, number):
    local = working.add(moment, number).astimezone(working.zone)
    assert working.is_working_day(local.date())
    last = working.end_of(local.date())
    assert working.add(moment, number) <= last
    assert number or working.add(moment, number) < last


@property_holds
@given(workings, moments, moments, moments)
def test_time_adds_up(working, one, two, three):
    one, two, three = (moment.replace(second=0, microsecond=0) for moment in sorted((one, two, three)))
    if working.begins.second or working.ends.second:
        return
    assert working.between(one, three) == working.between(one, two) + working.between(two, three)


def test_a_hundred_thousand_clocks_take_no_time():
    moment = at("2026-03-27 14:30")
    before = clock.process_time()
    for number in range(100_000):
        NINE_TO_FIVE.add(moment + timedelta(minutes=number), number % 5000)
    assert clock.process_time() - before < 3


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "0 minutes"),
        (1, "1 minute"),
        (240, "4 working hours"),
        (450, "7 working hours and 30 minutes"),
        (480, "1 working day"),
        (720, "1 working day and 4 hours"),
        (1021, "2 working days, 1 hour and 1 minute"),
    ],
)
def test_all_of_a_working_time_in_words(minutes, words):
    assert all_working_time_in_words(minutes, 480) == words
