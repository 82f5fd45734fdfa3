"""The demonstration network’s facts: a city that does not exist, people who do not exist.

The kinds of organisation, the senior roles and their levels follow those of a real place-based network, as its
published case study lists them. Every name, number and sentence is made up; surnames are words for stories so
that nobody takes them for real.
"""

from iocn.demo.story.asks import ASKS, STORIES, Ask
from iocn.demo.story.cases import CASES, Case
from iocn.demo.story.learning import COHORT_ASKS, COHORTS, COMING, Cohort, Copied
from iocn.demo.story.measures import MEASURES, WARDS, Series, Ward
from iocn.demo.story.past import PAST
from iocn.demo.story.people import (
    ACTING,
    AT_TABLE,
    AWAY,
    MANDATES,
    ORGANISATIONS,
    PEOPLE,
    REMITS,
    Org,
    Who,
)
from iocn.demo.story.projects import PROGRAMMES, PROJECTS, SPONSORS, TRIES, Project

CITY = "Fableton"
PASSWORD = "once-upon-a-time"  # noqa: S105  # known to everybody: exists in the demonstration only

__all__ = [
    "ACTING",
    "ASKS",
    "AT_TABLE",
    "AWAY",
    "CASES",
    "CITY",
    "COHORTS",
    "COHORT_ASKS",
    "COMING",
    "MANDATES",
    "MEASURES",
    "ORGANISATIONS",
    "PASSWORD",
    "PAST",
    "PEOPLE",
    "PROGRAMMES",
    "PROJECTS",
    "REMITS",
    "SPONSORS",
    "STORIES",
    "TRIES",
    "WARDS",
    "Ask",
    "Case",
    "Cohort",
    "Copied",
    "Org",
    "Project",
    "Series",
    "Ward",
    "Who",
]
