"""How much a measure changed is never said without how sure that is."""

from datetime import date

import pytest

from programmes.measures import actions, change
from programmes.measures.change import of_means, of_proportions, sentence
from programmes.measures.meaning import Series
from programmes.models import Measure
from tests.factories import MeasureFactory, MembershipFactory, ProjectFactory, TeamMemberFactory
from tests.programmes.measures.test_results import STEADY

MIDDLE = date(2025, 4, 1)


def said(measure):
    return sentence(Series.of(Measure.objects.get(pk=measure.pk)))


def with_phase(network, values, **facts):
    project = ProjectFactory(network=network)
    measure = MeasureFactory(project=project, values=values, **facts)
    lead = TeamMemberFactory(project=project).membership
    actions.begin_phase(by=lead, measure=measure, begins=MIDDLE, reason="New rota")
    return measure


def test_newcombes_interval_is_that_of_his_paper():
    # His table II: 56 of 70 less 48 of 80 by method 10.
    found = of_proportions((48, 80), (56, 70))
    assert (round(found.low, 4), round(found.high, 4)) == (0.0524, 0.3339)


@pytest.mark.parametrize(("freedom", "t"), [(3, 3.182), (5, 2.571), (10, 2.228), (30, 2.042)])
def test_the_quantile_of_t_is_that_of_the_tables(freedom, t):
    assert change._t(freedom) == pytest.approx(t, abs=0.004)


def test_an_interval_of_means_turns_with_its_sides():
    there, back = of_means(STEADY, [v + 5 for v in STEADY]), of_means([v + 5 for v in STEADY], STEADY)
    assert there.after - there.before == pytest.approx(5)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))
    assert there.low < 5 < there.high


def test_numbers_that_never_vary_have_an_interval_without_width():
    found = of_means([4] * 8, [6] * 8)
    assert (found.low, found.high) == (2, 2)


def test_a_change_is_said_with_its_interval(network):
    text = said(with_phase(network, [*STEADY, *[value + 30 for value in STEADY]]))
    assert text.startswith("From 12.7% on average to 42.7% since April 2025: a change of +30.0 points")
    assert "95% interval of +2" in text
    assert "no change at all" not in text


def test_an_interval_with_none_in_it_says_so(network):
    assert "That includes no change at all." in said(with_phase(network, [*STEADY, *STEADY]))


def test_a_p_chart_takes_all_its_cases(network):
    text = said(with_phase(network, [*STEADY, *[value + 30 for value in STEADY]], chart="p"))
    assert "a change of +30.0 points, with a 95% interval of +26.9 points to +33.0 points" in text


def test_one_number_before_is_a_number(network):
    # The phase begins with the second month.
    project = ProjectFactory(network=network)
    measure = MeasureFactory(project=project, values=STEADY)
    lead = TeamMemberFactory(project=project).membership
    second = measure.observations.order_by("period")[1].period
    actions.begin_phase(by=lead, measure=measure, begins=second, reason="New rota")
    assert said(measure).startswith(f"1 number before and {len(STEADY) - 1} after are too few")


def test_too_few_numbers_are_refused_with_a_sentence(network):
    text = said(with_phase(network, [*STEADY, 40, 41, 42]))
    assert text == (
        "15 numbers before and 3 after are too few to say how much changed, which takes 6 of each."
    )


def test_without_a_phase_or_baseline_nothing_is_said(network):
    assert "Nothing says where before ends" in said(
        MeasureFactory(project=ProjectFactory(network=network), values=STEADY)
    )


def test_a_baseline_divides_before_from_after_and_its_page_says_it(network, signed_in):
    project = ProjectFactory(network=network)
    measure = MeasureFactory(project=project, values=[*STEADY, *[value + 30 for value in STEADY]])
    lead = TeamMemberFactory(project=project).membership
    actions.set_baseline(by=lead, measure=measure, until=date(2025, 3, 1), reason="Before the rota")
    client = signed_in(MembershipFactory(network=network))
    text = client.get(f"/larkton/measures/{measure.pk}/compare/").content.decode()
    assert "a change of +30.0 points" in text
