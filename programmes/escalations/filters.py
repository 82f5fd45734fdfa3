"""The lists of asks, and how they are searched and narrowed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from iocn.shared.forms import Form
from iocn.shared.lists import PreparedFilters
from iocn.shared.prepared import Typed
from people.models import Domain, Membership
from people.permissions import Permission
from programmes.escalations.models import Escalation, EscalationQuerySet, Story
from programmes.escalations.permissions import asks_for, asks_waiting_for
from programmes.escalations.search import Sought, search, sought
from programmes.escalations.states import WITH_ASKED, WITH_OWNER, WITH_TEAM, State

WAITING, RAISED, UNOWNED, OPEN, ALL = "waiting", "raised", "unowned", "open", "all"


@dataclass(frozen=True)
class Tab:
    """One of the lists of asks: its name above the list, and which asks a reader finds in it."""

    label: str
    asks: Callable[[Membership], EscalationQuerySet]


TABS = {
    WAITING: Tab("Waiting for me", asks_waiting_for),
    RAISED: Tab("Raised by me", lambda reader: asks_for(reader).filter(raised_by=reader)),
    UNOWNED: Tab("Any leader may take it", lambda reader: asks_for(reader).unowned()),
    OPEN: Tab("Open", lambda reader: asks_for(reader).open()),
    ALL: Tab("All", asks_for),
}
AGES = [("1", "a day"), ("5", "5 days"), ("10", "10 days"), ("20", "20 days"), ("60", "60 days")]
TURN = [("owner", "Leader’s or staff’s turn"), ("team", "Team’s turn")]


NOT_CONFIRMED = "not_confirmed"
STATES = [*State.choices, (NOT_CONFIRMED, "Closed, not confirmed")]


class AskFilter(PreparedFilters):
    """Search, and what is asked of every list of asks."""

    q = django_filters.CharFilter(
        label="Search", method="search", widget=forms.TextInput(attrs={"type": "search"})
    )
    turn = django_filters.ChoiceFilter(label="Whose turn", choices=TURN, method="whose", empty_label="Any")
    state = django_filters.ChoiceFilter(label="State", choices=STATES, method="in_state", empty_label="Any")
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
    age = django_filters.ChoiceFilter(
        label="Waiting longer than", choices=AGES, method="older", empty_label="Any"
    )

    class Meta:
        model = Escalation
        fields: list[str] = []
        form = Form

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.request.membership.may(Permission.SEE_PEOPLE):
            # Who may not see organisations and members does not find asks by their names either.
            for name in ("owner", "organisation", "project"):
                del self.filters[name]

    def chosen(self) -> dict[str, Any]:
        """Return what is chosen; what is typed, and since when asks wait, are values."""
        chosen = super().chosen()
        for name in ("owner", "organisation", "project"):
            if name in chosen:
                chosen[name] = Typed(chosen[name])
        if "q" in chosen:
            chosen["q"] = sought(chosen["q"])
        if "age" in chosen:
            chosen["age"] = timezone.now() - timedelta(days=int(chosen["age"]))
        return chosen

    def search(self, asks: EscalationQuerySet, name: str, value: Sought) -> EscalationQuerySet:
        """Find a reference (E-42, or 42) or words in what was asked."""
        return search(asks, self.request.membership, value)

    def whose(self, asks: EscalationQuerySet, name: str, value: str) -> EscalationQuerySet:
        """Narrow by whose turn it is."""
        return asks.filter(state__in=WITH_TEAM if value == "team" else (*WITH_OWNER, *WITH_ASKED))

    def in_state(self, asks: EscalationQuerySet, name: str, value: str) -> EscalationQuerySet:
        """Narrow to a state; among the closed ones also to those of which the team never said whether it is settled."""
        if value == NOT_CONFIRMED:
            return asks.filter(state=State.CLOSED, not_confirmed=True)
        return asks.filter(state=value)

    def about(self, asks: EscalationQuerySet, name: str, value: str) -> EscalationQuerySet:
        """Narrow by domain; those whose raiser was not sure too."""
        return asks.filter(domain="" if value == "unsure" else value)

    def older(self, asks: EscalationQuerySet, name: str, value: datetime) -> EscalationQuerySet:
        """Narrow to those that have waited since before then for whom they wait for now."""
        return asks.open().filter(waiting_since__lt=value)


class StoryFilter(django_filters.FilterSet):
    """Search stories by their words, and by who settled it for whom."""

    q = django_filters.CharFilter(label="Search", method="search")

    class Meta:
        model = Story
        fields: list[str] = []
        form = Form

    def search(self, rows: QuerySet[Story], name: str, value: str) -> QuerySet[Story]:
        """Keep those in whose line, or in whose organisations' names, the words are."""
        places = ("escalation__decided_in__name", "escalation__asked_in__name")
        return rows.filter(
            Q(*[(f"{field}__icontains", value) for field in ("text", *places)], _connector=Q.OR)
        )
