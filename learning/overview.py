"""What a cohort's page answers: who is missing, what is next, and how its projects stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import CharField, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from iocn.shared.prepared import prepared
from learning.models import Attendance, CohortAsk, Enrolment, Facilitator, Session, number_of
from people.models import Level, Membership, Organisation, OrganisationQuerySet
from people.scopes import organisations_for
from programmes.escalations.models import Escalation
from programmes.escalations.permissions import asks_for
from programmes.projects.models import PathwayProject, TestCycle
from programmes.projects.permissions import projects_for

# Organisations of whom nobody is in the cohort: so many are rows of the grid, the others a number.
MISSING_SHOWN = 12


# --- People and organisations -----------------------------------------------------------------------------
@prepared
def participants(cohort: int) -> QuerySet[Enrolment]:
    """Return who is in the cohort now, with their main post and how often they were at a session."""
    return with_posts(Enrolment.objects.now().filter(cohort=cohort))


def with_posts(places: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """Read each one's membership and main post along, and how often they were at a session."""
    # Of the same cohort, as all are: said, so that PostgreSQL looks among its few sessions.
    here = Attendance.objects.filter(
        enrolment=OuterRef("pk"),
        mark__in=Attendance.HERE,
        session__cohort=OuterRef("cohort"),
        session__called_off_at=None,
    )
    is_main = Q(membership__posts__is_main=True)
    return places.select_related("membership").annotate(
        main=FilteredRelation("membership__posts", condition=is_main),
        organisation_id=F("main__organisation"),
        organisation=F("main__organisation__name"),
        job_title=F("main__job_title"),
        level=F("main__level"),
        times_here=number_of(here, "enrolment"),
    )


@prepared
def facilitators_of(cohort: int) -> QuerySet[Facilitator]:
    """Return who runs the cohort's sessions now."""
    return Facilitator.objects.now().filter(cohort=cohort).select_related("membership")


@prepared
def organisations_now(reader: Membership) -> OrganisationQuerySet:
    """Return the network's organisations that still exist, as far as the reader may see them."""
    return organisations_for(reader).current()


@dataclass(frozen=True)
class GridRow:
    """An organisation, and how many people of each level it has in the cohort."""

    organisation: Organisation
    cells: tuple[int, ...]

    @property
    def is_missing(self) -> bool:
        return not any(self.cells)


@dataclass(frozen=True)
class Composition:
    """A cohort by level and organisation: who is there, and who is missing."""

    rows: list[GridRow]
    totals: tuple[tuple[Level, int], ...]
    people: int
    free: int
    unknown: int
    # Organisations of whom nobody is there, and how many of them the grid leaves out.
    missing: list[Organisation]

    @property
    def hidden(self) -> int:
        return max(0, len(self.missing) - MISSING_SHOWN)

    @property
    def missing_levels(self) -> list[str]:
        return [level.label.lower() for level, number in self.totals if not number]

    @property
    def sentence(self) -> str:
        """Who is missing, in words."""
        if not self.people:
            return "Everybody: nobody is enrolled yet."
        parts = []
        if self.missing_levels:
            parts.append(f"no {in_a_row(self.missing_levels, 'or')}")
        if self.missing:
            names = [organisation.name for organisation in self.missing]
            shown = names if len(names) <= 4 else [*names[:3], f"{len(names) - 3} more"]
            parts.append(f"nobody from {in_a_row(shown, 'and' if len(names) > 4 else 'or')}")
        if not parts:
            return "Nobody: every level and every organisation is there."
        sentence = ", ".join(parts)
        return f"{sentence[0].upper()}{sentence[1:]}."


def in_a_row(words: Sequence[str], joined: str) -> str:
    """Return "a, b and c"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {joined} {words[-1]}"


def composition_of(
    people: Sequence[Any], organisations: Iterable[Organisation], capacity: int
) -> Composition:
    """Count participants (of `participants`) by the level and organisation of their main post."""
    found: Counter[tuple[int, str]] = Counter()
    levels: Counter[str] = Counter()
    for person in people:
        if person.organisation_id:
            found[person.organisation_id, person.level] += 1
            levels[person.level] += 1
    rows = [
        GridRow(organisation, tuple(found[organisation.pk, level] for level in Level))
        for organisation in organisations
    ]
    there = [row for row in rows if not row.is_missing]
    missing = [row for row in rows if row.is_missing]
    return Composition(
        rows=there + missing[:MISSING_SHOWN],
        totals=tuple((level, levels[level]) for level in Level),
        people=len(people),
        free=max(0, capacity - len(people)),
        unknown=sum(not person.organisation_id for person in people),
        missing=[row.organisation for row in missing],
    )


# --- Sessions ---------------------------------------------------------------------------------------------
@prepared
def sessions_of(cohort: int, reader: Membership) -> QuerySet[Session]:
    """Return the cohort's sessions with how many were noted and there, and what was noted for the reader."""
    noted = Attendance.objects.filter(session=OuterRef("pk"), enrolment__left_on=None)
    own = Attendance.objects.filter(session=OuterRef("pk"), enrolment__membership=reader)
    return Session.objects.filter(cohort=cohort).annotate(
        noted=number_of(noted, "session"),
        here=number_of(
            Attendance.objects.filter(session=OuterRef("pk"), mark__in=Attendance.HERE), "session"
        ),
        all_noted=number_of(Attendance.objects.filter(session=OuterRef("pk")), "session"),
        own_mark=Subquery(own.values("mark")[:1], output_field=CharField()),
    )


def marks_of(sessions: Sequence[Session]) -> dict[tuple[int, int], str]:
    """Return what was noted at these sessions, in words, by the keys of enrolment and session."""
    noted = Attendance.objects.filter(session__in=sessions).order_by()
    return {
        (enrolment, session): f"Substitute: {substitute}" if substitute else Attendance.Mark(mark).label
        for enrolment, session, mark, substitute in noted.values_list(
            "enrolment", "session", "mark", "substitute"
        )
    }


@dataclass(frozen=True)
class Agenda:
    """A cohort's sessions: all, the next, and those whose attendance is still to be taken."""

    sessions: list[Any]
    next: Any | None
    to_take: list[Any]
    # The days of those that have begun.
    held_on: list[date]

    def held_since(self, enrolled_on: date) -> int:
        """How many sessions have begun since somebody was enrolled."""
        return sum(day >= enrolled_on for day in self.held_on)


def agenda_of(sessions: Sequence[Any], people: Sequence[Enrolment]) -> Agenda:
    """Number the sessions, and find what is next and what is not noted yet."""
    now = timezone.now()
    coming = None
    to_take = []
    held_on = []
    number = 0
    for session in sessions:
        if session.called_off_at:
            session.number = None
            continue
        number += 1
        session.number = number
        day = session.on_day
        session.expected = sum(person.enrolled_on <= day for person in people)
        if session.has_begun:
            held_on.append(day)
        session.lacks = session.has_begun and session.noted < session.expected
        if coming is None and session.ends_at >= now:
            coming = session
        if session.lacks:
            to_take.append(session)
    return Agenda(list(sessions), coming, to_take, held_on)


# --- Projects and asks ------------------------------------------------------------------------------------
@dataclass
class ProjectLine:
    """A project that participants bring: who, when it was last tested, what it asks for."""

    project: Any
    people: list[Membership] = field(default_factory=list)
    asks: list[Escalation] = field(default_factory=list)


@prepared
def projects_of(cohort: int, reader: Membership) -> QuerySet[PathwayProject]:
    """Return the projects that participants bring, as far as the reader may see them, with the day of the
    last test."""
    last = TestCycle.objects.filter(prototype__project=OuterRef("pk")).order_by("-on").values("on")[:1]
    brought = Enrolment.objects.now().filter(cohort=cohort, project__isnull=False).values("project")
    return projects_for(reader).filter(pk__in=brought).annotate(last_test_on=Subquery(last))


@prepared
def open_asks_of(cohort: int, reader: Membership) -> QuerySet[Escalation]:
    """Return the open asks of the cohort's projects and those raised from it, as far as the reader may see."""
    brought = Enrolment.objects.now().filter(cohort=cohort, project__isnull=False).values("project")
    from_here = CohortAsk.objects.filter(cohort=cohort).order_by().values("escalation")
    # Found by the index of projects first, as a network has many more asks than a cohort; and a union, as PostgreSQL
    # reads all where two ways that ask other tables are joined by "or".
    of_projects = Escalation.objects.filter(project__in=brought).order_by().values("pk")
    found = of_projects.union(from_here)
    return asks_for(reader).open().filter(pk__in=found).with_promise().order_by("waiting_since", "id")


def lines_of(
    projects: Iterable[PathwayProject], people: Iterable[Enrolment], asks: Iterable[Escalation]
) -> tuple[list[ProjectLine], list[Escalation]]:
    """Return each project with its people and asks, and the asks that belong to none of them."""
    lines = {project.pk: ProjectLine(project) for project in projects}
    for person in people:
        if person.project_id in lines:
            lines[person.project_id].people.append(person.membership)
    others = []
    for ask in asks:
        if ask.project_id in lines:
            lines[ask.project_id].asks.append(ask)
        else:
            others.append(ask)
    return list(lines.values()), others
