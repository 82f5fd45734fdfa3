"""Projects on the pages of other rooms."""

from typing import Any

from django import template
from django.template import Context

from people.models import Membership
from programmes.projects.models import TeamMember
from programmes.projects.permissions import projects_for

register = template.Library()


@register.inclusion_tag("projects/teams_of.html", takes_context=True)
def teams_of(context: Context, member: Membership) -> dict[str, Any]:
    """Show in which teams a member is now, as far as the reader may see the projects."""
    reader: Membership = context["membership"]
    places = TeamMember.objects.now().filter(membership=member, project__in=projects_for(reader).values("pk"))
    return {"places": places.select_related("project").order_by("project__name"), "network": reader.network}
