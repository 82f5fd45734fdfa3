"""When a leader goes away or comes back: who stands in is told what waits.

Their asks and promises stay theirs. While the absence lasts, who stands in acts on them and hears of them
(permissions.acting_on, news), which follows from the day alone; so nothing has to be moved, or moved back.
"""

from django.urls import reverse

from iocn.shared.templatetags.components import day
from people.absences import stand_in_for
from people.messages import tell
from people.models import Absence, Membership, Message
from programmes.escalations.models import Escalation
from programmes.escalations.states import WITH_OWNER

NAMED = 10


def tell_stand_in(absence: Absence, by: Membership | None) -> None:
    """Tell who stands in that it begins, with what waits, or that it is over (people.hooks.absence_changed)."""
    leader = absence.membership
    if absence.ended_at:
        stand_in, subject = absence.stand_in, f"{leader} is back"
        paragraphs = [
            f"You no longer stand in for {leader}. What came to you meanwhile stays with you; hand it on if it is theirs."
        ]
    else:
        stand_in = stand_in_for([leader.pk], leader.network.today()).get(leader.pk)
        subject = f"You stand in for {leader} until {day(absence.until_date)}"
        paragraphs = _what_waits(leader, stand_in)
    if stand_in is None or stand_in == by:
        return
    tell(
        stand_in,
        kind=Message.Kind.ASK,
        cause=f"absence:{absence.pk}:{'over' if absence.ended_at else 'begun'}",
        subject=subject,
        paragraphs=paragraphs,
        link=reverse("escalations:inbox", args=[leader.network.slug]),
        link_label="Open your asks",
        why=f"You get this because you stand in for {leader} while they are away.",
        copy=False,
    )


def _what_waits(leader: Membership, stand_in: Membership | None) -> list[str]:
    asks = Escalation.objects.filter(owner=leader, state__in=WITH_OWNER, restricted=False)
    asks = asks.exclude(raised_by=stand_in).order_by("waiting_since", "id")
    named = [str(ask) for ask in asks[: NAMED + 1]]
    until_then = "Until then you may answer the asks that wait for them as they would; they stay theirs. New ones come to you."
    if not named:
        return [until_then, "Nothing waits for them now."]
    more = ["And more."] if named[NAMED:] else []
    return [until_then, "Waiting for them now:", *named[:NAMED], *more]
