"""A person's first page: what needs me now?"""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from iocn.home.first_steps import first_steps
from iocn.home.needs import needs_of
from iocn.shared.templatetags.components import in_words
from people.models import Membership
from people.permissions import Permission
from people.web import MemberRequest, network_page
from programmes.escalations.numbers import asks_by_state
from programmes.projects.models import PathwayProject
from programmes.projects.permissions import projects_for


@require_GET
@network_page()
def home(request: MemberRequest) -> HttpResponse:
    """Show what waits for the reader first, then news, then their projects and what they can begin."""
    membership = request.membership
    sections, own = needs_of(membership)
    context: dict[str, Any] = {
        "needs": [section for section in sections if not section.is_news],
        "news": [section for section in sections if section.is_news],
        "may_raise": membership.may(Permission.RAISE_ASK),
    }
    if membership.is_evaluator_only:
        context["stages"] = _by_stage(projects_for(membership))
        context["asks"] = asks_by_state(membership.network)
    else:
        context["projects"] = [_project_item(project, membership) for project in own[:6]]
    if membership.is_staff:
        context["first_steps"] = first_steps(membership.network)
    return render(request, "home/home.html", context)


def _project_item(project: PathwayProject, membership: Membership) -> dict[str, str]:
    return {
        "title": project.name,
        "href": reverse("projects:project", args=[membership.network.slug, project.pk]),
        "hint": f"Last moved {in_words(project.moved_at)}",
        "tag": project.get_stage_display(),
        "colour": "white",
    }


def _by_stage(projects: Any) -> list[tuple[str, int]]:
    stages = list(projects.order_by().values_list("stage", flat=True))
    return [(label, stages.count(value)) for value, label in PathwayProject.Stage.choices]
