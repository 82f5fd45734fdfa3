"""Measures: what is counted, for whom, and how its chart is drawn."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from people.models import Membership, Network, Organisation
from programmes.projects.models import PathwayProject, ProgrammeOfCare

# Which charts fit which shape of measure: those that count events out of something need to know out of what.
_ANY = ("run", "xmr", "i", "mr")
CHARTS: dict[str, tuple[str, ...]] = {
    "percentage": (*_ANY, "p", "pp", "ip"),
    "rate": (*_ANY, "u", "up", "ip"),
    "number": (*_ANY, "c", "g", "t"),
}


def _none_as_zero(name: str) -> Coalesce:
    return Coalesce(name, Value(0), output_field=models.BigIntegerField())


# Stands for what a result needs attention for while it is worked out: these come last.
WORKING_OUT = 9


class MeasureQuerySet(models.QuerySet["Measure"]):
    def with_owners(self) -> MeasureQuerySet:
        """Read along what each belongs to, for its name and page."""
        return self.select_related("network", "project", "programme", "organisation")

    def alike(self, measure: Measure) -> MeasureQuerySet:
        """Return the same measure of all organisations, subgroups and teams, itself too: what can be compared.

        The same means its name, unit, shape and scale; of all projects, or within one programme, or across the network.
        """
        same = self.filter(
            network_id=measure.network_id,
            programme_id=measure.programme_id,
            name=measure.name,
            shape=measure.shape,
            per=measure.per,
            unit=measure.unit,
        )
        return same.filter(project__isnull=measure.project_id is None)


class Measure(models.Model):
    """Something counted over time. A percentage and a rate have a denominator, a number has none.

    It belongs to its project; without one to its programme; without either to its organisation, or else to the
    network. Beside a project or a programme, the organisation says whose numbers they are.
    """

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

    # The kinds of programmes.measures.spc.
    class Chart(models.TextChoices):
        XMR = "xmr", "XmR: NHS England’s chart for most measures"
        RUN = "run", "Run chart: around the middle value, without limits"
        I = "i", "I: single numbers, by the rules of runs"  # noqa: E741 - it is called so
        MR = "mr", "MR: how much the number jumps"
        P = "p", "P: a proportion"
        P_PRIME = "pp", "P′: a proportion out of very many"
        U = "u", "U: a rate"
        U_PRIME = "up", "U′: a rate of very much"
        I_PRIME = "ip", "I′: a ratio whose denominators vary much"
        C = "c", "C: a count of what always has the same chance to happen"
        G = "g", "G: cases between rare events"
        T = "t", "T: time between rare events"

    class Frequency(models.TextChoices):
        DAY = "day", "Every day"
        WEEK = "week", "Every week"
        MONTH = "month", "Every month"
        QUARTER = "quarter", "Every quarter"
        IRREGULAR = "irregular", "Not regularly"

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="measures")
    project = models.ForeignKey(
        PathwayProject, on_delete=models.CASCADE, null=True, blank=True, related_name="measures"
    )
    programme = models.ForeignKey(
        ProgrammeOfCare, on_delete=models.PROTECT, null=True, blank=True, related_name="measures"
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="measures"
    )
    name = models.CharField(max_length=120)
    subgroup = models.CharField(
        max_length=60, blank=True, help_text="Of which part the numbers are, such as a type of department."
    )
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
    # In the unit of the chart: 95 for 95%.
    target = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    chart = models.CharField(max_length=3, choices=Chart, default=Chart.XMR)
    source = models.CharField("where the numbers come from", max_length=300, blank=True)
    made_up = models.BooleanField("these numbers are made up", default=False)
    frequency = models.CharField("how often", max_length=10, choices=Frequency, default=Frequency.MONTH)
    ready_after = models.PositiveSmallIntegerField(
        "days until the number is there",
        default=7,
        help_text="So many days after a period has ended its number is usually known.",
    )
    reminds = models.BooleanField("remind when a number is due", default=False)
    # The limits are those of the points up to here, for a reason; empty while they move with every point.
    baseline_until = models.DateField(null=True, blank=True)
    baseline_reason = models.CharField(max_length=300, blank=True)
    baseline_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    baseline_at = models.DateTimeField(null=True, blank=True)
    # Of a change since this period somebody has said that the lines stay as they are: it is not proposed again.
    lines_kept_from = models.DateField(null=True, blank=True)
    # One more with every change of what its chart is made of: what was worked out from an older one is old.
    version = models.PositiveIntegerField(default=1)
    # What the result of this version says needs attention (Result.attention), or that there is none yet: pages of
    # small charts are in this order.
    attention = models.PositiveSmallIntegerField(default=WORKING_OUT)
    created_at = models.DateTimeField(default=timezone.now)

    objects = MeasureQuerySet.as_manager()

    class Meta:
        ordering = ["name", "subgroup", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(project=None) | Q(programme=None), name="measure_belongs_to_one"
            ),
            models.UniqueConstraint(
                F("network"),
                _none_as_zero("project"),
                _none_as_zero("programme"),
                _none_as_zero("organisation"),
                F("name"),
                F("subgroup"),
                name="measure_name_once",
            ),
            models.CheckConstraint(condition=Q(per__gt=0), name="measure_per_above_zero"),
            models.CheckConstraint(
                condition=Q(attention__in=[1, 2, 3, 4, 5, 6, WORKING_OUT]), name="measure_attention_is_known"
            ),
            models.CheckConstraint(
                condition=Q(
                    *[Q(shape=shape, chart__in=charts) for shape, charts in CHARTS.items()],
                    _connector=Q.OR,
                ),
                name="measure_chart_fits_its_shape",
            ),
            models.CheckConstraint(
                condition=Q(frequency__in=["day", "week", "month", "quarter", "irregular"]),
                name="measure_frequency_is_known",
            ),
            models.CheckConstraint(
                condition=Q(baseline_until=None, baseline_reason="", baseline_by=None, baseline_at=None)
                | Q(baseline_until__isnull=False, baseline_by__isnull=False, baseline_at__isnull=False)
                & ~Q(baseline_reason=""),
                name="measure_baseline_has_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["network", "name", "id"], name="measures_by_name"),
            models.Index(
                fields=["network", "attention", "name", "subgroup", "id"], name="measures_by_attention"
            ),
            models.Index(
                fields=["network", "frequency"], condition=Q(reminds=True), name="measures_that_remind"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the measure's page; the network is read along (select_related)."""
        return reverse("measures:measure", args=[self.network.slug, self.pk])

    @property
    def belongs_to(self) -> PathwayProject | ProgrammeOfCare | Organisation | Network:
        """Whose measure it is; read along by with_owners()."""
        return self.project or self.programme or self.organisation or self.network

    @property
    def owner_url(self) -> str:
        """The page of what it belongs to; of the network's measures it is their list."""
        for name, pk in (
            ("projects:project", self.project_id),
            ("projects:programme", self.programme_id),
            ("people:organisation", self.organisation_id),
        ):
            if pk:
                return reverse(name, args=[self.network.slug, pk])
        return reverse("measures:measures", args=[self.network.slug])

    @property
    def full_name(self) -> str:
        """The name with what tells it from the same measure of others: "Waits – type 1 – Larkton Hospital"."""
        organisation = self.organisation.name if self.organisation else ""
        return " – ".join(filter(None, [self.name, self.subgroup, organisation]))

    @property
    def has_denominator(self) -> bool:
        return self.shape != self.Shape.NUMBER

    @property
    def multiply(self) -> int:
        """How many times larger than numerator / denominator the value is drawn."""
        if self.shape == self.Shape.PERCENTAGE:
            return 100
        return self.per if self.shape == self.Shape.RATE else 1


class Phase(models.Model):
    """From here on the chart's lines are worked out anew (a rebase), because something changed."""

    HAPPENED = "the lines begin anew"  # how a chart's list of what happened says so

    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="phases")
    begins = models.DateField()
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["begins"]
        constraints = [
            models.UniqueConstraint(fields=["measure", "begins"], name="phase_begins_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="phase_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.measure} from {self.begins}"


class Annotation(models.Model):
    """What somebody wrote on a chart. What the record knows (tries, decisions, promises) is drawn without a row."""

    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="annotations")
    on = models.DateField()
    text = models.CharField(max_length=200)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["on", "id"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="annotation_says_something")]
        indexes = [models.Index(fields=["measure", "on"], name="annotations_of_a_measure")]

    def __str__(self) -> str:
        return f"{self.on}: {self.text}"
