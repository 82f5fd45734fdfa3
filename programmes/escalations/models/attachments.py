"""Files on asks."""

from __future__ import annotations

from django.db import models


class Attachment(models.Model):
    """A file on an ask. Whoever attached it confirmed that no patient can be recognised in it."""

    # Says on which ask it is, who attached it and when.
    event = models.OneToOneField(
        "programmes.EscalationEvent", on_delete=models.CASCADE, related_name="attachment"
    )
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10)
    size = models.PositiveIntegerField()
    # In the database, so that back-ups, redaction and the retention schedule reach it.
    content = models.BinaryField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name
