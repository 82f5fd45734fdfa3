"""Files of numbers on their way in: what a worker has read of them, until somebody confirms it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from people.models import Membership, Network, Organisation
from programmes.measures.models.measures import Measure
from programmes.projects.models import ProgrammeOfCare


class Import(models.Model):
    """A file that somebody brought into one measure, or into many of a programme or of the network.

    The file goes when it is applied or discarded, or after a day; that it was applied stays, with the columns that
    were chosen, which are offered again.
    """

    class State(models.TextChoices):
        CHOOSING = "choosing", "Columns are to be chosen"
        WAITING = "waiting", "Waits to be read"
        READING = "reading", "Is being read"
        READY = "ready", "Is read"
        FAILED = "failed", "Could not be read"
        APPLIED = "applied", "Imported"

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    # Into this measure. Without one: into those of the programme, or of the network's organisations.
    measure = models.ForeignKey(
        Measure, on_delete=models.CASCADE, null=True, blank=True, related_name="imports"
    )
    programme = models.ForeignKey(
        ProgrammeOfCare, on_delete=models.CASCADE, null=True, blank=True, related_name="imports"
    )
    name = models.CharField(max_length=200)
    content = models.BinaryField()
    # What it offers to choose from (nothing before a workbook is unpacked), what was chosen, and what measures are
    # made of many series.
    offer = models.JSONField(default=dict)
    choices = models.JSONField(default=dict)
    facts = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.CHOOSING)
    # A worker that says nothing for some time is dead; another then takes its place.
    state_at = models.DateTimeField(default=timezone.now)
    claim = models.UUIDField(null=True)
    progress = models.PositiveSmallIntegerField(default=0)  # of a hundred
    # Why it cannot be used, as a sentence.
    refusal = models.CharField(max_length=300, blank=True)
    rows = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    wrong = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(measure=None) | Q(programme=None), name="import_into_one"),
            models.CheckConstraint(condition=Q(progress__lte=100), name="import_progress_of_a_hundred"),
            models.CheckConstraint(
                condition=~Q(state="reading") | Q(claim__isnull=False), name="import_is_read_by_one"
            ),
        ]
        indexes = [
            models.Index(
                fields=["state_at"], condition=Q(state__in=["waiting", "reading"]), name="imports_to_read"
            ),
            models.Index(fields=["created_at"], condition=~Q(state="applied"), name="imports_by_age"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_many(self) -> bool:
        """Whether it holds the numbers of many measures."""
        return self.measure_id is None

    @property
    def is_unpacked(self) -> bool:
        """Whether its columns are known; those of a large workbook are not before a worker has unpacked it."""
        return bool(self.offer)

    @property
    def to_write(self) -> int:
        """How many numbers it would write; none while a row is wrong."""
        return 0 if self.wrong else self.new + self.changed


class ImportSeries(models.Model):
    """One measure's part of a file: which it is, or whose it would be."""

    brought = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="series")
    # Empty until the import makes it.
    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, null=True, related_name="+")
    # What the measure was when the rows were compared with it.
    version = models.PositiveIntegerField(default=0)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, null=True, related_name="+")
    code = models.CharField(max_length=10, blank=True)
    organisation_name = models.CharField(max_length=120, blank=True)
    subgroup = models.CharField(max_length=60, blank=True)
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    wrong = models.PositiveIntegerField(default=0)
    # What its small chart would be drawn from; of the parts alone that the preview shows.
    picture = models.JSONField(null=True)

    class Meta:
        ordering = ["code", "subgroup"]
        constraints = [
            models.UniqueConstraint(fields=["brought", "code", "subgroup"], name="import_series_once")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.subgroup}"


class ImportRow(models.Model):
    """One row of a file, or the rows of a period added up, as a worker read it."""

    class What(models.IntegerChoices):
        """What importing it would do, what matters most first."""

        WRONG = 0, "Wrong"
        CHANGED = 1, "Changed"
        NEW = 2, "New"
        SAME = 3, "The same"

    brought = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="staged")
    # Empty where the row is too wrong to tell.
    series = models.ForeignKey(ImportSeries, on_delete=models.CASCADE, null=True, related_name="staged")
    line = models.PositiveIntegerField()
    lines = models.CharField(max_length=60)
    text = models.CharField(max_length=60)
    period = models.DateField(null=True)
    numerator = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    denominator = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    # None leaves the note that is there.
    note = models.CharField(max_length=300, null=True)  # noqa: DJ001 - an empty note is another thing
    was = models.CharField(max_length=360, blank=True)
    errors = models.JSONField(default=list)
    what = models.PositiveSmallIntegerField(choices=What)

    class Meta:
        ordering = ["what", "line"]
        indexes = [models.Index(fields=["brought", "what", "line"], name="import_rows_in_order")]

    def __str__(self) -> str:
        return f"Line {self.lines}"
