"""Prototypes and their tries."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from iocn.shared.permissions import require
from people.web import MemberRequest, network_page
from programmes.projects import actions
from programmes.projects.forms import LogForm, TryForm
from programmes.projects.permissions import may_create, may_log, may_read_words, projects_for, tries_for
from programmes.projects.views.finding import project_or_404


@network_page()
@require_GET
def log(request: MemberRequest) -> HttpResponseBase:
    """Go to the log of the reader's only project, or let them choose one."""
    own = projects_for(request.membership).with_member(request.membership).open().order_by("-moved_at", "pk")
    slug = request.membership.network.slug
    projects = [
        {"title": project.name, "href": reverse("projects:log_try", args=[slug, project.pk])}
        for project in own
    ]
    if len(projects) == 1:
        return redirect(projects[0]["href"])
    return render(
        request,
        "projects/log_choice.html",
        {"projects": projects, "may_create": may_create(request.membership)},
    )


@network_page()
@require_http_methods(["GET", "POST"])
def log_try(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Log a try. `?prototype=` chooses another than the last."""
    project = project_or_404(request, pk)
    require(may_log(request.membership, project))
    prototypes = list(project.prototypes.last_tried_first())
    wanted = request.GET.get("prototype", "")
    chosen = next((prototype for prototype in prototypes if str(prototype.pk) == wanted), None)
    if chosen:
        prototypes.remove(chosen)
        prototypes.insert(0, chosen)
    form = LogForm(request.POST or None, prototypes=prototypes)
    if form.is_valid():
        logged = actions.log_try(by=request.membership, project=project, **form.cleaned_data)
        messages.success(request, f"Try {logged.number} of “{logged.prototype.name}” is logged.")
        return redirect(f"{project.get_absolute_url()}#tries")
    return render(request, "projects/log_form.html", {"form": form, "project": project})


@network_page()
@require_http_methods(["GET", "POST"])
def complete_try(request: MemberRequest, pk: int, test_cycle: int) -> HttpResponseBase:
    """Say more about a try, or put it right."""
    project = project_or_404(request, pk)
    tries = tries_for(request.membership, project).select_related("prototype")
    found = get_object_or_404(tries, pk=test_cycle)
    found.prototype.project = project
    require(may_log(request.membership, project))
    form = TryForm(request.POST or None, thing=found)
    if form.is_valid():
        actions.complete_try(by=request.membership, test_cycle=found, **form.cleaned_data)
        messages.success(request, f"Try {found.number} is changed.")
        address = reverse("projects:prototype", args=[project.network.slug, project.pk, found.prototype_id])
        return redirect(f"{address}#try-{found.number}")
    return render(request, "projects/try_form.html", {"form": form, "project": project, "try": found})


@network_page()
@require_GET
def prototype(request: MemberRequest, pk: int, prototype: int) -> HttpResponseBase:
    """Show all tries of a prototype, newest first."""
    project = project_or_404(request, pk)
    found = get_object_or_404(project.prototypes, pk=prototype)
    return render(
        request,
        "projects/prototype.html",
        {
            "project": project,
            "prototype": found,
            "tries": found.test_cycles.select_related("logged_by"),
            "may_read": may_read_words(request.membership, project),
            "may_log": may_log(request.membership, project),
        },
    )
