"""Measures of a project and their observations."""

from decimal import Decimal
from hashlib import sha256

from django.db import models
from django.db.models import Q
from django.urls import reverse
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
        max_length=60,
        blank=True,
        help_text="Of what: attendances for a percentage of them, bed days for a rate, minutes for a number.",
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

    def get_absolute_url(self) -> str:
        """Return the measure's page; the network is read along (select_related)."""
        return reverse("measures:measure", args=[self.network.slug, self.pk])

    @property
    def has_denominator(self) -> bool:
        return self.shape != self.Shape.NUMBER

    @property
    def multiply(self) -> int:
        """How many times larger than numerator / denominator the value is drawn."""
        if self.shape == self.Shape.PERCENTAGE:
            return 100
        return self.per if self.shape == self.Shape.RATE else 1


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

    @property
    def numbers(self) -> tuple[Decimal, Decimal | None, str]:
        """What somebody entered: compared to see whether anything changed."""
        return self.numerator, self.denominator, self.note

    @property
    def stamp(self) -> str:
        """A short text that is another when the number is: a form carries it, so that nobody overwrites unseen."""
        # Decimals are written out, since 13 and 13.0000 are the same number.
        numbers = [f"{part:.4f}" for part in (self.numerator, self.denominator) if part is not None]
        return sha256("|".join([*numbers, self.note]).encode()).hexdigest()[:16]
