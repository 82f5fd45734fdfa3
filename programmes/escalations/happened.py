"""What asks tell the charts of their project's measures: answers given, and promises kept."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from django.utils import timezone

from people.models import Membership
from programmes.escalations.models import EscalationEvent
from programmes.escalations.permissions import asks_for
from programmes.escalations.states import Move
from programmes.measures.hooks import Happened
from programmes.measures.models import Measure

_WORDS = {Move.ACCEPT: "said yes", Move.DECLINE: "not possible now", Move.DONE: "done as promised"}


def happened(reader: Membership, measure: Measure) -> Iterator[Happened]:
    """Yield what was answered to the project's asks. Restricted ones never stand on a chart, which is passed on."""
    if not measure.project_id:
        return
    asks = asks_for(reader).filter(project=measure.project_id, restricted=False)
    events = EscalationEvent.objects.filter(escalation__in=asks.values("pk"), move__in=_WORDS).order_by()
    zone = ZoneInfo(measure.network.time_zone)
    for move, at, number, ask in events.values_list("move", "at", "escalation__number", "escalation__ask"):
        yield Happened(timezone.localdate(at, zone), f"E-{number} {ask}", _WORDS[Move(move)])
