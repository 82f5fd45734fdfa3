"""What pages of other rooms show of measures."""

from typing import Any

from django import template
from django.db.models import QuerySet
from django.template import Context

from iocn.shared.prepared import prepared
from people.models import Membership
from programmes.measures.models import Measure
from programmes.measures.permissions import may_add, measures_for
from programmes.measures.results import in_short, with_results
from programmes.projects.models import PathwayProject

register = template.Library()


@prepared
def _measures_of(reader: Membership, project: int) -> QuerySet[Measure]:
    return with_results(measures_for(reader).filter(project=project))


@register.inclusion_tag("measures/of_project.html", takes_context=True)
def measures_of(context: Context, project: PathwayProject) -> dict[str, Any]:
    """Show a project's measures, the newest value, the centre line, signal or noise, and the button to add one.

    Wants `membership` in the context, as every page of a network has it.
    """
    membership = context["membership"]
    today = membership.network.today()
    measures = list(_measures_of(membership, project.pk))
    return {
        "lines": [(line.measure, line, line.due(today) or "a number") for line in in_short(measures)],
        "project": project,
        "network": membership.network,
        "may_add": may_add(membership, project),
    }
