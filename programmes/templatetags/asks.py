"""Asks on the pages of other rooms, and what their templates share."""

from typing import Any

from django import template
from django.db.models import BooleanField, ExpressionWrapper, Q, Window
from django.db.models.functions import RowNumber
from django.template import Context
from django.utils.safestring import SafeString

from iocn.shared.prepared import prepared
from iocn.shared.templatetags.components import tag
from people.models import Membership
from programmes.escalations.models import Escalation, EscalationQuerySet
from programmes.escalations.outcomes import came_of_it
from programmes.escalations.permissions import asks_for, may_raise
from programmes.escalations.states import WITH_ASKED, WITH_OWNER, WITH_TEAM, State
from programmes.escalations.words import state_in_words

register = template.Library()

SHOWN = 5
# What a team waits for, and of what something came: neither withdrawn nor moved elsewhere.
WAITING, ANSWERED = (*WITH_OWNER, *WITH_ASKED), (*WITH_TEAM, State.CLOSED)


@register.simple_tag
def ask_state(escalation: Escalation) -> SafeString:
    """Show the state of an ask in a word. Reads `promised_by` and `last_answer` of `with_promise()`."""
    return tag(*state_in_words(escalation))


@prepared
def _asks_of(reader: Membership, project: int) -> EscalationQuerySet:
    asks = asks_for(reader).filter(project=project, state__in=(*WAITING, *ANSWERED))
    is_waiting = ExpressionWrapper(Q(state__in=WAITING), BooleanField())
    place = Window(RowNumber(), partition_by=is_waiting, order_by="-number")
    newest = asks.alias(place=place).filter(place__lte=SHOWN + 1)
    return newest.with_names().with_outcome().order_by("-number")


@register.inclusion_tag("escalations/asks_of.html", takes_context=True)
def asks_of(context: Context, project: Any) -> dict[str, object]:
    """Show what is in a team's way, and what became of what it asked, as far as the reader may see it."""
    membership = context["membership"]
    waiting, answered = [], []
    for ask in _asks_of(membership, project.pk):
        if ask.state in WAITING:
            waiting.append(ask)
        else:
            answered.append({"ask": ask, "came_of_it": came_of_it(ask)})
    return {
        "network": membership.network,
        "project": project,
        "waiting": waiting[:SHOWN],
        "answered": answered[:SHOWN],
        "has_more": len(waiting) > SHOWN or len(answered) > SHOWN,
        "may_raise": bool(may_raise(membership, project)),
    }
