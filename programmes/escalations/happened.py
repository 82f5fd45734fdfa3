"""What asks tell the charts of their project's measures: answers given, and promises kept."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from iocn.shared.prepared import prepared
from people.models import Membership
from programmes.escalations.models import EscalationEvent
from programmes.escalations.permissions import asks_for
from programmes.escalations.states import Move
from programmes.measures.hooks import Happened
from programmes.measures.models import Measure

_WORDS = {
    Move.ACCEPT: "said yes",
    Move.AGREE: "said yes",
    Move.DECLINE: "not possible now",
    Move.REFUSE: "not possible now",
    Move.SETTLE: "settled",
    Move.DONE: "done as promised",
}


def happened(reader: Membership, measure: Measure) -> Iterator[Happened]:
    """Yield what was answered to the project's asks. Restricted ones never stand on a chart, which is passed on."""
    if not measure.project_id:
        return
    for move, at, number, ask in _answers(reader, measure.project_id):
        yield Happened(measure.network.day_of(at), f"E-{number} {ask}", _WORDS[Move(move)])


@prepared
def _answers(reader: Membership, project: int) -> QuerySet[EscalationEvent, tuple[Any, ...]]:
    asks = asks_for(reader).filter(project=project, restricted=False)
    events = EscalationEvent.objects.filter(escalation__in=asks.values("pk"), move__in=_WORDS).order_by()
    return events.values_list("move", "at", "escalation__number", "escalation__ask")
