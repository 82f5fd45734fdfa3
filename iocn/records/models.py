"""What staff removed."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from people.models import Membership, Network


class Redaction(models.Model):
    """That something was removed: by whom, when and why, and from how many places. Never what it was."""

    class Kind(models.TextChoices):
        WORDS = "words", "Words"
        PERSON = "person", "A person who left"

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="redactions")
    kind = models.CharField(max_length=10, choices=Kind)
    # Empty for what the retention schedule did.
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    reason = models.TextField(max_length=500)
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, null=True, related_name="redactions")
    places = models.PositiveIntegerField(default=0)
    # How many places of which kind: {"Asks": 2}.
    found = models.JSONField(default=dict)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="words", membership=None) | Q(kind="person", membership__isnull=False),
                name="redaction_of_words_or_a_person",
            )
        ]
        indexes = [models.Index(fields=["network", "-at"], name="redactions_by_time")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} removed from {self.places} places"
