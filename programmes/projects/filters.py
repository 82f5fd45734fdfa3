"""What the list of projects can be narrowed to."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from iocn.shared.forms import Form
from programmes.projects.models import PathwayProject, PathwayProjectQuerySet, ProgrammeOfCare
from programmes.projects.permissions import may_read_aims, programmes_for


def _programmes(request: Any) -> QuerySet[ProgrammeOfCare]:
    return programmes_for(request.membership)


class ProgrammeFilter(django_filters.FilterSet):
    """Search."""

    q = django_filters.CharFilter(label="Search", field_name="name", lookup_expr="icontains")

    class Meta:
        model = ProgrammeOfCare
        fields: list[str] = []
        form = Form


class ProjectFilter(django_filters.FilterSet):
    """Search, programme, stage, the reader's own, stalled."""

    q = django_filters.CharFilter(label="Search", method="search")
    programme = django_filters.ModelChoiceFilter(
        label="Programme", queryset=_programmes, empty_label="All programmes"
    )
    stage = django_filters.ChoiceFilter(
        label="Stage", choices=PathwayProject.Stage.choices, empty_label="All stages"
    )
    mine = django_filters.BooleanFilter(label="My projects", method="only_mine", widget=forms.CheckboxInput)
    stalled = django_filters.BooleanFilter(label="Stalled", method="only_stalled", widget=forms.CheckboxInput)

    class Meta:
        model = PathwayProject
        fields: list[str] = []
        form = Form

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.request.membership.is_citizen_only:
            # All projects that they see are their own, and programmes they do not see.
            del self.filters["mine"], self.filters["programme"]

    def search(self, projects: PathwayProjectQuerySet, name: str, value: str) -> PathwayProjectQuerySet:
        """Look for the words in the name, and in the aim where the reader may read it."""
        found = Q(name__icontains=value)
        if may_read_aims(self.request.membership):
            found |= Q(aim__icontains=value)
        return projects.filter(found)

    def only_mine(self, projects: PathwayProjectQuerySet, name: str, value: bool) -> PathwayProjectQuerySet:
        """Keep those in whose team the reader is."""
        return projects.with_member(self.request.membership) if value else projects

    def only_stalled(
        self, projects: PathwayProjectQuerySet, name: str, value: bool
    ) -> PathwayProjectQuerySet:
        """Keep open projects in which nothing has moved for four weeks."""
        return projects.stalled() if value else projects
