"""What the network table talks about when it meets."""

from datetime import datetime

from django.db.models import Exists, F, OuterRef, Prefetch, Q

from iocn.shared.prepared import prepared
from people.models import Membership
from programmes.escalations.models import Beside, Escalation, EscalationEvent, EscalationQuerySet, Voice
from programmes.escalations.permissions import asks_for
from programmes.escalations.states import Move, State

# More than a meeting gets through; the page says that there are more.
MOST = 60
# In the order of the agenda; an ask stands in the first that fits.
SECTIONS = {
    "cases": "Business cases that wait for answers",
    "climbed": "Brought further, as nobody answered in time",
    "late": "Over their time",
    "across": "Between organisations",
}


@prepared
def agenda_for(reader: Membership, now: datetime) -> EscalationQuerySet:
    """Return what the table talks about, the longest wait first. No restricted ask is on a paper that goes round."""
    climbs = EscalationEvent.objects.filter(escalation=OuterRef("pk"), move=Move.CLIMB).order_by()
    undecided = Q(state__in=[State.RAISED, State.ACKNOWLEDGED])
    across = (
        undecided & Q(asked_in__isnull=False, organisation__isnull=False) & ~Q(asked_in=F("organisation"))
    )
    late = Q(due_at__lt=now, state__in=[State.RAISED, State.ACKNOWLEDGED, State.ACCEPTED])
    asks = asks_for(reader).open().filter(restricted=False)
    asks = asks.annotate(has_climbed=Exists(climbs)).filter(
        Q(state=State.DECIDING) | late | across | (undecided & Q(has_climbed=True))
    )
    asks = asks.with_people().with_promise().with_case().select_related("asked_in")
    beside = Beside.objects.select_related("membership")
    voices = Voice.objects.select_related("leader")
    return asks.prefetch_related(Prefetch("beside", beside), Prefetch("voices", voices)).order_by(
        "waiting_since", "id"
    )[: MOST + 1]


def section_of(ask: Escalation, now: datetime) -> str:
    """Return in which section an ask of the agenda stands: a key of SECTIONS."""
    if ask.state == State.DECIDING:
        return "cases"
    if ask.has_climbed and ask.is_undecided:  # type: ignore[attr-defined]
        return "climbed"
    return "late" if ask.due_at and ask.due_at < now else "across"
