"""Who stands in for leaders who are away."""

from collections.abc import Collection, Mapping
from datetime import date

from django.db.models import Exists, OuterRef

from iocn.shared.prepared import prepared
from people.models import Absence, AbsenceQuerySet, Membership

# Who stands in may be away too, with a stand-in of their own; a longer chain is nobody's plan. As far as this
# delegates.powers_for follows it, too: who is asked may act.
STEPS = 2


def stand_in_for(membership_ids: Collection[int], day: date) -> dict[int, Membership | None]:
    """Return, for each of these memberships of a network who is away that day, the leader who stands in, or None where
    there is nobody.

    Where the stand-in is away too, theirs; never in a circle, and never somebody who is no active leader. Who is not away is left out. In one query, whatever the number.
    """
    if not membership_ids:
        return {}
    away = {absence.membership_id: absence for absence in _absences_beside(min(membership_ids), day)}
    return {pk: _last_of_chain(pk, away) for pk in membership_ids if pk in away}


@prepared
def _absences_beside(membership_id: int, day: date) -> AbsenceQuerySet:
    """Return who is away that day in the network of a membership."""
    network = Membership.objects.filter(pk=membership_id).values("network")
    return (
        Absence.objects.on(day)
        .filter(membership__network__in=network)
        .annotate(stand_in_leads=Exists(Membership.objects.leaders().filter(pk=OuterRef("stand_in"))))
        .select_related("stand_in__network")
        .order_by("-pk")
    )


def _last_of_chain(pk: int, away: Mapping[int, Absence]) -> Membership | None:
    seen, absence = {pk}, away[pk]
    for _ in range(STEPS):
        stand_in = absence.stand_in
        if stand_in is None or stand_in.pk in seen or not absence.stand_in_leads:  # type: ignore[attr-defined]
            return None
        if stand_in.pk not in away:
            return stand_in
        seen.add(stand_in.pk)
        absence = away[stand_in.pk]
    return None
