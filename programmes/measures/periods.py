"""The periods in which measures are counted: a day, a week from its Monday, a month or a quarter from its first day."""

from datetime import date, timedelta

from programmes.measures.models import Measure

_MONTHS = {Measure.Frequency.MONTH: 1, Measure.Frequency.QUARTER: 3}
_DAYS = {Measure.Frequency.DAY: 1, Measure.Frequency.WEEK: 7}
# Where the first of a month is a day like any other.
BY_DAY = tuple(_DAYS)


def period_after(frequency: str, period: date) -> date | None:
    """Return the period after this one, None where numbers come without a rhythm."""
    for rhythm, days in _DAYS.items():
        if frequency == rhythm:
            return period + timedelta(days)
    for rhythm, months in _MONTHS.items():
        if frequency == rhythm:
            month = period.month - 1 + months
            return date(period.year + month // 12, month % 12 + 1, 1)
    return None


def period_of(frequency: str, day: date) -> date | None:
    """Return the period that a day is in, None where numbers come without a rhythm."""
    if frequency == Measure.Frequency.WEEK:
        return day - timedelta(day.weekday())
    if frequency == Measure.Frequency.QUARTER:
        return day.replace(month=day.month - (day.month - 1) % 3, day=1)
    if frequency == Measure.Frequency.MONTH:
        return day.replace(day=1)
    return day if frequency == Measure.Frequency.DAY else None


def period_before(frequency: str, period: date) -> date | None:
    """Return the period before this one, None where numbers come without a rhythm."""
    return period_of(frequency, period - timedelta(days=1))


def next_month(period: date) -> date:
    """Return the first day of the month after."""
    return (period.replace(day=28) + timedelta(days=4)).replace(day=1)


def between(frequency: str, first: date, last: date) -> list[date]:
    """Return every period from one to another; of a rhythm."""
    found = [first]
    while found[-1] < last and (following := period_after(frequency, found[-1])):
        found.append(following)
    return found


def months_back(today: date, due: date, least: int) -> list[date]:
    """Return the first days of months, this one first: so many at least, and back to a year before what is due."""
    found = [today.replace(day=1)]
    while len(found) < least or found[-1] > due.replace(year=due.year - 1, day=1):
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found
