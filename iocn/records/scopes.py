"""Who sees what was removed, held and disposed of: staff."""

from django.db.models import QuerySet

from iocn.records.models import Disposal, Hold, HoldQuerySet, Redaction
from people.models import Membership
from people.permissions import Permission


def redactions_for(membership: Membership) -> QuerySet[Redaction]:
    """Return what was removed in the network."""
    redactions = Redaction.objects.filter(network_id=membership.network_id)
    return redactions if membership.may(Permission.MANAGE_NETWORK) else redactions.none()


def holds_for(membership: Membership) -> HoldQuerySet:
    """Return the network's holds, those that are over too."""
    holds = Hold.objects.filter(network_id=membership.network_id)
    return holds if membership.may(Permission.MANAGE_NETWORK) else holds.none()


def disposals_for(membership: Membership) -> QuerySet[Disposal]:
    """Return how much of the network's data was disposed of."""
    disposals = Disposal.objects.filter(network_id=membership.network_id)
    return disposals if membership.may(Permission.MANAGE_NETWORK) else disposals.none()
