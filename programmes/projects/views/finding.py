"""What the pages of a project begin with: the project, or 404."""

from django.shortcuts import get_object_or_404

from people.web import MemberRequest
from programmes.projects.models import PathwayProject
from programmes.projects.permissions import projects_for


def project_or_404(request: MemberRequest, pk: int) -> PathwayProject:
    """Return the project with its network, its programme, its sponsor and the reader's part in it, if they may see it."""
    seen = projects_for(request.membership).with_part_of(request.membership)
    return get_object_or_404(seen.select_related("network", "programme", "sponsor"), pk=pk)
