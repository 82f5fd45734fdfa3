"""How the list of asks is searched and narrowed."""

import re
from typing import Any

import django_filters
from django import forms
from django.db.models import Q

from iocn.shared.forms import Form
from people.models import Domain
from people.permissions import Permission
from programmes.escalations.models import Escalation, EscalationQuerySet
from programmes.escalations.permissions import asks_waiting_for
from programmes.escalations.states import WITH_OWNER, WITH_TEAM, State

WAITING, RAISED, UNOWNED, OPEN, ALL = "waiting", "raised", "unowned", "open", "all"
SHOW = [
    (WAITING, "Waiting for me"),
    (RAISED, "Raised by me"),
    (UNOWNED, "Any leader may take it"),
    (OPEN, "Open"),
    (ALL, "All"),
]
TURN = [("owner", "Leader’s or staff’s turn"), ("team", "Team’s turn")]


class AskFilter(django_filters.FilterSet):
    """Search, and what is asked of every list of asks."""

    q = django_filters.CharFilter(
        label="Search", method="search", widget=forms.TextInput(attrs={"type": "search"})
    )
    # Chosen by the tabs above the list.
    show = django_filters.ChoiceFilter(choices=SHOW, method="which", widget=forms.HiddenInput)
    turn = django_filters.ChoiceFilter(label="Whose turn", choices=TURN, method="whose", empty_label="Any")
    state = django_filters.ChoiceFilter(label="State", choices=State.choices, empty_label="Any")
    urgency = django_filters.ChoiceFilter(
        label="How badly", choices=Escalation.Urgency.choices, empty_label="Any"
    )
    domain = django_filters.ChoiceFilter(
        label="About", choices=[("unsure", "Not sure"), *Domain.choices], method="about", empty_label="Any"
    )
    # Typed, not chosen: a city has hundreds of leaders and thousands of projects.
    owner = django_filters.CharFilter(label="With", field_name="owner__name", lookup_expr="icontains")
    organisation = django_filters.CharFilter(
        label="Organisation", field_name="organisation__name", lookup_expr="icontains"
    )
    project = django_filters.CharFilter(label="Project", field_name="project__name", lookup_expr="icontains")

    class Meta:
        model = Escalation
        fields: list[str] = []
        form = Form

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        data = data.copy()
        if data.get("show") not in dict(SHOW):
            data["show"] = ALL if any(data.get(name) for name in self.base_filters) else WAITING
        super().__init__(data, *args, **kwargs)
        self.shown: str = data["show"]
        if not self.request.membership.may(Permission.SEE_PEOPLE):
            # Who may not see organisations and members does not find asks by their names either.
            for name in ("owner", "organisation", "project"):
                del self.filters[name]

    def search(self, asks: EscalationQuerySet, name: str, text: str) -> EscalationQuerySet:
        """Find a reference (E-42, or 42) or words in what was asked."""
        found = Q(ask__icontains=text) | Q(background__icontains=text)
        if number := re.fullmatch(r"(?:e-?\s*)?(\d{1,9})", text.strip(), re.IGNORECASE | re.ASCII):
            found |= Q(number=int(number[1]))
        return asks.filter(found)

    def which(self, asks: EscalationQuerySet, name: str, value: str) -> EscalationQuerySet:
        """Narrow to what waits for the reader, what they raised, what nobody has."""
        reader = self.request.membership
        if value == WAITING:
            return asks.filter(pk__in=asks_waiting_for(reader).order_by().values("pk"))
        if value == RAISED:
            return asks.filter(raised_by=reader)
        if value == UNOWNED:
            return asks.unowned()
        return asks.open() if value == OPEN else asks

    def whose(self, asks: EscalationQuerySet, name: str, value: str) -> EscalationQuerySet:
        """Narrow by whose turn it is."""
        return asks.filter(state__in=WITH_TEAM if value == "team" else WITH_OWNER)

    def about(self, asks: EscalationQuerySet, name: str, value: str) -> EscalationQuerySet:
        """Narrow by domain; those whose raiser was not sure too."""
        return asks.filter(domain="" if value == "unsure" else value)
