"""How the list of measures is searched and filtered."""

import django_filters
from django.db.models import Q, QuerySet

from iocn.shared.forms import Form
from programmes.measures.models import Measure


class MeasureFilter(django_filters.FilterSet):
    """Search by the words of measure and project; filter by project and kind."""

    q = django_filters.CharFilter(label="Search", method="search")
    # Typed, not chosen: a city has thousands.
    project = django_filters.CharFilter(label="Project", field_name="project__name", lookup_expr="icontains")
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
        """Keep those in whose name, or project's name, the words are."""
        return rows.filter(Q(name__icontains=value) | Q(project__name__icontains=value))
