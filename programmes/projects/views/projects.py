"""Projects: the list, the page, its name, aim, stage and history."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Case, IntegerField, Value, When
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from iocn.shared.forms import refusals_at
from iocn.shared.history import last_of
from iocn.shared.lists import Column, Listing
from iocn.shared.models import History
from iocn.shared.permissions import require
from people.permissions import Permission
from people.web import MemberRequest, network_page
from programmes.projects import actions
from programmes.projects.filters import ProjectFilter
from programmes.projects.forms import NewProjectForm, ProjectForm, StageForm
from programmes.projects.models import (
    PathwayProject,
    ProgrammeOfCare,
)
from programmes.projects.permissions import (
    may_change,
    may_create,
    may_log,
    may_read_aims,
    may_read_words,
    projects_for,
)
from programmes.projects.prototypes import prototypes_of
from programmes.projects.states import WAY, Stage
from programmes.projects.team import composition_of, team_of
from programmes.projects.views.finding import project_or_404

HISTORY_ON_PAGE = 8
# Prototypes shown with their last tries; older ones are links.
PROTOTYPES_ON_PAGE = 4


@dataclass(frozen=True)
class Step:
    """A stage as the page shows it on a project's way: `done`, `current` or `to come`."""

    label: str
    state: str


def steps_of(project: PathwayProject) -> list[Step]:
    """Return a project's way, with where it stands; nowhere if it is stopped."""
    if project.stage == Stage.STOPPED:
        return []
    here = WAY.index(Stage(project.stage))
    return [
        Step(str(stage.label), "done" if number < here else "current" if number == here else "to come")
        for number, stage in enumerate(WAY)
    ]


def project_listing(request: MemberRequest, programme: ProgrammeOfCare | None = None) -> Listing:
    """Return the projects that the reader may see, with the columns they may see: all, or a programme's."""
    position = Case(
        *(When(stage=stage, then=Value(number)) for number, stage in enumerate(WAY)),
        default=Value(len(WAY)),
        output_field=IntegerField(),
    )
    seen = projects_for(request.membership)
    may_read = may_read_aims(request.membership)
    rows = (seen.with_leads() if may_read else seen).annotate(stage_position=position)
    columns = [
        Column("name", "Project", lambda project: project.name, ("name",)),
        Column(
            "stage", "Stage", lambda project: project.get_stage_display(), ("stage_position", "stage_since")
        ),
        Column("moved", "Last moved", lambda project: timezone.localdate(project.moved_at), ("moved_at",)),
    ]
    if may_read:
        columns.insert(
            2,
            Column("lead", "Lead", lambda project: ", ".join(str(lead.membership) for lead in project.leads)),
        )
    if programme:
        return Listing(request, rows.filter(programme=programme), columns, sort="name", name=programme.name)
    columns.insert(
        1, Column("programme", "Programme", lambda project: project.programme or "", ("programme__name",))
    )
    rows = rows.select_related("programme")
    return Listing(request, rows, columns, ProjectFilter, sort="name", name="projects")


@network_page()
@require_GET
def projects(request: MemberRequest) -> HttpResponseBase:
    """Show all projects that the reader may see."""
    listing = project_listing(request)
    return listing.download() or render(
        request,
        "projects/projects.html",
        {
            "listing": listing,
            "may_create": may_create(request.membership),
            "may_see_programmes": request.membership.may(Permission.SEE_PROJECTS),
            "may_read": may_read_aims(request.membership),
        },
    )


@network_page()
@require_GET
def project(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Show whether it is getting better, and what is in its way."""
    found = project_or_404(request, pk)
    may_read = may_read_words(request.membership, found)
    team = team_of(found)
    prototypes = prototypes_of(found)
    history = last_of(found, HISTORY_ON_PAGE + 1) if may_read else []
    return render(
        request,
        "projects/project.html",
        {
            "project": found,
            "may_read": may_read,
            "may_change": may_change(request.membership, found),
            "may_log": may_log(request.membership, found),
            "may_see_programmes": request.membership.may(Permission.SEE_PROJECTS),
            "steps": steps_of(found),
            "team": team,
            "composition": composition_of(team),
            "prototypes": prototypes[:PROTOTYPES_ON_PAGE],
            "older_prototypes": prototypes[PROTOTYPES_ON_PAGE:],
            "history": history[:HISTORY_ON_PAGE],
            "has_more_history": len(history) > HISTORY_ON_PAGE,
        },
    )


@network_page()
@require_GET
def history(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Show all that happened to a project."""
    found = project_or_404(request, pk)
    if not may_read_words(request.membership, found):
        raise PermissionDenied("A project’s history holds names and words, which evaluators do not read.")
    columns = [
        Column("at", "When", lambda entry: entry.at, ("at",)),
        Column("who", "Who", lambda entry: entry.who),
        Column("what", "What", lambda entry: entry.what),
        Column("text", "Words", lambda entry: entry.text),
    ]
    listing = Listing(request, History.objects.of(found), columns, sort="-at", name="history")
    return listing.download() or render(
        request, "projects/history.html", {"project": found, "listing": listing}
    )


@network_page()
@require_http_methods(["GET", "POST"])
def new_project(request: MemberRequest) -> HttpResponseBase:
    """Start a project, which its starter leads."""
    require(may_create(request.membership))
    form = NewProjectForm(
        request.POST or None, by=request.membership, initial={"programme": request.GET.get("programme")}
    )
    if form.is_valid():
        with refusals_at(form):
            created = actions.create_project(by=request.membership, **form.cleaned_data)
            messages.success(
                request, f"“{created.name}” is started, and you lead it. Who else is in the team?"
            )
            return redirect(created)
    return render(request, "projects/project_form.html", {"form": form})


@network_page()
@require_http_methods(["GET", "POST"])
def change_project(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Change a project's name, aim and programme."""
    found = project_or_404(request, pk)
    require(may_change(request.membership, found))
    form = ProjectForm(request.POST or None, by=request.membership, thing=found)
    if form.is_valid():
        with refusals_at(form):
            actions.change_project(by=request.membership, project=found, **form.cleaned_data)
            messages.success(request, "The project is changed.")
            return redirect(found)
    return render(request, "projects/project_form.html", {"form": form, "project": found})


@network_page()
@require_http_methods(["GET", "POST"])
def move_stage(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Move a project to another stage."""
    found = project_or_404(request, pk)
    require(may_change(request.membership, found))
    form = StageForm(request.POST or None, project=found)
    if form.is_valid():
        with refusals_at(form):
            actions.move_stage(by=request.membership, project=found, **form.cleaned_data)
            messages.success(request, f"The project’s stage is “{found.get_stage_display()}” now.")
            return redirect(found)
    return render(request, "projects/stage_form.html", {"form": form, "project": found})
