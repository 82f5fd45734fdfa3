"""Who is in a project's team."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from iocn.shared.forms import refusals_at
from iocn.shared.permissions import require
from people.permissions import Role
from people.web import MemberRequest, network_page
from programmes.projects import actions
from programmes.projects.forms import PartForm, TeamForm
from programmes.projects.models import PathwayProject, TeamMember
from programmes.projects.permissions import may_change, may_end_place, may_read_words
from programmes.projects.team import not_in_team
from programmes.projects.views.finding import project_or_404


@network_page()
@require_http_methods(["GET", "POST"])
def add_to_team(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Add a member of the network to the team; `?part=` chooses their part beforehand."""
    project = project_or_404(request, pk)
    require(may_change(request.membership, project))
    members = not_in_team(project)
    part = request.GET.get("part", "")
    if part == TeamMember.Part.CITIZEN_PARTNER:
        members = members.filter(roles_held__role=Role.CITIZEN_PARTNER)
    form = TeamForm(
        request.POST or None,
        members=members.with_roles().with_main_post(),
        initial={"part": part} if part in TeamMember.Part.values else {},
    )
    if form.is_valid():
        with refusals_at(form):
            place = actions.add_to_team(
                by=request.membership,
                project=project,
                membership=form.cleaned_data["who"],
                part=form.cleaned_data["part"],
            )
            messages.success(request, f"{place.membership.name} is in the team now.")
            return redirect(project)
    return render(request, "projects/team_form.html", {"form": form, "project": project, "part": part})


@network_page()
@require_http_methods(["GET", "POST"])
def team_member(request: MemberRequest, pk: int, place: int) -> HttpResponseBase:
    """Change somebody's part, or go on to take them off the team."""
    project = project_or_404(request, pk)
    found = _place_or_404(request, project, place)
    require(may_end_place(request.membership, found))
    change = may_change(request.membership, project)
    form = PartForm(request.POST or None, member=found.membership, initial={"part": found.part})
    if request.method == "POST":
        require(change)
    if form.is_valid():
        actions.add_to_team(
            by=request.membership,
            project=project,
            membership=found.membership,
            part=form.cleaned_data["part"],
        )
        messages.success(request, f"The part of {found.membership.name} is changed.")
        return redirect(project)
    return render(
        request,
        "projects/team_member.html",
        {"form": form, "project": project, "place": found, "may_change": change},
    )


@network_page()
@require_POST
def leave_team(request: MemberRequest, pk: int, place: int) -> HttpResponseBase:
    """End somebody's place in the team, one's own or another's."""
    project = project_or_404(request, pk)
    # Also one that has ended: sent twice, the form ends it once.
    found = _place_or_404(request, project, place, ended=True)
    require(may_end_place(request.membership, found))
    actions.leave_team(by=request.membership, team_member=found)
    if found.membership_id != request.membership.pk:
        messages.success(request, f"{found.membership.name} is off the team.")
        return redirect(project)
    messages.success(request, f"You have left the team of “{project.name}”.")
    # A citizen partner who has left sees the project no more.
    return redirect("projects:projects", request.membership.network.slug)


def _place_or_404(
    request: MemberRequest, project: PathwayProject, pk: int, ended: bool = False
) -> TeamMember:
    places = project.team.all() if ended else project.team.now()
    if not may_read_words(request.membership, project):
        places = places.none()
    found = get_object_or_404(places.select_related("membership"), pk=pk)
    found.project = project
    return found
