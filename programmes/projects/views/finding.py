"""What the pages of a project begin with: the project, or 404."""

from iocn.shared.prepared import one_or_404, prepared
from people.models import Membership
from people.web import MemberRequest
from programmes.projects.models import PathwayProject, PathwayProjectQuerySet
from programmes.projects.permissions import projects_for


def project_or_404(request: MemberRequest, pk: int) -> PathwayProject:
    """Return the project with its network, its programme, its sponsor and the reader's part in it, if they may see it."""
    return one_or_404(_projects(request.membership, pk))


@prepared
def _projects(reader: Membership, pk: int) -> PathwayProjectQuerySet:
    seen = projects_for(reader).filter(pk=pk).with_part_of(reader)
    return seen.select_related("network", "programme", "sponsor")
