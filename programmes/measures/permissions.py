"""Who sees which measures, and who may add to them."""

from django.db.models import QuerySet

from iocn.shared.permissions import Answer
from people.models import Membership, Upload
from programmes.measures.models import Measure
from programmes.projects.models import PathwayProject
from programmes.projects.permissions import goes_on, projects_for
from programmes.projects.permissions import may_change as may_change_project


def measures_for(membership: Membership) -> QuerySet[Measure]:
    """Return the measures of the projects that the membership may see."""
    return Measure.objects.filter(
        network_id=membership.network_id, project__in=projects_for(membership)
    ).select_related("project", "network")


def may_add(membership: Membership, project: PathwayProject) -> Answer:
    """Whether the membership may give the project a measure: who may change the project, while work goes on.

    Its citizen partners log tries and comment, and leave the numbers to the team.
    """
    return goes_on(project) and may_change_project(membership, project)


def may_change(membership: Membership, measure: Measure) -> Answer:
    """Whether the membership may change the measure and its numbers: who may give its project another."""
    return may_add(membership, measure.project)


def uploads_for(membership: Membership, measure: Measure) -> QuerySet[Upload]:
    """Return the membership's own files for the measure that still wait to be confirmed."""
    return Upload.objects.filter(
        network_id=membership.network_id,
        by=membership,
        kind=Upload.Kind.OBSERVATIONS,
        into_id=measure.pk,
    )


def is_gone(upload: int) -> bool:
    """Whether no such file waits any more, whoever brought it."""
    return not Upload.objects.filter(pk=upload).exists()
