"""Who sees what was removed: staff."""

from django.db.models import QuerySet

from iocn.records.models import Redaction
from people.models import Membership
from people.permissions import Permission


def redactions_for(membership: Membership) -> QuerySet[Redaction]:
    """Return what was removed in the network."""
    redactions = Redaction.objects.filter(network_id=membership.network_id)
    return redactions if membership.may(Permission.MANAGE_NETWORK) else redactions.none()
