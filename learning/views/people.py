"""Who is in a cohort: the list, pasting addresses, one person's project and place."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from iocn.shared.forms import refusals_at
from iocn.shared.lists import Column, Listing
from iocn.shared.permissions import require
from learning import actions
from learning.addresses import Outcome, Plan, make_plan
from learning.filters import ParticipantFilter
from learning.forms import AddressesForm, ProjectChoiceForm
from learning.models import Attendance
from learning.overview import agenda_of, sessions_of, with_posts
from learning.permissions import may_choose_project, may_manage, may_run
from learning.views.finding import cohort_or_404, enrolment_or_404, with_names_or_404
from people.models import Level
from people.web import MemberRequest, network_page, posted

Mark = Attendance.Mark


@network_page()
@require_GET
def participants(request: MemberRequest, pk: int) -> HttpResponseBase:
    """List who is in the cohort; whoever runs it reads how often each was there."""
    found = with_names_or_404(request, pk)
    runs = bool(may_run(request.membership, found))
    people = with_posts(found.enrolments.now()).select_related("membership__person", "project")
    columns = [
        Column("name", "Name", lambda person: person.membership.name, ("membership__name",)),
        Column("job_title", "Job title", lambda person: person.job_title, ("job_title",)),
        Column("organisation", "Organisation", lambda person: person.organisation, ("organisation",)),
        Column("level", "Level", lambda person: _level(person.level), ("level",)),
    ]
    if found.has_projects:
        columns.append(Column("project", "Project", lambda person: person.project, ("project__name",)))
    if runs:
        agenda = agenda_of(list(sessions_of(found.pk, request.membership)), [])
        columns += [
            Column("here", "Sessions there", lambda person: person.times_here, ("times_here",), True),
            Column("held", "Sessions held", lambda person: agenda.held_since(person.enrolled_on), (), True),
        ]
    if may_manage(request.membership):
        columns.append(Column("email", "E-mail address", lambda person: person.membership.person.email))
    listing = Listing(request, people, columns, ParticipantFilter, sort="name", name=f"{found.name} people")
    return listing.download() or render(
        request,
        "learning/participants.html",
        {"cohort": found, "listing": listing, "rows": [_cells(columns, row) for row in listing.rows]},
    )


def _level(level: str | None) -> str:
    return str(Level(level).label) if level else ""


def _cells(columns: list[Column], row: object) -> list[tuple[Column, object]]:
    return [(column, column.value(row)) for column in columns]


# The colour of each word.
COLOURS = {
    Outcome.WRONG: "red",
    Outcome.ENROL: "green",
    Outcome.INVITE: "blue",
    Outcome.AGAIN: "blue",
    Outcome.NOTHING: "grey",
}


@network_page()
@require_http_methods(["GET", "POST"])
def enrol(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Paste addresses, see row by row what they would do, and do it."""
    found = cohort_or_404(request, pk)
    require(may_manage(request.membership))
    form = AddressesForm(posted(request))
    plan: Plan | None = None
    has_changed = False
    if form.is_valid():
        text, seen = form.cleaned_data["addresses"], form.cleaned_data["seen"]
        if "confirm" in request.POST and seen:
            try:
                done = actions.enrol_addresses(by=request.membership, cohort=found, text=text, seen=seen)
            except actions.PlanChanged as changed:
                plan, has_changed = changed.plan, True
            else:
                messages.success(request, _what_was_done(done))
                return redirect(found)
        else:
            plan = make_plan(found, text)
    context = {
        "cohort": found,
        "form": form,
        "plan": plan,
        "has_changed": has_changed,
        "rows": [(row, COLOURS[row.outcome]) for row in plan.rows] if plan else [],
        "text": form.cleaned_data.get("addresses", "") if plan else "",
    }
    return render(request, "learning/enrol.html", context)


def _what_was_done(plan: Plan) -> str:
    enrolled = len(plan.enrols)
    invited = sum(row.outcome != Outcome.ENROL for row in plan.enrols)
    people = "1 person is" if enrolled == 1 else f"{enrolled} people are"
    if not invited:
        return f"{people} enrolled."
    return f"{people} enrolled; {invited} of them get an invitation by e-mail."


@network_page()
@require_http_methods(["GET", "POST"])
def participant(request: MemberRequest, pk: int, enrolment: int) -> HttpResponseBase:
    """Show one person's place: their project, which may be chosen here, and their attendance."""
    found = enrolment_or_404(request, pk, enrolment)
    reader = request.membership
    is_self, runs = found.membership_id == reader.pk, may_run(reader, found.cohort)
    if not is_self:
        require(runs)
    may_choose = may_choose_project(reader, found) if not found.left_on else None
    form = None
    if may_choose:
        form = ProjectChoiceForm(
            posted(request), by=reader, enrolment=found, initial={"project": found.project_id}
        )
        if form.is_valid():
            with refusals_at(form):
                actions.choose_project(by=reader, enrolment=found, **form.cleaned_data)
                messages.success(request, "The project is saved.")
                return redirect(found.cohort)
    elif request.method == "POST":
        require(may_choose_project(reader, found))
    marks = {row.session_id: row for row in found.attendance.select_related("by")}
    sessions = [
        (session, marks.get(session.pk))
        for session in found.cohort.sessions.on()
        if session.has_begun and (session.on_day >= found.enrolled_on or session.pk in marks)
    ]
    context = {
        "cohort": found.cohort,
        "enrolment": found,
        "form": form,
        "sessions": sessions,
        "is_self": is_self,
        "may_manage": may_manage(reader),
    }
    return render(request, "learning/participant.html", context)


@network_page()
@require_POST
def leave(request: MemberRequest, pk: int, enrolment: int) -> HttpResponseBase:
    """Take somebody out of the cohort."""
    found = enrolment_or_404(request, pk, enrolment)
    require(may_manage(request.membership))
    actions.end_enrolment(by=request.membership, enrolment=found)
    messages.success(request, f"{found.membership.name} is out of the cohort.")
    return redirect(found.cohort)
