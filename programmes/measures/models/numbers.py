"""The numbers of a measure."""

from decimal import Decimal
from hashlib import sha256

from django.db import models
from django.db.models import Q
from django.utils import timezone

from people.models import Membership
from programmes.measures.models.measures import Measure


class Observation(models.Model):
    """A measure's number for one period, which begins on `period`."""

    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="observations")
    period = models.DateField()
    numerator = models.DecimalField(max_digits=18, decimal_places=4)
    denominator = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)
    added_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)
    # Why it does not count for centre and limits; empty where it does.
    left_out = models.CharField("why it is left out", max_length=300, blank=True)
    left_out_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    left_out_at = models.DateTimeField(null=True, blank=True)

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
            models.CheckConstraint(
                condition=Q(left_out="", left_out_by=None, left_out_at=None)
                | Q(left_out_by__isnull=False, left_out_at__isnull=False) & ~Q(left_out=""),
                name="left_out_has_a_reason",
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
