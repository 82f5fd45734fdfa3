"""How the list of measures is searched and filtered."""

import django_filters
from django.db.models import Q, QuerySet

from iocn.shared.forms import Form
from programmes.measures.models import WORKING_OUT, Measure, Result


def owned_by(words: str) -> Q:
    """Return the condition that a measure's project, programme or organisation has the words in its name."""
    names = ("project__name", "programme__name", "organisation__name")
    return Q(*[(f"{name}__icontains", words) for name in names], _connector=Q.OR)


class MeasureFilter(django_filters.FilterSet):
    """Search by the words of measure and owner; filter by owner and kind."""

    q = django_filters.CharFilter(label="Search", method="search")
    # Typed, not chosen: a city has thousands.
    of = django_filters.CharFilter(label="Project, programme or organisation", method="belonging_to")
    kind = django_filters.ChoiceFilter(
        label="Kind",
        choices=[(kind.value, kind.label.split(":")[0]) for kind in Measure.Kind],
        empty_label="All kinds",
    )

    class Meta:
        model = Measure
        fields: list[str] = []
        form = Form

    def search(self, rows: QuerySet[Measure], name: str, value: str) -> QuerySet[Measure]:
        """Keep those in whose name, subgroup or owner's name the words are."""
        own = Q(name__icontains=value) | Q(subgroup__icontains=value)
        return rows.filter(own | owned_by(value))

    def belonging_to(self, rows: QuerySet[Measure], name: str, value: str) -> QuerySet[Measure]:
        """Keep those of projects, programmes and organisations in whose name the words are."""
        return rows.filter(owned_by(value))


class WallFilter(django_filters.FilterSet):
    """Filter a page of many measures by owner, by subgroup, and by what needs attention."""

    q = django_filters.CharFilter(label="Measure", field_name="name", lookup_expr="icontains")
    of = django_filters.CharFilter(label="Project, programme or organisation", method="belonging_to")
    subgroup = django_filters.CharFilter(label="Subgroup", lookup_expr="icontains")
    attention = django_filters.ChoiceFilter(
        label="What it shows",
        choices=[*Result.Attention.choices, (WORKING_OUT, "Being worked out")],
        empty_label="All",
    )

    class Meta:
        model = Measure
        fields: list[str] = []
        form = Form

    def belonging_to(self, rows: QuerySet[Measure], name: str, value: str) -> QuerySet[Measure]:
        """Keep those of owners in whose name the words are."""
        return rows.filter(owned_by(value))
