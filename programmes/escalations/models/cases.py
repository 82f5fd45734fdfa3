"""Business cases: what embedding a change would take and bring, and what each leader who is asked answers."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from iocn.shared.templatetags.components import day
from people.models import Membership, Network
from programmes.escalations.models.asks import Escalation
from programmes.measures.models import Measure
from programmes.projects.models import PathwayProject


class BusinessCase(models.Model):
    """What a team asks of several leaders at once. A draft of the team's until it is put: then it is an ask."""

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="business_cases")
    project = models.ForeignKey(PathwayProject, on_delete=models.CASCADE, related_name="business_cases")
    title = models.CharField(max_length=200)
    problem = models.TextField(max_length=4000)
    options = models.TextField(max_length=4000, blank=True)
    cost = models.TextField(max_length=4000, blank=True)
    benefit = models.TextField(max_length=4000, blank=True)
    risk = models.TextField(max_length=4000, blank=True)
    asked = models.TextField(max_length=4000, blank=True)
    drafted_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField(default=timezone.now)
    # Counts its changes as a draft: a form that saw an earlier one overwrites nobody's words.
    version = models.PositiveIntegerField(default=1)
    escalation = models.OneToOneField(
        Escalation, on_delete=models.CASCADE, null=True, blank=True, related_name="case"
    )

    class Meta:
        ordering = ["-drafted_at", "-id"]
        indexes = [models.Index(fields=["project", "-drafted_at"], name="cases_of_a_project")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("escalations:case", args=[self.network.slug, self.pk])


class Evidence(models.Model):
    """What a measure of the project said when it was last written into a case: numbers go on, a case does not."""

    case = models.ForeignKey(BusinessCase, on_delete=models.CASCADE, related_name="evidence")
    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=120)
    sentence = models.TextField()
    latest = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["case", "measure"], name="evidence_once_in_a_case")]

    def __str__(self) -> str:
        return f"{self.name}: {self.latest}"


class Voice(models.Model):
    """The answer of one of the leaders whom a business case asks. The first of them sees it through."""

    class Answer(models.TextChoices):
        YES = "yes", "Yes"
        YES_IF = "yes_if", "Yes, if"
        NO = "no", "Not possible now"

    escalation = models.ForeignKey(Escalation, on_delete=models.CASCADE, related_name="voices")
    leader = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="voices")
    # Empty until they have answered.
    answer = models.CharField(max_length=10, choices=Answer, blank=True)
    # The condition of a "yes, if", the reason of a "no".
    text = models.TextField(blank=True)
    would_change = models.TextField(blank=True)
    # What they promise for their part, and by when.
    what = models.CharField(max_length=300, blank=True)
    due_on = models.DateField(null=True, blank=True)
    at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["leader", "escalation"], name="one_voice_each"),
            models.CheckConstraint(
                condition=Q(answer="", at=None)
                | Q(answer="no", at__isnull=False) & ~Q(text="") & ~Q(would_change="")
                | Q(answer="yes", at__isnull=False, due_on__isnull=False) & ~Q(what="")
                | Q(answer="yes_if", at__isnull=False, due_on__isnull=False) & ~Q(what="") & ~Q(text=""),
                name="voice_says_what_it_must",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.leader} on {self.escalation.reference}"

    @property
    def colour(self) -> str:
        """The colour of its tag, beside the word."""
        return {"yes": "green", "yes_if": "yellow", "no": "purple"}.get(self.answer, "grey")

    @property
    def in_words(self) -> str:
        """What was answered, in a line for the timeline."""
        if self.answer == self.Answer.NO:
            return f"Not possible now: {self.text}"
        promise = f"{self.what}, by {day(self.due_on)}."
        if self.answer == self.Answer.YES_IF:
            return f"Yes, if: {self.text}\n{promise}"
        return f"Yes: {promise}" + (f"\n{self.text}" if self.text else "")
