"""Search and filters of this room's lists."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from iocn.shared.forms import Form
from people.invitations import GOOD_FOR
from people.models import Level, Membership, Organisation, Post, RoleHeld, SignIn, StaffTask
from people.permissions import Permission, Role

STATES = {
    "joined": "Joined",
    "invited": "Invited",
    "expired": "Invitation ran out",
    "left": "Left",
}


def _in_state(state: str) -> Q:
    ran_out = timezone.now() - GOOD_FOR
    return {
        "joined": Q(joined_at__isnull=False, closed_at=None),
        "invited": Q(joined_at=None, closed_at=None, invited_at__gte=ran_out),
        "expired": Q(joined_at=None, closed_at=None, invited_at__lt=ran_out),
        "left": Q(closed_at__isnull=False),
    }[state]


class MemberFilter(django_filters.FilterSet):
    """Filters of the list of members. Staff may search by e-mail address and see who is invited or has left."""

    q = django_filters.CharFilter(label="Search", method="search")
    # Typed, not chosen: a city has hundreds.
    organisation = django_filters.CharFilter(label="Organisation", method="at_organisation")
    level = django_filters.ChoiceFilter(label="Level", choices=Level.choices, method="at_level")
    role = django_filters.ChoiceFilter(label="Role", choices=Role.choices, method="with_role")
    table = django_filters.BooleanFilter(
        label="At the network table", field_name="at_table", method="at_table", widget=forms.CheckboxInput
    )
    state = django_filters.ChoiceFilter(label="State", choices=list(STATES.items()), method="in_state")

    class Meta:
        model = Membership
        fields: list[str] = []
        form = Form

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.membership: Membership = self.request.membership
        self.is_staff = self.membership.may(Permission.MANAGE_NETWORK)
        if not self.is_staff:
            del self.filters["state"]

    def search(self, rows: QuerySet[Membership], name: str, value: str) -> QuerySet[Membership]:
        """Find every word in the name, a job title, or (staff) the e-mail address."""
        for word in value.split()[:6]:
            titles = Post.objects.current().filter(membership=OuterRef("pk"), job_title__icontains=word)
            found = Q(name__icontains=word) | Q(Exists(titles))
            if self.is_staff:
                found |= Q(person__email__icontains=word)
            rows = rows.filter(found)
        return rows

    def at_organisation(self, rows: QuerySet[Membership], name: str, value: str) -> QuerySet[Membership]:
        """Keep those with a post now at an organisation of such a name."""
        posts = Post.objects.current().filter(membership=OuterRef("pk"), organisation__name__icontains=value)
        return rows.filter(Exists(posts))

    def at_level(self, rows: QuerySet[Membership], name: str, value: str) -> QuerySet[Membership]:
        """Keep those with a post of the level now."""
        return rows.filter(Exists(Post.objects.current().filter(membership=OuterRef("pk"), level=value)))

    def with_role(self, rows: QuerySet[Membership], name: str, value: str) -> QuerySet[Membership]:
        """Keep those who hold the role."""
        return rows.filter(Exists(RoleHeld.objects.filter(membership=OuterRef("pk"), role=value)))

    def at_table(self, rows: QuerySet[Membership], name: str, value: bool) -> QuerySet[Membership]:
        """Keep those who sit at the network table, where the box is ticked."""
        return rows.filter(at_table=True) if value else rows

    def in_state(self, rows: QuerySet[Membership], name: str, value: str) -> QuerySet[Membership]:
        """Keep those who have joined, are awaited, or have left."""
        return rows.filter(_in_state(value))


class OrganisationFilter(django_filters.FilterSet):
    """Filters of the list of organisations."""

    q = django_filters.CharFilter(label="Search", method="search")
    kind = django_filters.ChoiceFilter(label="Kind", choices=Organisation.Kind.choices)
    closed = django_filters.BooleanFilter(
        label="Closed ones too", method="unchanged", widget=forms.CheckboxInput
    )

    class Meta:
        model = Organisation
        fields: list[str] = []
        form = Form

    def search(self, rows: QuerySet[Organisation], name: str, value: str) -> QuerySet[Organisation]:
        """Find the words in the name or the ODS code."""
        return rows.filter(Q(name__icontains=value) | Q(ods_code__iexact=value))

    def unchanged(self, rows: QuerySet[Organisation], name: str, value: object) -> QuerySet[Organisation]:
        """Keep all: the box only adds."""
        return rows

    def filter_queryset(self, queryset: QuerySet[Organisation]) -> QuerySet[Organisation]:
        rows = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("closed") else rows.filter(closed_at=None)


class SignInFilter(django_filters.FilterSet):
    """Filters of the list of sign-ins."""

    q = django_filters.CharFilter(label="Search", field_name="member_name", lookup_expr="icontains")
    method = django_filters.ChoiceFilter(label="How", choices=SignIn.Method.choices)

    class Meta:
        model = SignIn
        fields: list[str] = []
        form = Form


class StaffTaskFilter(django_filters.FilterSet):
    """Filters of the staff's list: what is open, unless one looks for what has been settled."""

    q = django_filters.CharFilter(label="Search", field_name="text", lookup_expr="icontains")
    kind = django_filters.ChoiceFilter(label="About", choices=StaffTask.Kind.choices)
    state = django_filters.ChoiceFilter(
        label="State", choices=[("settled", "Settled")], empty_label="Open", method="unchanged"
    )

    class Meta:
        model = StaffTask
        fields: list[str] = []
        form = Form

    def unchanged(self, rows: QuerySet[StaffTask], name: str, value: object) -> QuerySet[StaffTask]:
        """Leave it to filter_queryset, which also knows what no choice means."""
        return rows

    def filter_queryset(self, queryset: QuerySet[StaffTask]) -> QuerySet[StaffTask]:
        rows = super().filter_queryset(queryset)
        return rows.filter(settled_at__isnull=self.form.cleaned_data.get("state") != "settled")
