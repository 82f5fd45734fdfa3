"""Which week's updates have been written."""

from django.db import models

from people.models import Network


class DigestRun(models.Model):
    """A network's updates of one week, named by its Monday. Written once, however often the task runs."""

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="+")
    monday = models.DateField()
    written_at = models.DateTimeField(null=True)
    messages = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["network", "monday"], name="digest_once_a_week")]

    def __str__(self) -> str:
        return f"{self.network} {self.monday}"
