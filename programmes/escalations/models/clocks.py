"""How long an ask may wait, as each network sets it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from people.models import Network

URGENCIES = ["stopping", "slowing", "helping"]


class ClockPolicy(models.Model):
    """Of one urgency in one network: working minutes to the first reply and to the decision, and to each climb.

    A network without a row has the product's own times (clocks.ALLOWED).
    """

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="clock_policies")
    urgency = models.CharField(max_length=10)
    acknowledge = models.PositiveIntegerField("first reply within")
    decide = models.PositiveIntegerField("decision within")
    climb = models.PositiveIntegerField("brought to the next step after another")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["network", "urgency"], name="clock_policy_once"),
            models.CheckConstraint(
                condition=Q(acknowledge__gt=0, climb__gt=0, decide__gte=models.F("acknowledge")),
                name="clock_policy_has_time",
            ),
            models.CheckConstraint(condition=Q(urgency__in=URGENCIES), name="clock_policy_urgency_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.network}: {self.urgency}"
