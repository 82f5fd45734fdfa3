"""Measures of a project and their observations."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from people.models import Membership, Network
from programmes.projects.models import PathwayProject


class Measure(models.Model):
    """Something counted over time. A percentage and a rate have a denominator, a number has none."""

    class Kind(models.TextChoices):
        OUTCOME = "outcome", "Outcome: what matters to people"
        PROCESS = "process", "Process: whether the change is done"
        BALANCING = "balancing", "Balancing: what might get worse"

    class Shape(models.TextChoices):
        PERCENTAGE = "percentage", "Percentage: part of a whole"
        RATE = "rate", "Rate: events for so many"
        NUMBER = "number", "Number"

    class Better(models.TextChoices):
        HIGHER = "higher", "Higher is better"
        LOWER = "lower", "Lower is better"
        NEITHER = "neither", "Neither"

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="measures")
    project = models.ForeignKey(PathwayProject, on_delete=models.CASCADE, related_name="measures")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.OUTCOME)
    shape = models.CharField(max_length=20, choices=Shape, default=Shape.PERCENTAGE)
    per = models.PositiveIntegerField(
        "for every", default=1000, help_text="For a rate: events for every so many, such as 1,000 bed days."
    )
    unit = models.CharField(
        max_length=60, blank=True, help_text="What is counted, such as patients or minutes."
    )
    better = models.CharField(max_length=10, choices=Better, default=Better.HIGHER)
    source = models.CharField("where the numbers come from", max_length=300, blank=True)
    made_up = models.BooleanField("these numbers are made up", default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["project", "name"], name="measure_name_once"),
            models.CheckConstraint(condition=Q(per__gt=0), name="measure_per_above_zero"),
        ]
        indexes = [models.Index(fields=["network", "name", "id"], name="measures_by_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def has_denominator(self) -> bool:
        return self.shape != self.Shape.NUMBER


class Observation(models.Model):
    """A measure's number for one period, which begins on `period`."""

    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="observations")
    period = models.DateField()
    numerator = models.DecimalField(max_digits=18, decimal_places=4)
    denominator = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)
    added_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["period"]
        constraints = [
            models.UniqueConstraint(fields=["measure", "period"], name="one_observation_per_period"),
            models.CheckConstraint(
                condition=Q(denominator=None) | Q(denominator__gt=0), name="denominator_above_zero"
            ),
            models.CheckConstraint(
                condition=Q(denominator=None) | Q(numerator__gte=0), name="events_not_below_zero"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.period}"
