"""Programmes of care."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from iocn.shared.forms import refusals_at
from iocn.shared.lists import Column, Listing
from iocn.shared.models import History
from iocn.shared.permissions import require
from people.permissions import Permission
from people.web import MemberRequest, network_page
from programmes.projects import actions
from programmes.projects.filters import ProgrammeFilter
from programmes.projects.forms import ProgrammeForm
from programmes.projects.models import PathwayProject, ProgrammeOfCare
from programmes.projects.permissions import may_change_programmes, may_create, may_read_aims, programmes_for
from programmes.projects.views.projects import project_listing

COLUMNS = [
    Column("name", "Programme", lambda programme: programme.name, ("name",)),
    Column("open", "Projects under way", lambda programme: programme.open_projects, ("open_projects",), True),
    Column("all", "All projects", lambda programme: programme.all_projects, ("all_projects",), True),
]


@network_page(Permission.SEE_PROJECTS)
@require_GET
def programmes(request: MemberRequest) -> HttpResponseBase:
    """Show all programmes with how many projects they hold."""
    under_way = ~Q(projects__stage__in=[PathwayProject.Stage.HANDED_OVER, PathwayProject.Stage.STOPPED])
    rows = programmes_for(request.membership).annotate(
        all_projects=Count("projects"), open_projects=Count("projects", filter=under_way)
    )
    listing = Listing(request, rows, COLUMNS, ProgrammeFilter, sort="name", name="programmes")
    return listing.download() or render(
        request,
        "projects/programmes.html",
        {"listing": listing, "may_change": may_change_programmes(request.membership)},
    )


@network_page(Permission.SEE_PROJECTS)
@require_GET
def programme(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Show a programme's aim and projects."""
    found = _programme_or_404(request, pk)
    may_read = may_read_aims(request.membership)
    listing = project_listing(request, programme=found)
    return listing.download() or render(
        request,
        "projects/programme.html",
        {
            "programme": found,
            "listing": listing,
            "may_read": may_read,
            "may_change": may_change_programmes(request.membership),
            "may_create": may_create(request.membership),
            "history": History.objects.of(found)[:10] if may_read else [],
        },
    )


@network_page(Permission.SEE_PROJECTS)
@require_http_methods(["GET", "POST"])
def new_programme(request: MemberRequest) -> HttpResponseBase:
    """Create a programme."""
    require(may_change_programmes(request.membership))
    form = ProgrammeForm(request.POST or None)
    if form.is_valid():
        with refusals_at(form):
            created = actions.create_programme(by=request.membership, **form.cleaned_data)
            messages.success(request, f"“{created.name}” is set up. Projects can join it now.")
            return redirect(created)
    return render(request, "projects/programme_form.html", {"form": form})


@network_page(Permission.SEE_PROJECTS)
@require_http_methods(["GET", "POST"])
def change_programme(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Change a programme's name and aim."""
    found = _programme_or_404(request, pk)
    require(may_change_programmes(request.membership))
    form = ProgrammeForm(request.POST or None, thing=found)
    if form.is_valid():
        with refusals_at(form):
            actions.change_programme(by=request.membership, programme=found, **form.cleaned_data)
            messages.success(request, "The programme is changed.")
            return redirect(found)
    return render(request, "projects/programme_form.html", {"form": form, "programme": found})


def _programme_or_404(request: MemberRequest, pk: int) -> ProgrammeOfCare:
    rows: QuerySet[Any] = programmes_for(request.membership).select_related("network")
    return get_object_or_404(rows, pk=pk)
