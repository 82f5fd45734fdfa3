"""How long the network keeps what, and what happens then: one table, held against docs/information-governance.md.

The periods are a sensible beginning in the spirit of the NHS Records Management Code of Practice; each network
confirms its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q, QuerySet

from iocn.records.holds import OnHold, about_member
from iocn.records.leavers import anonymise, namesakes_of
from iocn.records.models import KeepFor
from iocn.shared.models import History
from learning.models import Cohort
from people.models import Absence, Delegate, Membership, Message, Network, StaffTask
from programmes.escalations.models import BusinessCase, Escalation, Story
from programmes.escalations.states import OPEN
from programmes.projects.models import PathwayProject

DAYS, YEARS = "days", "years"
LONG_AGO = "The retention schedule: long enough since they left."


@dataclass(frozen=True)
class Rule:
    """One row of the schedule."""

    key: str
    what: str
    number: int
    unit: str
    since: str
    then: str
    # The network's rows that are due when their day lies before the moment given.
    due: Callable[[int, datetime], QuerySet[Any]]
    # Which of them something on hold concerns.
    kept: Callable[[OnHold], Q]
    # Disposes of the rows; says of how many (what others still need stays).
    dispose: Callable[[list[Any]], int]


def _delete_rows(rows: list[models.Model]) -> int:
    """Delete rows that nothing belongs to, in one statement."""
    type(rows[0])._default_manager.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)


def _delete_things(rows: list[models.Model]) -> int:
    return sum(_delete_thing(row) for row in rows)


def _delete_thing(row: models.Model) -> bool:
    """Delete the row with what belongs to it, its history and what waits on it; not what others still need."""
    parts: list[models.Model] = []
    if isinstance(row, PathwayProject):
        parts = [*row.measures.all(), *row.business_cases.all()]
    elif isinstance(row, Escalation):
        parts = [*Story.objects.filter(escalation=row), *BusinessCase.objects.filter(escalation=row)]
    about = [(ContentType.objects.get_for_model(thing), thing.pk) for thing in (row, *parts)]
    try:
        row.delete()
    except (models.ProtectedError, models.RestrictedError):
        return False
    for kind, pk in about:
        History.objects.filter(subject_type=kind, subject_id=pk).delete()
        StaffTask.objects.filter(subject_type=kind, subject_id=pk).delete()
    return True


def _delete_invitations(rows: list[Membership]) -> int:
    gone = [row for row in rows if _delete_thing(row)]
    for row in gone:
        if not row.person.memberships.exists():
            row.person.delete()
    return len(gone)


def _anonymise(rows: list[Membership]) -> int:
    for row in rows:
        # Where somebody else has the name, a text may mean the other.
        anonymise(by=None, membership=row, reason=LONG_AGO, in_texts=not namesakes_of(row).exists())
    return len(rows)


def _sent(network: int, before: datetime) -> QuerySet[Message]:
    over = [Message.State.SENT, Message.State.UNSURE, Message.State.FAILED, Message.State.DROPPED]
    return Message.objects.filter(network=network, state__in=over, state_at__lt=before)


def _settled(network: int, before: datetime) -> QuerySet[StaffTask]:
    return StaffTask.objects.filter(network=network, settled_at__lt=before)


def _past_absences(network: int, before: datetime) -> QuerySet[Absence]:
    return Absence.objects.filter(membership__network=network, until_date__lt=before.date())


def _past_delegates(network: int, before: datetime) -> QuerySet[Delegate]:
    over = Q(ended_at__lt=before) | Q(ended_at=None, until__lt=before.date())
    return Delegate.objects.filter(over, leader__network=network)


def _not_taken_up(network: int, before: datetime) -> QuerySet[Membership]:
    return Membership.objects.current().filter(network=network, joined_at=None, invited_at__lt=before)


def _left(network: int, before: datetime) -> QuerySet[Membership]:
    return Membership.objects.filter(network=network, closed_at__lt=before, anonymised_at=None)


def _closed_asks(network: int, before: datetime) -> QuerySet[Escalation]:
    asks = Escalation.objects.filter(network=network).exclude(state__in=OPEN)
    return asks.exclude(events__at__gte=before)


def _ended_projects(network: int, before: datetime) -> QuerySet[PathwayProject]:
    ended = [PathwayProject.Stage.HANDED_OVER, PathwayProject.Stage.STOPPED]
    projects = PathwayProject.objects.filter(network=network, stage__in=ended, escalations=None)
    return projects.filter(stage_since__lt=before, moved_at__lt=before)


def _ended_cohorts(network: int, before: datetime) -> QuerySet[Cohort]:
    return Cohort.objects.filter(network=network, ends_on__lt=before.date())


def _about_ask(held: OnHold) -> Q:
    people = ("raised_by", "owner", "sponsor", "events__by", "events__to", "commitments__by")
    return Q(
        Q(organisation__in=held.organisations),
        Q(project__in=held.projects),
        *(Q(**{f"{path}__in": held.people}) for path in people),
        _connector=Q.OR,
    )


def _about_project(held: OnHold) -> Q:
    return (
        Q(pk__in=held.projects) | about_member(held, "team__membership__") | about_member(held, "sponsor__")
    )


def _about_cohort(held: OnHold) -> Q:
    return (
        Q(enrolments__project__in=held.projects)
        | about_member(held, "enrolments__membership__")
        | about_member(held, "facilitators__membership__")
    )


SCHEDULE: tuple[Rule, ...] = (
    Rule(
        "messages",
        "E-mail to members",
        90,
        DAYS,
        "it was sent, or given up",
        "Deleted",
        _sent,
        lambda held: about_member(held, "to__"),
        _delete_rows,
    ),
    Rule(
        "invitations",
        "Invitations that nobody took up",
        1,
        YEARS,
        "the last one was sent",
        "Deleted",
        _not_taken_up,
        lambda held: about_member(held, ""),
        _delete_invitations,
    ),
    Rule(
        "tasks",
        "What waited for staff",
        2,
        YEARS,
        "it was settled",
        "Deleted",
        _settled,
        lambda held: about_member(held, "left_by__"),
        _delete_rows,
    ),
    Rule(
        "absences",
        "When leaders were away",
        2,
        YEARS,
        "the last day away",
        "Deleted",
        _past_absences,
        lambda held: about_member(held, "membership__") | about_member(held, "stand_in__"),
        _delete_rows,
    ),
    Rule(
        "delegates",
        "Who acted for whom",
        2,
        YEARS,
        "it was ended, or its last day",
        "Deleted",
        _past_delegates,
        lambda held: about_member(held, "leader__") | about_member(held, "delegate__"),
        _delete_rows,
    ),
    Rule(
        "members",
        "Who a member was",
        3,
        YEARS,
        "the membership was closed",
        "Anonymised: what they did stays, by “Former member”",
        _left,
        lambda held: about_member(held, ""),
        _anonymise,
    ),
    Rule(
        "asks",
        "Asks with all their steps and promises",
        6,
        YEARS,
        "the last step of a closed ask",
        "Deleted",
        _closed_asks,
        _about_ask,
        _delete_things,
    ),
    Rule(
        "projects",
        "Projects with tries, measures and numbers",
        6,
        YEARS,
        "the project was handed over or stopped, and its last ask is gone",
        "Deleted",
        _ended_projects,
        _about_project,
        _delete_things,
    ),
    Rule(
        "cohorts",
        "Cohorts with sessions and attendance",
        6,
        YEARS,
        "the cohort ended",
        "Deleted",
        _ended_cohorts,
        _about_cohort,
        _delete_things,
    ),
)
BY_KEY = {rule.key: rule for rule in SCHEDULE}

# What the schedule cannot change, and no hold stops: it is no record yet, or none of the network's.
FIXED = (
    ("Files waiting to be confirmed", "1 day", "they were brought", "Deleted"),
    ("E-mail about a sign-in, such as a new password", "90 days", "it was sent, or given up", "Deleted"),
    ("Who signed in, when and on which device", "365 days", "the sign-in", "Deleted"),
    ("Sessions of who is signed in", "14 days", "the sign-in", "Deleted"),
    ("What was removed, holds, and what was disposed of", "as long as the network", "", "Kept"),
)


def period(rule: Rule, number: int) -> str:
    """Return a period in words: 90 days, 1 year."""
    return f"{number} {rule.unit.removesuffix('s') if number == 1 else rule.unit}"


def numbers_for(network: Network) -> dict[str, int]:
    """Return for how long the network keeps what: its own number where it chose one."""
    own = dict(KeepFor.objects.filter(network=network).values_list("key", "number"))
    return {rule.key: own.get(rule.key, rule.number) for rule in SCHEDULE}


def before(rule: Rule, number: int, now: datetime) -> datetime:
    """Return the moment before which the rule's day must lie."""
    if rule.unit == DAYS:
        return now - timedelta(days=number)
    year = now.year - number
    # 29 February has no anniversary in most years.
    return now.replace(year=year, day=28) if (now.month, now.day) == (2, 29) else now.replace(year=year)


def due_now(rule: Rule, network: Network, number: int, held: OnHold, now: datetime) -> QuerySet[Any]:
    """Return the rows that the rule disposes of now."""
    rows = rule.due(network.pk, before(rule, number, now))
    if held.all:
        return rows.none()
    if held.organisations or held.projects or held.people:
        on_hold = rows.model._default_manager.filter(rule.kept(held)).values("pk")
        rows = rows.exclude(pk__in=on_hold)
    return rows.order_by("pk")
