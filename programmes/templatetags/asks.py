"""Asks on the pages of other rooms, and what their templates share."""

from typing import Any

from django import template
from django.template import Context

from iocn.shared.prepared import prepared
from people.models import Membership
from programmes.escalations.models import Escalation, EscalationQuerySet
from programmes.escalations.permissions import asks_for, may_raise
from programmes.escalations.words import state_in_words

register = template.Library()

SHOWN = 5


@register.inclusion_tag("components/tag.html")
def ask_state(escalation: Escalation) -> dict[str, str]:
    """Show the state of an ask in a word. Reads `promised_by` and `last_answer` of `with_promise()`."""
    text, colour = state_in_words(escalation)
    return {"text": text, "colour": colour}


@prepared
def _asks_of(reader: Membership, project: int) -> EscalationQuerySet:
    asks = asks_for(reader).filter(project=project).with_names().with_promise()
    return asks.order_by("-number")[: SHOWN + 1]


@register.inclusion_tag("escalations/asks_of.html", takes_context=True)
def asks_of(context: Context, project: Any) -> dict[str, object]:
    """Show what a project's team asked and what came of it, as far as the reader may see it."""
    membership = context["membership"]
    found = list(_asks_of(membership, project.pk))
    return {
        "network": membership.network,
        "project": project,
        "asks": found[:SHOWN],
        "has_more": len(found) > SHOWN,
        "may_raise": bool(may_raise(membership, project)),
    }
