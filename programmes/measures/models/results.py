"""What a measure's numbers say, worked out by a worker and kept for pages of many measures."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from programmes.measures.models.measures import Measure
from programmes.measures.spc import Assurance, Variation

# What is drawn; a list of words leaves it unread.
PATHS = ("line", "centre_line", "limits", "target_line", "improvements", "concerns", "changes")


class Result(models.Model):
    """What a measure said in one of its versions. Another version than the measure's is old and not to be shown.

    It holds no word that a person wrote. The paths are those of an SVG picture 1000 wide and 300 high, whose left
    and right are `drawn_from` and `last_period`, its bottom and top `low` and `high`.
    """

    class Attention(models.IntegerChoices):
        """What a page of many measures shows first."""

        CONCERN = 1, "Concern"
        MISSES = 2, "Will miss the target"
        IMPROVEMENT = 3, "Improvement"
        CHANGE = 4, "Change that is neither better nor worse"
        NO_SIGNAL = 5, "No signal"
        TOO_FEW = 6, "Too few numbers to tell"

    class VariationShown(models.TextChoices):
        """The words beside the icons of variation."""

        COMMON_CAUSE = Variation.COMMON_CAUSE, "No change beyond chance"
        IMPROVEMENT_HIGH = Variation.IMPROVEMENT_HIGH, "Improvement: higher"
        IMPROVEMENT_LOW = Variation.IMPROVEMENT_LOW, "Improvement: lower"
        CONCERN_HIGH = Variation.CONCERN_HIGH, "Concern: higher"
        CONCERN_LOW = Variation.CONCERN_LOW, "Concern: lower"
        NEUTRAL_HIGH = Variation.NEUTRAL_HIGH, "Change: higher"
        NEUTRAL_LOW = Variation.NEUTRAL_LOW, "Change: lower"

    class AssuranceShown(models.TextChoices):
        """The words beside the icons of assurance."""

        PASS = Assurance.PASS, "Will meet the target"
        FAIL = Assurance.FAIL, "Will miss the target"
        INCONSISTENT = Assurance.INCONSISTENT, "May meet or miss the target"

    measure = models.OneToOneField(Measure, on_delete=models.CASCADE, primary_key=True, related_name="result")
    version = models.PositiveIntegerField()
    made_at = models.DateTimeField(default=timezone.now)
    attention = models.PositiveSmallIntegerField(choices=Attention)
    variation = models.CharField(max_length=20, choices=VariationShown, blank=True)
    assurance = models.CharField(max_length=20, choices=AssuranceShown, blank=True)
    # The rule that makes the newest point a signal, and why the target will be met or not: of programmes.measures.spc.
    variation_reason = models.CharField(max_length=60, blank=True)
    assurance_reason = models.CharField(max_length=60, blank=True)
    # When the newest number was first seen to say what it says now, if that is a signal.
    signal_at = models.DateTimeField(null=True, blank=True)
    numbers = models.PositiveIntegerField(default=0)
    drawn_from = models.DateField(null=True, blank=True)
    last_period = models.DateField(null=True, blank=True)
    # The period after the last, where a rhythm tells it.
    following = models.DateField(null=True, blank=True)
    # What a list says of it, and whether that is a signal.
    says = models.CharField(max_length=100, blank=True)
    is_signal = models.BooleanField(default=False)
    value = models.FloatField(null=True, blank=True)
    # The newest number as it is written, without its unit.
    latest = models.CharField(max_length=40, blank=True)
    centre = models.FloatField(null=True, blank=True)
    lower = models.FloatField(null=True, blank=True)
    upper = models.FloatField(null=True, blank=True)
    low = models.FloatField(default=0)
    high = models.FloatField(default=1)
    line = models.TextField(blank=True)
    centre_line = models.TextField(blank=True)
    limits = models.TextField(blank=True)
    target_line = models.TextField(blank=True)
    improvements = models.TextField(blank=True)
    concerns = models.TextField(blank=True)
    changes = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(high__gt=F("low")), name="result_has_a_height"),
            models.CheckConstraint(
                condition=Q(attention__in=[1, 2, 3, 4, 5, 6]), name="result_attention_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure} at version {self.version}"
