"""The agenda of the leaders who meet at the network table."""

from collections.abc import Iterator

from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from people.models import Membership
from people.web import MemberRequest, network_page
from programmes.escalations.agenda import MOST, SECTIONS, agenda_for, section_of
from programmes.escalations.models import Escalation
from programmes.escalations.permissions import may, may_see_meeting, possible_now
from programmes.escalations.views.acts import BY_SLUG, Act
from programmes.escalations.words import due_in_words

# What is recorded from the agenda, in the order of the links.
RECORDED = [
    BY_SLUG[slug] for slug in ("voice", "take", "accept", "decline", "hand-on", "hold", "done", "route")
]


@network_page()
@require_GET
def meeting(request: MemberRequest) -> HttpResponseBase:
    """Show the agenda, with what each reader may record of what is decided."""
    if not may_see_meeting(request.membership):
        raise Http404
    now = timezone.now()
    asks = list(agenda_for(request.membership, now))
    sections: dict[str, list[dict[str, object]]] = {key: [] for key in SECTIONS}
    for ask in asks[:MOST]:
        line = {
            "ask": ask,
            "acts": list(_acts(request.membership, ask)),
            "due": due_in_words(ask.due_at, now, timezone.localdate())[0],
            "voices": list(ask.voices.all()),
        }
        sections[section_of(ask, now)].append(line)
    context = {
        "today": request.membership.network.today(),
        "sections": [(key, SECTIONS[key], lines) for key, lines in sections.items() if lines],
        "has_more": len(asks) > MOST,
    }
    return render(request, "escalations/meeting.html", context)


def _acts(reader: Membership, ask: Escalation) -> Iterator[Act]:
    for act in RECORDED:
        if possible_now(ask, act.move) and may(reader, ask, act.move):
            yield act
