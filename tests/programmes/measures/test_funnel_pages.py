"""The page of a funnel: who differs from the others by more than chance, and what has no funnel and why."""

import csv
from datetime import date

import pytest

from programmes.measures import actions
from programmes.models import Observation
from tests.factories import (
    MeasureFactory,
    MembershipFactory,
    OrganisationFactory,
    ProjectFactory,
    TeamMemberFactory,
)

NAMES = ("Ashby", "Brook", "Cawood", "Denby", "Easton")


@pytest.fixture
def client(signed_in, network):
    return signed_in(MembershipFactory(network=network))


def several(network, numbers, months=1, **facts):
    """Make one measure of as many organisations, each with (events, cases) for every month of 2025."""
    by = MembershipFactory(network=network, roles=["staff"])
    measures = []
    for name, pair in zip(NAMES, numbers, strict=False):
        organisation = network.organisations.filter(name=name).first() or OrganisationFactory(
            network=network, name=name
        )
        facts = {"name": "Waits", "subgroup": "Type 1", "unit": "attendances"} | facts
        measure = MeasureFactory(project=None, network=network, organisation=organisation, **facts)
        Observation.objects.bulk_create(
            Observation(
                measure=measure,
                period=date(2025, month, 1),
                numerator=pair[0],
                denominator=pair[1],
                added_by=by,
            )
            for month in range(1, months + 1)
            if pair[1]
        )
        measures.append(measure)
    return measures


def page(client, measure, query=""):
    return client.get(f"/larkton/measures/{measure.pk}/funnel/{query}")


def text_of(answer):
    return answer.content.decode()


ONE_ODD = [(10, 100), (21, 200), (9, 100), (60, 300), (30, 300)]


def test_who_is_outside_is_named_with_a_sentence(client, network):
    answer = page(client, several(network, ONE_ODD)[0])
    text = text_of(answer)
    assert (
        "5 organisations, January 2025: all together 13.0% (130 of 1,000). 1 lies outside the 99.8% limits, which"
        " chance alone hardly explains." in text
    )
    # Lower is better.
    assert "Denby: 20.0%, 60 of 300, is above the upper 99.8% limit of 19.5%" in text
    assert "(worth asking about)" in text
    assert [row["place"].name for row in answer.context["pages"].rows] == [
        "Denby", "Ashby", "Brook", "Cawood", "Easton",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("better", "said"),
    [("lower", "worth asking about"), ("higher", "worth learning from"), ("neither", "of 19.5%</li>")],
)
def test_what_it_means_depends_on_what_is_better(client, network, better, said):
    assert said in text_of(page(client, several(network, ONE_ODD, better=better)[0]))


def test_between_the_limits_chance_is_counted_with(client, network):
    text = text_of(page(client, several(network, [(10, 100), (20, 200), (10, 100), (48, 300), (30, 300)])[0]))
    assert "1 lies outside the 95% limits, where chance alone puts about 1 in 20." in text
    assert "99.8% limits, which" not in text


def test_nobody_outside_is_said(client, network):
    text = text_of(page(client, several(network, [(10, 100)] * 5)[0]))
    assert "None lies outside the limits: they differ by no more than chance." in text


def test_what_varies_by_more_than_chance_is_said_and_widens_the_limits(client, network):
    text = text_of(
        page(client, several(network, [(50, 1000), (60, 1000), (150, 1000), (160, 1000), (100, 1000)])[0])
    )
    assert "times as much as chance alone would make them" in text
    assert "None lies outside them: none stands apart from the others." in text
    assert "overdispersion" in text


def test_teams_have_a_funnel_by_their_projects(client, network):
    for name, (events, cases) in zip(NAMES, ONE_ODD, strict=True):
        measure = MeasureFactory(
            project=ProjectFactory(network=network, name=name), name="Waits", unit="people"
        )
        Observation.objects.create(
            measure=measure,
            period=date(2025, 1, 1),
            numerator=events,
            denominator=cases,
            added_by=MembershipFactory(network=network),
        )
    text = text_of(page(client, measure))
    assert "5 projects, January 2025" in text
    assert "Denby: 20.0%, 60 of 300, is above the upper 99.8% limit of 19.5%" in text


def test_a_rate_has_a_funnel_too(client, network):
    measures = several(
        network, [(10, 1000), (11, 1000), (9, 1000), (30, 1000)], shape="rate", unit="bed days"
    )
    text = text_of(page(client, measures[0]))
    assert "all together 15 per 1,000 bed days (60 of 4,000)" in text
    assert "Denby: 30 per 1,000 bed days, 30 of 1,000, is above" in text


def test_very_few_are_said_to_be_few(client, network):
    text = text_of(page(client, several(network, [(10, 1000), (11, 1000), (9, 1000), (0, 20)])[0]))
    assert "1 has too few to tell." in text


# --- Which numbers -----------------------------------------------------------------------------------------
def test_the_months_are_chosen(client, network):
    measures = several(network, [(10, 100)] * 4, months=12)
    Observation.objects.filter(measure=measures[0], period=date(2025, 3, 1)).update(numerator=60)
    year = text_of(page(client, measures[0]))
    assert "4 organisations, January 2025 to December 2025" in year
    march = text_of(page(client, measures[0], "?since=2025-03-01&until=2025-03-01"))
    assert "4 organisations, March 2025: all together 22.5% (90 of 400)." in march
    # Turned round, or nonsense: what can be meant is shown.
    assert "April 2025 to May 2025" in text_of(
        page(client, measures[0], "?since=2025-05-01&until=2025-04-01")
    )
    assert "January 2025 to December 2025" in text_of(page(client, measures[0], "?since=x&until=2031-01-01"))


def test_without_a_choice_it_is_the_newest_year(client, network):
    measures = several(network, [(10, 100)] * 3, months=12)
    Observation.objects.create(
        measure=measures[0],
        period=date(2026, 2, 1),
        numerator=1,
        denominator=10,
        added_by=MembershipFactory(network=network),
    )
    assert "March 2025 to February 2026" in text_of(page(client, measures[1]))


def test_numbers_left_out_and_those_of_another_subgroup_do_not_count(client, network):
    measures = several(network, [(10, 100)] * 3, months=2)
    several(network, [(90, 100)] * 3, months=2, subgroup="Type 2")
    staff = MembershipFactory(network=network, roles=["staff"])
    actions.leave_out(by=staff, observation=measures[0].observations.first(), reason="strike")
    assert "3 organisations, January 2025 to February 2025: all together 10.0% (50 of 500)." in text_of(
        page(client, measures[0])
    )


def test_who_has_no_numbers_is_named(client, network):
    text = text_of(page(client, several(network, [(10, 100)] * 4 + [(0, 0)])[0]))
    assert "Without numbers in these months: Easton." in text


def test_subgroups_of_a_team_are_compared_where_no_organisation_is_named(client, network):
    project = ProjectFactory(network=network)
    for name, value in (("Ward 1", 10), ("Ward 2", 11), ("Ward 3", 40)):
        measure = MeasureFactory(project=project, name="Falls", subgroup=name, values=[value])
    text = text_of(page(client, measure))
    assert "3 subgroups, January 2024" in text
    assert "Ward 3" in text


def test_a_citizen_partner_compares_only_what_they_see(signed_in, network):
    project, other = (ProjectFactory(network=network) for _ in range(2))
    inside = TeamMemberFactory(
        project=project, part="citizen_partner", membership__roles=["citizen_partner"]
    ).membership
    for name in NAMES[:3]:
        measure = MeasureFactory(project=project, name="Falls", subgroup=name, values=[10])
        hidden = MeasureFactory(project=other, name="Falls", subgroup=name, values=[10])
    client = signed_in(inside)
    assert "3 subgroups" in text_of(page(client, measure))
    assert page(client, hidden).status_code == 404


# --- What has no funnel ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("numbers", "facts", "said"),
    [
        ([(10, None)] * 3, {"shape": "number"}, "a number without a denominator"),
        (
            [(10, 100)] * 2,
            {},
            "A funnel takes 3 organisations with numbers in these months, and there are 2.",
        ),
        ([(10, 0)] * 3, {}, "and there are none."),
        ([(10.5, 100)] * 3, {}, "counts events, which come whole, and Ashby has 10.5 of 100"),
        ([(10, 99.5)] * 3, {}, "Ashby has 10 of 99.5"),
        ([(101, 100)] * 3, {}, "Ashby has 101 of 100: more than there can be. Correct its numbers first."),
        ([(0, 100)] * 3, {}, "Nothing was counted in these months, so nothing differs."),
        ([(100, 100)] * 3, {}, "All have 100% in these months, so nothing differs."),
    ],
)
def test_what_has_no_funnel_says_why(client, network, numbers, facts, said):
    answer = page(client, several(network, numbers, **facts)[0])
    assert answer.status_code == 200
    assert said in text_of(answer)
    assert "data-chart" not in text_of(answer)


def test_a_rate_of_part_of_days_has_one(client, network):
    measures = several(network, [(10, 99.5)] * 3, shape="rate", unit="bed days")
    assert "all together 100.5 per 1,000 bed days (30 of 298.5)" in text_of(page(client, measures[0]))


# --- Beside it ---------------------------------------------------------------------------------------------
def test_compare_leads_to_the_funnel_of_what_can_have_one(client, network):
    measure = several(network, [(10, 100)] * 3)[0]
    number = several(network, [(10, None)] * 3, name="Beds", shape="number")[0]
    there = f"/larkton/measures/{measure.pk}/funnel/"
    assert there in text_of(client.get(f"/larkton/measures/{measure.pk}/compare/"))
    assert "/funnel/" not in text_of(client.get(f"/larkton/measures/{number.pk}/compare/"))


def test_it_is_downloaded(client, network):
    rows = page(client, several(network, ONE_ODD)[0], "?format=csv")
    lines = list(csv.DictReader(b"".join(rows.streaming_content).decode("utf-8-sig").splitlines()))
    assert lines[0] == {
        "Name": "Denby",
        "Value": "20.0%",
        "Numerator": "60",
        "Denominator": "300",
        "Numbers": "1",
        "95% limits": "9.1% to 17.1%",
        "99.8% limits": "7.2% to 19.5%",
        "Where it lies": "above the upper 99.8% limit",
        "Made up": "no",
    }
    assert len(lines) == 5


def test_as_many_queries_however_many_organisations(client, network, django_assert_num_queries):
    measure = several(network, ONE_ODD)[0]
    with django_assert_num_queries(6):
        page(client, measure)
    for number in range(50):
        organisation = OrganisationFactory(network=network, name=f"Practice {number}")
        MeasureFactory(
            project=None,
            network=network,
            organisation=organisation,
            name="Waits",
            subgroup="Type 1",
            unit="attendances",
            values=[number] * 3,
        )
    with django_assert_num_queries(6):
        answer = page(client, measure)
    assert len(answer.content) < 40 * 1024
