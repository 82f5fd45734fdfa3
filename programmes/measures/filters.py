"""How the list of measures is searched and filtered."""

import django_filters
from django.db.models import Q, QuerySet

from iocn.shared.forms import Form
from programmes.measures.models import Measure


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
        return rows.filter(own | self._owned_by(value))

    def belonging_to(self, rows: QuerySet[Measure], name: str, value: str) -> QuerySet[Measure]:
        """Keep those of projects, programmes and organisations in whose name the words are."""
        return rows.filter(self._owned_by(value))

    @staticmethod
    def _owned_by(value: str) -> Q:
        names = ("project__name", "programme__name", "organisation__name")
        return Q(*[(f"{name}__icontains", value) for name in names], _connector=Q.OR)
