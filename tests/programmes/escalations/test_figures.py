"""The figures of asks per organisation, domain and month."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from programmes.escalations import actions, figures
from programmes.escalations.models import ALL_DOMAINS, AskFigures, Escalation, EscalationEvent, FiguresBuilt
from programmes.escalations.tasks import build_figures
from tests import factories

pytestmark = pytest.mark.django_db


def figures_of(network, organisation=None, domain=ALL_DOMAINS):
    """Return the only month's figures."""
    return AskFigures.objects.get(network=network, organisation=organisation, domain=domain, months=1)


def year_of(network, organisation=None):
    """Return the figures of the twelve months that end with this one."""
    begins = figures.years_until(network.today())[0]
    return AskFigures.objects.get(
        network=network, organisation=organisation, domain=ALL_DOMAINS, months=12, month=begins
    )


def all_of(network):
    columns = [field.attname for field in AskFigures._meta.concrete_fields if field.name != "id"]
    return sorted(map(str, AskFigures.objects.filter(network=network).values_list(*columns)))


def promised(place, days=0):
    what = {"what": "Access for the team", "due_on": timezone.localdate() + timedelta(days=days)}
    return actions.accept(by=place.leader, escalation=place.ask, **what)


def test_an_ask_counts_where_it_went_where_it_was_raised_and_in_the_networks_total(raised):
    place = raised
    Escalation.objects.filter(pk=place.ask.pk).update(asked_in=place.practice)
    build_figures()
    for organisation, received, asked in [(place.hospital, 1, 0), (place.practice, 0, 1), (None, 1, 1)]:
        for domain in (ALL_DOMAINS, "data"):
            row = figures_of(place.network, organisation, domain)
            assert (row.received, row.raised, row.awaiting) == (received, asked, received)
    assert not AskFigures.objects.filter(domain="money").exists()


def test_what_was_settled_for_a_partner_and_how_promises_were_kept_is_counted(raised):
    place = raised
    Escalation.objects.filter(pk=place.ask.pk).update(asked_in=place.practice)
    promised(place)
    actions.mark_done(by=place.leader, escalation=place.ask)
    build_figures()
    row = figures_of(place.network, place.hospital)
    assert (row.for_partner, row.kept, row.kept_late, row.not_met, row.awaiting) == (1, 1, 0, 0, 0)
    figures_of_one = ("for_partner", "promises", "received", "to_acknowledge", "to_decide", "to_do")
    assert row.deciders == {figure: {str(place.leader.pk): 1} for figure in figures_of_one}
    assert sum(row.to_acknowledge.values()) == sum(row.to_decide.values()) == sum(row.to_do.values()) == 1
    assert figures_of(place.network, place.practice).for_partner == 0


def test_what_the_team_never_confirmed_counts_as_that(raised):
    place = raised
    Escalation.objects.filter(pk=place.ask.pk).update(asked_in=place.practice)
    promised(place)
    actions.mark_done(by=place.leader, escalation=place.ask)
    with time_machine.travel(timezone.now() + timedelta(days=40)):
        actions.run_clocks()
        build_figures()
    ask = Escalation.objects.get(pk=place.ask.pk)
    assert (ask.state, ask.not_confirmed) == ("closed", True)
    row = figures_of(place.network, place.hospital)
    assert (row.not_confirmed, row.for_partner) == (1, 0)
    assert row.deciders["not_confirmed"] == {str(place.leader.pk): 1}


def test_what_the_team_does_not_take_for_settled_is_not_done(raised):
    place = raised
    Escalation.objects.filter(pk=place.ask.pk).update(asked_in=place.practice)
    promised(place)
    actions.mark_done(by=place.leader, escalation=place.ask)
    actions.not_settled(by=place.nurse, escalation=place.ask, text="Only one of us can see them")
    build_figures()
    row = figures_of(place.network, place.hospital)
    assert (row.for_partner, row.to_do, row.kept) == (0, {}, 0)
    # Done once more, it counts from when it was asked to when it was done in the end.
    promised(place)
    actions.mark_done(by=place.leader, escalation=place.ask)
    build_figures()
    assert sum(figures_of(place.network, place.hospital).to_do.values()) == 1


def test_a_business_case_is_decided_by_all_who_answered_it(place):
    case = actions.draft_case(by=place.nurse, project=place.project, title="A pharmacist", problem="None")
    ask = actions.put_case(
        by=place.nurse, case=case, lead=place.leader, others=[place.second], urgency="slowing"
    )
    soon = timezone.localdate() + timedelta(days=9)
    for one in (place.leader, place.second):
        actions.voice(by=one, escalation=ask, answer="yes", what="Half of it", due_on=soon)
    build_figures()
    assert figures_of(place.network).deciders["to_decide"] == {
        str(place.leader.pk): 1,
        str(place.second.pk): 1,
    }


def test_a_delegates_decision_is_their_leaders(raised):
    place = raised
    promised(place)
    EscalationEvent.objects.filter(move="accept").update(by=place.coach, behalf_of=place.leader)
    build_figures()
    assert figures_of(place.network).deciders["received"] == {str(place.leader.pk): 1}


def test_built_twice_or_by_two_workers_the_figures_are_the_same(raised):
    build_figures()
    before = all_of(raised.network)
    build_figures()
    FiguresBuilt.objects.all().delete()
    build_figures()
    assert all_of(raised.network) == before


def test_only_months_in_which_something_changed_are_built_again(raised, monkeypatch):
    monkeypatch.setattr(figures, "OVERLAP", 0)
    build_figures()
    kept = set(AskFigures.objects.values_list("pk", flat=True))
    build_figures()
    assert set(AskFigures.objects.values_list("pk", flat=True)) == kept
    promised(raised)
    build_figures()
    assert not kept & set(AskFigures.objects.values_list("pk", flat=True))
    assert sum(figures_of(raised.network).to_decide.values()) == 1


def test_a_promise_is_not_met_once_its_day_has_passed_though_nobody_does_anything(raised, monkeypatch):
    monkeypatch.setattr(figures, "OVERLAP", 0)
    promised(raised, days=3)
    build_figures()
    assert figures_of(raised.network).not_met == 0
    with time_machine.travel(timezone.now() + timedelta(days=4)):
        build_figures()
    assert figures_of(raised.network).not_met == 1


def test_a_year_is_the_sum_of_its_months(raised, monkeypatch):
    monkeypatch.setattr(figures, "OVERLAP", 0)
    place = raised
    promised(place)
    Escalation.objects.filter(pk=place.ask.pk).update(raised_at=timezone.now() - timedelta(days=70))
    actions.raise_ask(
        by=place.nurse, ask="Another", urgency="stopping", project=place.project, domain="money"
    )
    build_figures()
    months = AskFigures.objects.filter(organisation=None, domain=ALL_DOMAINS, months=1)
    assert sorted(months.values_list("received", flat=True)) == [1, 1]
    year = year_of(place.network)
    assert (year.received, year.awaiting) == (2, 1)
    assert year.deciders["received"] == {str(place.leader.pk): 1}
    assert sum(year.to_decide.values()) == 1
    # And again when only one of its months has changed.
    actions.mark_done(by=place.leader, escalation=Escalation.objects.get(pk=place.ask.pk))
    build_figures()
    year = year_of(place.network)
    assert (year.received, sum(year.to_do.values())) == (2, 1)


def test_a_year_moves_on_with_the_month_though_nothing_happened(raised, monkeypatch):
    monkeypatch.setattr(figures, "OVERLAP", 0)
    build_figures()
    with time_machine.travel(timezone.now() + timedelta(days=370)):
        build_figures()
        assert not AskFigures.objects.filter(
            months=12, month=figures.years_until(raised.network.today())[0]
        ).exists()
        last = AskFigures.objects.get(
            months=12,
            month=figures.years_until(raised.network.today())[1],
            organisation=None,
            domain=ALL_DOMAINS,
        )
        assert last.received == 1
        kept = set(AskFigures.objects.filter(months=12).values_list("month", flat=True))
        assert kept == {last.month}


def test_a_month_begins_at_midnight_of_the_networks_own_time(raised):
    at = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    Escalation.objects.filter(pk=raised.ask.pk).update(raised_at=at)
    build_figures()
    assert set(AskFigures.objects.filter(months=1).values_list("month", flat=True)) == {date(2026, 7, 1)}


def test_the_figures_of_one_network_hold_nothing_of_another(raised):
    other = factories.NetworkFactory(slug="other")
    build_figures()
    assert not AskFigures.objects.filter(network=other).exists()
    assert FiguresBuilt.objects.filter(network=other).exists()
