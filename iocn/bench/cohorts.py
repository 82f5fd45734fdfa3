"""The cohorts of a network of the bench."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from iocn.bench import words
from learning.models import Attendance, Cohort, Enrolment, Facilitator, Session

TABLES = [Cohort, Facilitator, Enrolment, Session, Attendance]
PEOPLE, SESSIONS, HELD = 24, 10, 6


def add_cohort(
    add: Callable[..., int],
    network: int,
    number: int,
    now: datetime,
    facilitator: int,
    teams: Sequence[tuple[int, list[int]]],
) -> None:
    """Write a cohort that is under way: whose people bring projects, some of its sessions held."""
    begun = now - timedelta(weeks=2 * HELD)
    cohort = add(
        Cohort,
        network_id=network,
        kind=Cohort.Kind.PLP,
        name=f"PLP {number}",
        begins_on=begun.date(),
        ends_on=(begun + timedelta(weeks=2 * SESSIONS)).date(),
        capacity=PEOPLE,
    )
    add(Facilitator, cohort_id=cohort, membership_id=facilitator, since=begun.date())
    # One of each team, each once.
    people = {team[0]: project for project, team in teams[PEOPLE * number :][:PEOPLE]}
    enrolments = [
        add(Enrolment, cohort_id=cohort, membership_id=member, project_id=project, enrolled_on=begun.date())
        for member, project in people.items()
    ]
    for session in range(SESSIONS):
        starts = begun + timedelta(weeks=2 * session, hours=1)
        pk = add(
            Session,
            cohort_id=cohort,
            title=words.ASKS[session % len(words.ASKS)],
            starts_at=starts,
            ends_at=starts + timedelta(hours=3),
            place="The education centre",
        )
        for place, enrolment in enumerate(enrolments if session < HELD else []):
            mark = Attendance.Mark.APOLOGIES if (place + session) % 7 == 0 else Attendance.Mark.PRESENT
            add(Attendance, session_id=pk, enrolment_id=enrolment, mark=mark, by_id=facilitator, at=starts)
