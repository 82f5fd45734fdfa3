"""Programmes of care, pathway projects and their teams, prototypes and their test cycles."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from people.models import Membership, Network, Post

# An open project in which nothing has moved for so long is stalled.
STALLED_AFTER = timedelta(weeks=4)


class ProgrammeOfCare(models.Model):
    """A city-wide priority, such as atrial fibrillation; holds pathway projects."""

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="programmes_of_care")
    name = models.CharField(max_length=120)
    aim = models.TextField(max_length=1000, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["network", "name"], name="programme_of_care_name_once")
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("projects:programme", args=[self.network.slug, self.pk])


class PathwayProjectQuerySet(models.QuerySet["PathwayProject"]):
    def open(self) -> PathwayProjectQuerySet:
        """Return those on which work goes on."""
        return self.exclude(stage__in=[PathwayProject.Stage.HANDED_OVER, PathwayProject.Stage.STOPPED])

    def with_member(self, membership: Membership) -> PathwayProjectQuerySet:
        """Return those in whose team the membership is now, in any part."""
        return self.filter(
            models.Exists(
                TeamMember.objects.now().filter(project=models.OuterRef("pk"), membership=membership)
            )
        )

    def with_part_of(self, membership: Membership) -> PathwayProjectQuerySet:
        """Read the membership's part in each one's team along (`project.own_part`, None if it has none)."""
        part = TeamMember.objects.now().filter(project=models.OuterRef("pk"), membership=membership)
        return self.annotate(own_part=models.Subquery(part.order_by().values("part")))

    def with_leads(self) -> PathwayProjectQuerySet:
        """Fetch who leads each one's team now as `leads`."""
        leads = TeamMember.objects.now().filter(part=TeamMember.Part.LEAD).select_related("membership")
        return self.prefetch_related(models.Prefetch("team", leads, to_attr="leads"))

    def stalled(self) -> PathwayProjectQuerySet:
        """Return open projects in which nothing has moved for four weeks."""
        return self.open().filter(moved_at__lt=timezone.now() - STALLED_AFTER)


class PathwayProject(models.Model):
    """One team's improvement: aim, team, stage, measures, prototypes."""

    class Stage(models.TextChoices):
        PROBLEM = "problem", "Finding the problem"
        INVESTIGATING = "investigating", "Investigating"
        PROTOTYPING = "prototyping", "Prototyping"
        BUSINESS_CASE = "business_case", "Making the case"
        EMBEDDING = "embedding", "Embedding"
        HANDED_OVER = "handed_over", "Handed over"
        STOPPED = "stopped", "Stopped"

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="projects")
    programme = models.ForeignKey(
        ProgrammeOfCare, on_delete=models.PROTECT, null=True, blank=True, related_name="projects"
    )
    name = models.CharField(max_length=120)
    aim = models.TextField(
        max_length=1000, blank=True, help_text="What will be better, for whom, by how much, by when."
    )
    # The manager who sponsors the team: told first of what it asks.
    sponsor = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="sponsored_projects"
    )
    stage = models.CharField(max_length=20, choices=Stage, default=Stage.PROBLEM)
    stage_since = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)
    # When somebody last logged, counted or moved something: what is stalled shows by it.
    moved_at = models.DateTimeField(default=timezone.now)

    objects = PathwayProjectQuerySet.as_manager()

    if TYPE_CHECKING:
        # An annotation of the query set's with_part_of().
        own_part: str | None

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["network", "name"], name="project_name_once"),
            models.CheckConstraint(
                condition=Q(
                    stage__in=[
                        "problem",
                        "investigating",
                        "prototyping",
                        "business_case",
                        "embedding",
                        "handed_over",
                        "stopped",
                    ]
                ),
                name="project_stage_is_known",
            ),
        ]
        indexes = [models.Index(fields=["network", "name", "id"], name="projects_by_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        """Whether work on it goes on."""
        return self.stage not in (self.Stage.HANDED_OVER, self.Stage.STOPPED)

    @property
    def is_stalled(self) -> bool:
        """Whether nothing has moved for four weeks though work should go on."""
        return self.is_open and self.moved_at < timezone.now() - STALLED_AFTER

    def get_absolute_url(self) -> str:
        return reverse("projects:project", args=[self.network.slug, self.pk])

    def mark_moved(self) -> None:
        """Remember that somebody logged, counted or moved something just now."""
        self.moved_at = timezone.now()
        self.save(update_fields=["moved_at"])


class TeamMemberQuerySet(models.QuerySet["TeamMember"]):
    def now(self) -> TeamMemberQuerySet:
        """Return those who are in their team and have not left."""
        return self.filter(left_on=None)

    def with_main_posts(self) -> TeamMemberQuerySet:
        """Read each one's membership, main post (`place.main_post`) and its organisation in the same query."""
        main = models.FilteredRelation("membership__posts", condition=Q(membership__posts__is_main=True))
        return self.annotate(main_post=main).select_related("membership", "main_post__organisation")  # type: ignore[misc]


class TeamMember(models.Model):
    """A membership's part in a project, from and until."""

    class Part(models.TextChoices):
        LEAD = "lead", "Leads the team"
        TEAM = "team", "In the team"
        CITIZEN_PARTNER = "citizen_partner", "Citizen partner"
        COACH = "coach", "Coach"

    project = models.ForeignKey(PathwayProject, on_delete=models.CASCADE, related_name="team")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="teams")
    part = models.CharField(max_length=20, choices=Part, default=Part.TEAM)
    joined_on = models.DateField(default=timezone.localdate)
    left_on = models.DateField(null=True, blank=True)

    # Read along by with_main_posts().
    main_post: Post | None = None

    objects = TeamMemberQuerySet.as_manager()

    class Meta:
        ordering = ["part", "membership__name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "membership"], condition=Q(left_on=None), name="in_a_team_once"
            ),
            models.CheckConstraint(
                condition=Q(left_on=None) | Q(left_on__gte=F("joined_on")), name="team_left_after_joined"
            ),
        ]
        indexes = [
            models.Index(
                fields=["membership", "project"], condition=Q(left_on=None), name="teams_of_a_member"
            )
        ]

    def __str__(self) -> str:
        return f"{self.membership} in {self.project}"


class PrototypeQuerySet(models.QuerySet["Prototype"]):
    def last_tried_first(self) -> PrototypeQuerySet:
        """Count each one's tries, and put the one that somebody logged last first."""
        return self.annotate(
            tries=models.Count("test_cycles"),
            last_logged_at=Coalesce(models.Max("test_cycles__logged_at"), F("created_at")),
        ).order_by("-last_logged_at", "-pk")


class Prototype(models.Model):
    """A change idea, tried in test cycles."""

    class State(models.TextChoices):
        TESTING = "testing", "Being tried"
        ADOPTED = "adopted", "Adopted"
        ADAPTED = "adapted", "Adapted"
        ABANDONED = "abandoned", "Abandoned"

    project = models.ForeignKey(PathwayProject, on_delete=models.CASCADE, related_name="prototypes")
    name = models.CharField("change idea", max_length=200)
    state = models.CharField(max_length=20, choices=State, default=State.TESTING)
    created_at = models.DateTimeField(default=timezone.now)

    objects = PrototypeQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="prototype_name_once")]

    def __str__(self) -> str:
        return self.name


class TestCycle(models.Model):
    """One try of a prototype: plan, do, study, act (PDSA). One sentence is enough; the rest can come later."""

    __test__ = False  # not a test of pytest's

    class Ending(models.TextChoices):
        ADOPT = "adopt", "Adopt it"
        ADAPT = "adapt", "Adapt it and try again"
        ABANDON = "abandon", "Abandon it"

    prototype = models.ForeignKey(Prototype, on_delete=models.CASCADE, related_name="test_cycles")
    number = models.PositiveIntegerField()
    on = models.DateField("when", default=timezone.localdate)
    do = models.TextField("what did you try, and what happened?", max_length=2000)
    plan = models.TextField("what did you expect?", max_length=2000, blank=True)
    study = models.TextField("what did you learn?", max_length=2000, blank=True)
    act = models.TextField("what comes next?", max_length=2000, blank=True)
    ending = models.CharField("so we will", max_length=10, choices=Ending, blank=True)
    logged_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    logged_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-on", "-number"]
        constraints = [models.UniqueConstraint(fields=["prototype", "number"], name="test_cycle_number_once")]

    def __str__(self) -> str:
        return f"Try {self.number} of {self.prototype}"
