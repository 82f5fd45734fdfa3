"""What the list of cohorts can be narrowed to."""

import django_filters
from django.db.models import QuerySet
from django.utils import timezone

from iocn.shared.forms import Form
from learning.models import Cohort, Enrolment

STATES = [("coming", "Coming"), ("running", "Running"), ("past", "Past")]


class CohortFilter(django_filters.FilterSet):
    """Search, programme, and whether it is coming, running or past."""

    q = django_filters.CharFilter(label="Search", field_name="name", lookup_expr="icontains")
    kind = django_filters.ChoiceFilter(label="Programme", choices=Cohort.Kind.choices)
    state = django_filters.ChoiceFilter(label="State", choices=STATES, method="in_state")

    class Meta:
        model = Cohort
        fields: list[str] = []
        form = Form

    def in_state(self, rows: QuerySet[Cohort], name: str, value: str) -> QuerySet[Cohort]:
        """Keep those that are coming, running or past today."""
        today = timezone.localdate()
        if value == "past":
            return rows.filter(ends_on__lt=today)
        if value == "coming":
            return rows.filter(begins_on__gt=today)
        return rows.filter(begins_on__lte=today, ends_on__gte=today)


class ParticipantFilter(django_filters.FilterSet):
    """Search by name."""

    q = django_filters.CharFilter(label="Search", field_name="membership__name", lookup_expr="icontains")

    class Meta:
        model = Enrolment
        fields: list[str] = []
        form = Form
