"""Cohorts: the list, the page, setting one up, copying, changing."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from iocn.shared.forms import refusals_at
from iocn.shared.lists import Column, Listing
from iocn.shared.models import History
from iocn.shared.permissions import require
from learning import actions
from learning.asks import key_of
from learning.filters import CohortFilter
from learning.forms import CohortForm, CopyForm
from learning.overview import (
    agenda_of,
    composition_of,
    facilitators_of,
    lines_of,
    open_asks_of,
    organisations_now,
    participants,
    projects_of,
    sessions_of,
)
from learning.permissions import (
    cohorts_for,
    may_ask_from,
    may_manage,
    may_read_names,
    may_run,
    takes_part,
)
from learning.planning import Plan, moved
from learning.views.finding import cohort_or_404
from people.models import Level
from people.permissions import Permission
from people.web import MemberRequest, network_page, posted

COLUMNS = [
    Column("name", "Cohort", lambda cohort: cohort.name, ("name",)),
    Column("kind", "Programme", lambda cohort: cohort.get_kind_display(), ("kind",)),
    Column("state", "State", lambda cohort: cohort.state),
    Column("begins", "Begins", lambda cohort: cohort.begins_on, ("begins_on",)),
    Column("ends", "Ends", lambda cohort: cohort.ends_on, ("ends_on",)),
    Column(
        "next",
        "Next session",
        lambda cohort: timezone.localdate(cohort.next_at) if cohort.next_at else "",
        ("next_at",),
    ),
    Column("people", "People", lambda cohort: cohort.enrolled, ("enrolled",), True),
    Column("places", "Places", lambda cohort: cohort.capacity, ("capacity",), True),
]


@network_page()
@require_GET
def cohorts(request: MemberRequest) -> HttpResponseBase:
    """List the cohorts that the reader may see, the newest first."""
    rows = cohorts_for(request.membership).with_numbers()
    listing = Listing(request, rows, COLUMNS, CohortFilter, sort="-begins", name="cohorts")
    return listing.download() or render(
        request,
        "learning/cohorts.html",
        {"listing": listing, "may_manage": may_manage(request.membership)},
    )


@network_page()
@require_GET
def cohort(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Answer who is missing and what is next; show sessions, projects, and who is in it."""
    reader = request.membership
    found = cohort_or_404(request, pk)
    people = list(participants(found.pk))
    agenda = agenda_of(list(sessions_of(found.pk, reader)), people)
    for person in people:
        person.times_held = agenda.held_since(person.enrolled_on)  # type: ignore[attr-defined]
    lines, asks = lines_of(projects_of(found.pk, reader), people, open_asks_of(found.pk, reader))
    context: dict[str, Any] = {
        "cohort": found,
        "may_manage": may_manage(reader),
        "may_run": may_run(reader, found),
        "may_read": may_read_names(reader, found),
        "may_open_members": reader.may(Permission.SEE_PEOPLE),
        "may_ask": may_ask_from(reader, found),
        "asked_from": key_of(found.pk),
        "is_own": takes_part(reader, found),
        "people": people,
        "facilitators": [place.membership for place in facilitators_of(found.pk)],
        "composition": composition_of(people, organisations_now(reader), found.capacity),
        "levels": list(Level),
        "agenda": agenda,
        "lines": lines,
        "asks": asks,
    }
    return render(request, "learning/cohort.html", context)


@network_page(Permission.MANAGE_COHORTS)
@require_http_methods(["GET", "POST"])
def new_cohort(request: MemberRequest) -> HttpResponseBase:
    """Set up a cohort from nothing; the page offers to copy the last one."""
    form = CohortForm(posted(request), by=request.membership)
    if form.is_valid():
        with refusals_at(form):
            made = actions.create_cohort(by=request.membership, **form.cleaned_data)
            messages.success(request, f"“{made.name}” is set up. When are its sessions, and who is in it?")
            return redirect(made)
    last = cohorts_for(request.membership)[:5]
    return render(request, "learning/cohort_form.html", {"form": form, "last": last})


@network_page()
@require_http_methods(["GET", "POST"])
def change_cohort(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Change a cohort's name, dates, places and facilitators."""
    found = cohort_or_404(request, pk)
    require(may_manage(request.membership))
    form = CohortForm(posted(request), by=request.membership, cohort=found)
    if form.is_valid():
        with refusals_at(form):
            actions.change_cohort(by=request.membership, cohort=found, **form.cleaned_data)
            messages.success(request, "The cohort is changed.")
            return redirect(found)
    return render(request, "learning/cohort_form.html", {"form": form, "cohort": found})


@network_page()
@require_http_methods(["GET", "POST"])
def copy_cohort(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Set up the next cohort like this one: first what its sessions would be, then for good."""
    found = cohort_or_404(request, pk)
    require(may_manage(request.membership))
    sessions = list(found.sessions.on())
    form = CopyForm(posted(request), initial={"capacity": found.capacity})
    plan = None
    if form.is_valid():
        days = [session.on_day for session in sessions] or [found.begins_on]
        plan = moved(days, form.cleaned_data["first_on"])
        # Other days than those that were looked at: they are shown first.
        if request.POST.get("seen") == _as_text(plan):
            with refusals_at(form):
                made = actions.copy_cohort(
                    by=request.membership, cohort=found, seen=plan.days, **form.cleaned_data
                )
                messages.success(
                    request,
                    f"“{made.name}” is set up with {len(sessions)} session{'' if len(sessions) == 1 else 's'}."
                    " Now fill it with people.",
                )
                return redirect(made)
    context = {
        "cohort": found,
        "form": form,
        "plan": plan,
        "seen": _as_text(plan) if plan else "",
        "days": list(zip(sessions, plan.days, strict=False)) if plan else [],
        "number": len(sessions),
    }
    return render(request, "learning/copy.html", context)


def _as_text(plan: Plan) -> str:
    return " ".join(on.isoformat() for on in plan.days)


@network_page()
@require_GET
def history(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Show all that happened to a cohort."""
    found = cohort_or_404(request, pk)
    if not (answer := may_run(request.membership, found)):
        raise PermissionDenied(answer.reason)
    columns = [
        Column("at", "When", lambda row: timezone.localtime(row.at).strftime("%Y-%m-%d %H:%M"), ("at",)),
        Column("who", "Who", lambda row: row.who),
        Column("what", "What", lambda row: row.what),
        Column("text", "Details", lambda row: row.text),
    ]
    listing = Listing(request, History.objects.of(found), columns, sort="-at", name="history")
    return listing.download() or render(
        request, "learning/history.html", {"cohort": found, "listing": listing}
    )
