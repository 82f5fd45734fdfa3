"""When sessions are: repeated every few weeks, or copied from the last cohort. Bank holidays are left free."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from iocn.shared.templatetags.components import day
from iocn.shared.working_time import bank_holiday

WEEK = timedelta(weeks=1)


@dataclass(frozen=True)
class Plan:
    """Days for sessions, and what a person should know about those that were left out."""

    days: tuple[date, ...]
    notes: tuple[str, ...] = ()


def every(first: date, weeks: int, times: int) -> Plan:
    """Return so many days, so many weeks apart. A bank holiday is skipped and another one comes at the end."""
    days: list[date] = []
    notes = []
    on = first
    while len(days) < times:
        if name := bank_holiday(on):
            notes.append(f"No session on {day(on)}: {name}.")
        else:
            days.append(on)
        on += weeks * WEEK
    return Plan(tuple(days), tuple(notes))


def moved(days: Sequence[date], first: date) -> Plan:
    """Return the days with the same rhythm from another first day on.

    What falls on a bank holiday comes a week later, and so does all that follows.
    """
    if not days:
        return Plan(())
    shift = first - days[0]
    found = []
    notes = []
    for before in days:
        while name := bank_holiday(before + shift):
            notes.append(
                f"{day(before + shift)} is {name}: this session and those after it are a week later."
            )
            shift += WEEK
        found.append(before + shift)
    return Plan(tuple(found), tuple(notes))
