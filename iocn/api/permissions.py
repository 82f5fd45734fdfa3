"""Which keys a member sees, and which measures a key opens."""

from django.db.models import Q, QuerySet

from iocn.api.models import AccessKey
from people.models import Membership
from programmes.measures.models import Measure
from programmes.measures.permissions import measures_for
from programmes.projects.permissions import programmes_for


def keys_for(membership: Membership) -> QuerySet[AccessKey]:
    """Return the keys of what the membership may see."""
    seen = Q(measure__in=measures_for(membership)) | Q(programme__in=programmes_for(membership))
    keys = AccessKey.objects.filter(seen, network_id=membership.network_id)
    return keys.select_related("measure__project", "measure__network", "programme", "made_by", "revoked_by")


def measures_of(key: AccessKey) -> QuerySet[Measure]:
    """Return the measures that a key opens: its own, or those of its programme and of the programme's projects."""
    measures = measures_for(key.made_by)
    if key.measure_id:
        return measures.filter(pk=key.measure_id)
    return measures.filter(Q(programme=key.programme_id) | Q(project__programme=key.programme_id))
