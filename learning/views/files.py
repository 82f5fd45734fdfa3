"""A cohort's sessions and their attendance, to take along."""

from typing import Any

from django.http import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_GET

from iocn.shared.downloads import download
from iocn.shared.lists import wanted_format
from iocn.shared.permissions import require
from learning.overview import marks_of, participants, sessions_of
from learning.permissions import may_run
from learning.views.finding import cohort_or_404
from people.models import Level
from people.web import MemberRequest, network_page

_SESSIONS = ("Date", "From", "To", "Session", "Place", "State", "There", "Noted")
_PERSON = ("Name", "Organisation", "Level", "Enrolled", "Sessions there", "Sessions held")


@network_page()
@require_GET
def sessions(request: MemberRequest, pk: int) -> HttpResponseBase:
    """The sessions of a cohort, with how many were there: numbers, for all who see the cohort."""
    found = cohort_or_404(request, pk)
    those: list[Any] = list(sessions_of(found.pk, request.membership))
    rows = []
    for session in those:
        begins, ends = timezone.localtime(session.starts_at), timezone.localtime(session.ends_at)
        state = "called off" if session.called_off_at else "held" if session.has_begun else "to come"
        counts = (
            (session.here, session.all_noted) if session.has_begun and not session.called_off_at else ("", "")
        )
        rows.append(
            (begins.date(), f"{begins:%H:%M}", f"{ends:%H:%M}", session.title, session.place, state, *counts)
        )
    return download(wanted_format(request) or "csv", f"{found.name} sessions", _SESSIONS, rows)


@network_page()
@require_GET
def attendance(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Who was at which session: a row for each person who is in the cohort now, a column for each session held."""
    found = cohort_or_404(request, pk)
    require(may_run(request.membership, found))
    held = [session for session in found.sessions.on() if session.has_begun]
    marks = marks_of(held)
    people: list[Any] = list(participants(found.pk))
    rows = []
    for person in people:
        expected = [session for session in held if session.on_day >= person.enrolled_on]
        level = Level(person.level).label if person.level else ""
        own = [
            marks.get((person.pk, session.pk), "not noted" if session in expected else "not in it yet")
            for session in held
        ]
        about = (person.membership.name, person.organisation or "", level, person.enrolled_on)
        rows.append((*about, person.times_here, len(expected), *own))
    headings = [*_PERSON, *(f"{session.on_day} {session.title}" for session in held)]
    return download(wanted_format(request) or "csv", f"{found.name} attendance", headings, rows)
