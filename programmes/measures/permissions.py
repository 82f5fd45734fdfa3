"""Who sees which measures, and who may add to them."""

from django.db.models import QuerySet

from iocn.shared.permissions import Answer
from people.models import Membership, Upload
from programmes.measures.models import Measure
from programmes.projects.models import PathwayProject
from programmes.projects.permissions import may_log, projects_for


def measures_for(membership: Membership) -> QuerySet[Measure]:
    """Return the measures of the projects that the membership may see."""
    return Measure.objects.filter(
        network_id=membership.network_id, project__in=projects_for(membership)
    ).select_related("project", "network")


def may_add(membership: Membership, project: PathwayProject) -> Answer:
    """Whether the membership may give the project a measure: who may log in it."""
    return may_log(membership, project)


def may_change(membership: Membership, measure: Measure) -> Answer:
    """Whether the membership may change the measure and add and change its numbers: who may log in its project."""
    return may_log(membership, measure.project)


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
