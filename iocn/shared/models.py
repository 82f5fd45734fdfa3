"""What every room writes: the history (but for an ask, whose events are its history), and forms that were sent."""

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone


class HistoryQuerySet(models.QuerySet["History"]):
    def of(self, thing: models.Model) -> "HistoryQuerySet":
        """Return what happened to the thing, newest first, with who did it."""
        return self.filter(
            subject_type=ContentType.objects.get_for_model(thing), subject_id=thing.pk
        ).select_related("by")


class History(models.Model):
    """One thing that somebody did. Rows are only ever added."""

    network = models.ForeignKey("people.Network", on_delete=models.CASCADE, related_name="+")
    # Empty for what a clock did.
    by = models.ForeignKey("people.Membership", on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    what = models.CharField(
        max_length=200, help_text="A phrase that follows the name: 'closed the membership'."
    )
    text = models.TextField(blank=True, help_text="Words that the person gave, or what changed.")
    subject_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+")
    subject_id = models.BigIntegerField()
    subject = GenericForeignKey("subject_type", "subject_id")

    objects = HistoryQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["subject_type", "subject_id", "-at"], name="history_of_a_thing")]

    def __str__(self) -> str:
        return f"{self.who} {self.what}"

    @property
    def who(self) -> str:
        """The name of the person, or the network's own clock."""
        return self.by.name if self.by else "The network"


class SentForm(models.Model):
    """A form that acted, so that the same sent again does not (iocn.shared.sending)."""

    key = models.CharField(
        max_length=64, primary_key=True, help_text="Stands for the form and what was in it."
    )
    result = models.CharField(max_length=2000, help_text="The address to which it led.")
    at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return f"sent at {self.at}"
