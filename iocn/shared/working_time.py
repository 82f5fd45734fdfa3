"""Working time: England's working days, in a network's own hours and time zone. Arithmetic alone, no tables."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import holidays

_DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_MINUTE = timedelta(minutes=1) // _TICK
WEEKDAYS = range(5)  # Monday to Friday, as date.weekday() counts


@cache
def _bank_holidays(year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("GB", subdiv="ENG", years=year)


def bank_holiday(on: date) -> str:
    """Return which of England's bank holidays a day is, empty if none."""
    return _bank_holidays(on.year).get(on) or ""


class _Year(NamedTuple):
    """The working days of a year, as moments in microseconds since 1970."""

    begins: list[int]
    ends: list[int]
    before: list[int]  # how much was worked in the year before each day begins
    after: list[int]  # and when it has ended

    @property
    def total(self) -> int:
        return self.after[-1] if self.after else 0

    def worked(self, moment: int) -> int:
        """How much of the year's work lies before a moment."""
        at = bisect_right(self.begins, moment) - 1
        return self.before[at] + min(moment, self.ends[at]) - self.begins[at] if at >= 0 else 0


@dataclass(frozen=True)
class WorkingTime:
    """When people work: Monday to Friday, no bank holiday of England, no closed day, between two hours.

    Hours are by the clock on the wall, minutes are minutes that pass. A day's end is no work any more. The
    bank holidays are those of the package `holidays` (to 2100 at the time of writing; later years have none).
    """

    zone: ZoneInfo
    begins: time = time(9)
    ends: time = time(17)
    closed: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if self.begins >= self.ends:
            raise ValueError("Work begins before it ends.")

    @property
    def minutes_a_day(self) -> int:
        """Return how long a working day is, in whole minutes."""
        any_day = date(2000, 1, 1)
        return (datetime.combine(any_day, self.ends) - datetime.combine(any_day, self.begins)) // timedelta(
            minutes=1
        )

    def is_working_day(self, day: date) -> bool:
        """Whether people work on that day."""
        return day.weekday() in WEEKDAYS and day not in self.closed and not bank_holiday(day)

    def add(self, moment: datetime, minutes: int) -> datetime:
        """Return the moment, in UTC, at which so many working minutes have passed.

        With no minutes: the moment itself during work, else the next beginning of work.
        """
        if minutes < 0:
            raise ValueError("Working time is added forwards only.")
        now = _ticks(moment)
        year = moment.astimezone(self.zone).year
        days = _year(self, year)
        # The work of the year up to the end that is sought; without minutes, a first tick of what comes next.
        ahead = days.worked(now) + (minutes * _MINUTE or 1)
        while ahead > days.total:
            ahead -= days.total
            year += 1
            days = _year(self, year)
        at = bisect_left(days.after, ahead)
        return _EPOCH + (days.begins[at] + ahead - days.before[at] - (not minutes)) * _TICK

    def between(self, start: datetime, end: datetime) -> int:
        """Return the whole working minutes between two moments; none if the end is not after the start."""
        if end <= start:
            return 0
        first, last = start.astimezone(self.zone).year, end.astimezone(self.zone).year
        whole = sum(_year(self, year).total for year in range(first, last))
        return (
            whole + _year(self, last).worked(_ticks(end)) - _year(self, first).worked(_ticks(start))
        ) // _MINUTE

    def next_days(self, day: date, count: int) -> date:
        """Return the working day that comes so many working days after a day, which itself does not count."""
        for _ in range(count):
            day += _DAY
            while not self.is_working_day(day):
                day += _DAY
        return day

    def end_of(self, day: date) -> datetime:
        """Return the moment, in UTC, at which work ends on a day (or would, were it a working day)."""
        return datetime.combine(day, self.ends, self.zone).astimezone(UTC)


def all_working_time_in_words(minutes: int, minutes_a_day: int) -> str:
    """Say how long working time is to the minute: “2 working days”, “1 working day and 4 hours”."""
    days, rest = divmod(minutes, minutes_a_day)
    hours, left = divmod(rest, 60)
    parts = [_counted(days, "working day")] if days else []
    if hours:
        parts.append(_counted(hours, "hour" if days else "working hour"))
    if left or not parts:
        parts.append(_counted(left, "minute"))
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if parts[1:] else parts[0]


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


@lru_cache(maxsize=512)
def _year(working: WorkingTime, year: int) -> _Year:
    """Return the working days of a year by the clock of the place. Made once: it is asked for all the time."""
    days = _Year([], [], [], [])
    for day in _days_of(year):
        if not working.is_working_day(day):
            continue
        begins = _ticks(datetime.combine(day, working.begins, working.zone))
        # Where a change of the clock swallows the hours of a day nothing is left of it, not less than nothing.
        ends = max(begins, _ticks(datetime.combine(day, working.ends, working.zone)))
        days.before.append(days.total)
        days.begins.append(begins)
        days.ends.append(ends)
        days.after.append(days.before[-1] + ends - begins)
    return days


def _days_of(year: int) -> Iterator[date]:
    first = date(year, 1, 1)
    return (first + day * _DAY for day in range((date(year, 12, 31) - first).days + 1))


def _ticks(moment: datetime) -> int:
    if moment.tzinfo is None:
        raise ValueError("A moment has a time zone.")
    return (moment - _EPOCH) // _TICK
