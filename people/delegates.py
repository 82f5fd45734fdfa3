"""Who acts for whom: as a delegate, or as a stand-in while a leader is away."""

from collections import defaultdict
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet, Value

from people.models import (
    Absence,
    AbsenceQuerySet,
    Delegate,
    DelegateQuerySet,
    Membership,
    MembershipQuerySet,
    Network,
)


def powers_for(membership: Membership) -> dict[int, set[str]]:
    """Return what the membership may do today for each leader: the leader's membership id to values of Delegate.Power.

    A leader who stands in for one who is away decides. At most one query, where the membership's network and roles
    have been read.
    """
    if not membership.may_act_for_others:
        return {}
    rows = _delegated(membership).values_list("leader", "power")
    if membership.is_leader:
        decides = Value(str(Delegate.Power.DECIDE))
        rows = rows.union(_standing_in(membership).values_list("membership", decides), all=True)
    powers: dict[int, set[str]] = defaultdict(set)
    for leader, power in rows.order_by():  # a union is ordered as its first part's table otherwise
        powers[leader].add(power)
    return dict(powers)


def leaders_acted_for(membership: Membership) -> QuerySet[Membership]:
    """Return the leaders for whom the membership acts today, in whatever power; for use inside another query."""
    if not membership.may_act_for_others:
        return Membership.objects.none()
    # They are few, and found by their own indexes.
    found = Q(pk__in=_delegated(membership).values("leader"))
    if membership.is_leader:
        found |= Q(pk__in=_standing_in(membership).values("membership"))
    return Membership.objects.filter(found).order_by()


def with_others(members: MembershipQuerySet, yesterday: date) -> MembershipQuerySet:
    """Read along whether anybody has named each to act for them (`may_act_for_others`), which most never do.

    Whoever does not has queries of half the length. Yesterday, as one day is another in each network.
    """
    named = Delegate.objects.now(yesterday).filter(delegate=OuterRef("pk")).order_by()
    standing_in = Absence.objects.lasting(yesterday).filter(stand_in=OuterRef("pk")).order_by()
    return members.annotate(is_named=Exists(named) | Exists(standing_in))


def acting_in(network: Network) -> dict[int, set[int]]:
    """Return who acts today for each leader of the network, in whatever power: as `leaders_acted_for` says it of one.
    One query. Who stands in acts only while they are a leader; that is left to whoever knows their roles."""
    today = network.today()
    delegated = Delegate.objects.now(today).order_by()
    rows = delegated.filter(leader__network=network, leader__in=Membership.objects.leaders().order_by())
    away = Absence.objects.on(today).filter(membership__network=network, stand_in__isnull=False).order_by()
    found = rows.values_list("leader", "delegate", Value(0)).union(
        away.values_list("membership", "stand_in", Value(1)), all=True
    )
    acting: dict[int, set[int]] = defaultdict(set)
    stands_in: dict[int, int] = {}
    for leader, acts, is_absence in found.order_by():
        acting[leader].add(acts)
        if is_absence:
            stands_in[leader] = acts
    for leader, first in stands_in.items():
        if first in stands_in:  # who stands in is away too
            acting[leader] |= {stands_in[first]} - {leader}
    return acting


def _delegated(membership: Membership) -> DelegateQuerySet:
    rows = Delegate.objects.now(membership.network.today()).order_by()
    return rows.filter(delegate=membership, leader__in=Membership.objects.leaders().order_by())


def _standing_in(membership: Membership) -> AbsenceQuerySet:
    """Return the absences in which the membership stands in, or stands in for who would but is away too."""
    absences = Absence.objects.on(membership.network.today()).order_by()
    own = absences.filter(stand_in=membership)
    found = absences.filter(Q(stand_in=membership) | Q(stand_in__in=own.values("membership")))
    return found.exclude(membership=membership)
