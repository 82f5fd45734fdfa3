"""Access keys."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from people.models import Membership, Network
from programmes.measures.models import Measure
from programmes.projects.models import ProgrammeOfCare


class AccessKey(models.Model):
    """Lets a machine put the numbers of one measure, or of those of a programme. Only a hash of it is kept.

    It may do what the member who made it may do there now, and no more.
    """

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="+")
    measure = models.ForeignKey(
        Measure, on_delete=models.CASCADE, null=True, blank=True, related_name="access_keys"
    )
    programme = models.ForeignKey(
        ProgrammeOfCare, on_delete=models.CASCADE, null=True, blank=True, related_name="access_keys"
    )
    name = models.CharField(max_length=100)
    key_hash = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(measure=None, programme__isnull=False) | Q(measure__isnull=False, programme=None),
                name="access_key_to_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(revoked_by=None) | Q(revoked_at__isnull=False), name="access_key_revoked_at"
            ),
        ]

    def __str__(self) -> str:
        return self.name
