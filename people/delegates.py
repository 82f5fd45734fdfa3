"""Who acts for whom."""

from people.models import Delegate, Membership


def leaders_for(membership: Membership) -> dict[int, Delegate]:
    """Return for whom the membership acts today, with what power: the leader's membership id to the row.

    One query, where the membership's network has been read.
    """
    rows = (
        Delegate.objects.now(membership.network.today())
        .filter(delegate=membership, leader__in=Membership.objects.leaders())
        .select_related("leader")
    )
    return {row.leader_id: row for row in rows}
