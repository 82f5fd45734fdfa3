"""The arithmetic of charts, on made series whose answers can be worked out by hand, and what must always hold."""

import json
from datetime import date, timedelta
from math import comb, isclose, sqrt
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programmes.measures.spc import (
    Assurance,
    Caution,
    Kind,
    Rule,
    Variation,
    Why,
    analyse,
    crossings_min,
    longest_run_max,
    value_of,
)


def test_the_centre_is_the_median_and_points_on_it_count_in_no_rule():
    part = analyse([1, 5, 3, 3, 3, 5, 1]).last_phase
    assert part.centre == 3
    assert (part.points, part.useful) == (7, 4)
    assert (part.longest_run.length, part.crossings) == (2, 2)


def test_a_point_on_the_median_neither_ends_nor_lengthens_a_run():
    part = analyse([1, 1, 3, 1, 5, 5, 5]).last_phase
    assert part.longest_run.length == 3
    assert part.useful == 6


def test_a_step_is_a_long_run_and_says_where_and_on_which_side():
    part = analyse([2, 4] * 5 + [9] * 10).last_phase
    assert part.has_long_run
    assert part.signal
    run = part.longest_run
    assert (run.first, run.last, run.length, run.above) == (10, 19, 10, True)


def test_of_two_runs_that_are_equally_long_the_later_one_is_named():
    assert analyse([1, 1, 1, 9, 9, 9]).last_phase.longest_run.above


def test_a_slow_wave_crosses_too_seldom_without_a_long_run():
    part = analyse(([1] * 6 + [9] * 6) * 3).last_phase
    assert not part.has_long_run
    assert (part.crossings, part.crossings_min) == (5, 13)
    assert part.has_few_crossings


def test_numbers_that_only_vary_give_no_signal():
    part = analyse([4, 7, 5, 8, 3, 6, 7, 4, 8, 5, 3, 7]).last_phase
    assert not part.signal
    assert part.enough


@pytest.mark.parametrize(
    ("useful", "longest", "fewest"),
    [(1, 3, 0), (2, 4, 0), (10, 6, 2), (12, 7, 3), (20, 7, 6), (24, 8, 8), (36, 8, 13), (60, 9, 23)],
)
def test_the_limits_of_the_rules_are_the_published_ones(useful, longest, fewest):
    assert (longest_run_max(useful), crossings_min(useful)) == (longest, fewest)


@pytest.mark.parametrize("values", [[], [None], [None, None]])
def test_nothing_gives_nothing(values):
    part = analyse(values).last_phase
    assert (part.centre, part.useful, part.longest_run, part.crossings) == (None, 0, None, None)
    assert not part.signal


def test_one_number_is_its_own_median():
    part = analyse([7]).last_phase
    assert (part.centre, part.points, part.useful, part.signal) == (7, 1, 0, False)


def test_equal_numbers_have_no_useful_point():
    part = analyse([7] * 20).last_phase
    assert (part.centre, part.useful, part.longest_run, part.signal) == (7, 0, None, False)


def test_a_percentage_divides_and_leaves_out_what_has_nothing_to_divide_by():
    chart = analyse([5, 0, 3, 2], [50, 0, None, 40], multiply=100)
    assert chart.values == (10, None, None, 5)
    assert chart.last_phase.centre == pytest.approx(7.5)


def test_tenths_that_floating_point_cannot_hold_are_still_on_the_median():
    assert analyse([0.1 + 0.2, 0.3, 0.3, 0.1, 0.5]).last_phase.useful == 2


def test_parts_are_worked_out_each_for_itself():
    chart = analyse([1, 2, 3, 11, 12, 13], part=[3])
    assert chart.centre == (2, 2, 2, 12, 12, 12)
    assert chart.phase_of == (0, 0, 0, 1, 1, 1)
    assert [part.useful for part in chart.phases] == [2, 2]


def test_a_frozen_centre_judges_later_points():
    chart = analyse([1, 2, 3, 9, 9, 9], freeze=3)
    assert chart.last_phase.centre == 2
    assert chart.last_phase.longest_run.length == 4
    assert chart.baseline == (True, True, True, False, False, False)


def test_an_excluded_point_moves_neither_centre_nor_rules():
    chart = analyse([1, 100, 3], exclude=[2])
    assert chart.last_phase.centre == 2
    assert (chart.last_phase.points, chart.last_phase.useful) == (2, 2)
    assert chart.included == (True, False, True)


def test_as_many_denominators_as_values_are_wanted():
    with pytest.raises(ValueError, match="one denominator for each"):
        analyse([1, 2], [1])


@given(
    st.lists(st.integers(-1000, 1000), min_size=1, max_size=80),
    st.integers(1, 50),
    st.integers(-1000, 1000),
)
def test_scale_and_shift_change_no_rule(values, scale, shift):
    plain = analyse(values).last_phase
    moved = analyse([value * scale + shift for value in values]).last_phase
    assert (plain.useful, plain.longest_run, plain.crossings) == (
        moved.useful,
        moved.longest_run,
        moved.crossings,
    )


@given(st.lists(st.one_of(st.none(), st.integers(0, 9)), max_size=60))
def test_turning_a_series_round_keeps_length_of_runs_and_crossings(values):
    one, other = analyse(values).last_phase, analyse(values[::-1]).last_phase
    assert (one.useful, one.crossings) == (other.useful, other.crossings)
    assert (one.longest_run and one.longest_run.length) == (other.longest_run and other.longest_run.length)


# --- XmR: NHS England's rules -----------------------------------------------------------------------------------
# Mean 100, every moving range 50: the limits are 100 -/+ 133, the near ones 100 -/+ 88 2/3.
STEADY = [75, 125] * 12


def xmr(later, **options):
    """Return an XmR chart whose limits rest on 24 steady points, and the rules of the later ones."""
    chart = analyse(STEADY + later, kind="xmr", freeze=24, **options)
    assert chart.rules[:23] == ((),) * 23
    return chart, chart.rules[24:]


def test_the_limits_of_xmr_are_266_average_ranges_around_the_mean():
    chart = analyse([10, 12, 11, 15], kind=Kind.XMR)
    phase = chart.last_phase
    assert (phase.centre, phase.ranges_average) == (12, pytest.approx(7 / 3))
    assert chart.upper == (pytest.approx(12 + 2.66 * 7 / 3),) * 4
    assert chart.lower == (pytest.approx(12 - 2.66 * 7 / 3),) * 4
    assert chart.upper_warning == (pytest.approx(12 + 2 / 3 * 2.66 * 7 / 3),) * 4
    assert chart.lower_warning == (pytest.approx(12 - 2 / 3 * 2.66 * 7 / 3),) * 4


def test_a_point_outside_a_limit_is_a_signal_and_one_on_it_is_not():
    _, rules = xmr([234, 100, 233, 100, -34, 100, -33])
    assert rules == ((Rule.ABOVE_LIMIT,), (), (), (), (Rule.BELOW_LIMIT,), (), ())


@pytest.mark.parametrize(("step", "rule"), [(1, Rule.SHIFT_ABOVE), (-1, Rule.SHIFT_BELOW)])
def test_seven_on_one_side_are_a_shift_and_six_are_not(step, rule):
    side = [100 + step * (10 + place % 2) for place in range(7)]
    _, rules = xmr([100, *side, 100])
    assert rules == ((), *[(rule,)] * 7, ())
    assert not any(xmr([100, *side[:6], 100])[1])


def test_a_point_on_the_mean_ends_a_shift():
    assert not any(xmr([100, 110, 111, 110, 100, 111, 110, 111, 110])[1])


@pytest.mark.parametrize(("step", "rule"), [(5, Rule.RISING), (-5, Rule.FALLING)])
def test_seven_rising_or_falling_are_a_trend_and_a_tie_ends_it(step, rule):
    row = [100 + step * place for place in range(-3, 5)]
    _, rules = xmr([100, *row])
    assert rules == ((), *[(rule,)] * 8)
    assert not any(xmr([100, *row[:4], row[3], *row[4:7]])[1])


def test_where_a_rising_trend_turns_the_trend_that_begins_is_named_first():
    up = [85, 90, 95, 100, 105, 110, 115]
    _, rules = xmr([100, *up, *reversed(up[:-1])])
    assert rules[7] == (Rule.FALLING, Rule.RISING)
    _, rules = xmr([100, *reversed(up), *up[1:]])
    assert rules[7] == (Rule.RISING, Rule.FALLING)


def test_the_last_point_of_a_trend_keeps_its_direction_when_the_next_steps_back():
    up = [85, 90, 95, 100, 105, 110, 115]
    _, rules = xmr([100, *up, *[value - 3 for value in up], 100])
    assert rules == ((), *[(Rule.RISING,)] * 14, ())
    # The same where a tie parts a rising from a falling trend.
    _, rules = xmr([100, *up[:-1], 110.5, 110.5, 108, 106, 104, 102, 99, 98])
    assert [found[0] for found in rules[1:]] == [Rule.RISING] * 7 + [Rule.FALLING] * 7


@pytest.mark.parametrize(
    ("row", "flagged"),
    [
        ([189, 190, 101], [0, 1]),
        ([189, 101, 190], [0, 2]),
        ([101, 189, 190], [1, 2]),
        ([189, 99, 190], []),  # not all on one side
        ([189, 101, 101, 190], []),  # not within three
        ([188, 101, 190], []),  # not beyond two thirds
        ([234, 101, 190], [0]),  # what is outside is not close
    ],
)
def test_two_of_three_near_a_limit_are_a_signal(row, flagged):
    for sign, rules_wanted in (
        (1, {Rule.TWO_OF_THREE_ABOVE, Rule.ABOVE_LIMIT}),
        (-1, {Rule.TWO_OF_THREE_BELOW, Rule.BELOW_LIMIT}),
    ):
        _, rules = xmr([100, *[100 + sign * (value - 100) for value in row], 100])
        assert [place - 1 for place, found in enumerate(rules) if found] == flagged
        assert {rule for found in rules for rule in found} <= rules_wanted


def test_all_rules_that_hold_are_named_in_their_order():
    _, rules = xmr([110, 130, 150, 170, 190, 210, 240])
    assert rules[-1] == (Rule.ABOVE_LIMIT, Rule.RISING, Rule.SHIFT_ABOVE)
    assert rules[-2] == (Rule.RISING, Rule.TWO_OF_THREE_ABOVE, Rule.SHIFT_ABOVE)
    assert rules[0] == (Rule.RISING, Rule.SHIFT_ABOVE)


def test_a_missing_value_breaks_ranges_and_every_row():
    chart = analyse([10, 12, None, 20, 21], kind="xmr")
    assert chart.last_phase.ranges_average == 1.5
    assert chart.values[2] is None
    assert chart.upper[2] == chart.upper[0]
    rising = [85, 90, 95, 100, 105, 110, 115]
    assert not any(xmr([100, *rising[:3], None, *rising[3:]])[1])
    assert not any(xmr([100, 110, 111, 110, None, 111, 110, 111, 110])[1])
    assert not any(xmr([100, 189, None, 190])[1])


def test_ranges_not_below_their_limit_are_screened_out_once():
    values = [10, 11, 10, 11, 10, 11, 10, 11, 10, 40]
    assert analyse(values, kind="xmr").last_phase.ranges_average == 1
    assert analyse(values, kind="xmr", screen=False).last_phase.ranges_average == pytest.approx(38 / 9)


def test_a_range_on_its_limit_is_screened_out():
    # The ranges are 0.767 (ten times), 1 (twice) and 3.267, whose average is 1... times 3.267.
    rest = (14 - 3.267 - 2) / 11
    ranges = [rest] * 11 + [1, 1, 3.267]
    values = [0.0]
    for place, step in enumerate(ranges):
        values.append(values[-1] + (step if place % 2 else -step))
    assert mean(ranges) == pytest.approx(1)
    assert analyse(values, kind="xmr").last_phase.ranges_average == pytest.approx((rest * 11 + 2) / 13)


def test_i_prime_screens_at_its_own_factor():
    rest = (12 - 3.26675) / 11  # the average is 1, and the last range lies between the two factors
    values = [50.0]
    for place, step in enumerate([rest] * 11 + [3.26675]):
        values.append(values[-1] + (step if place % 2 else -step))
    assert analyse(values, kind="i").last_phase.ranges_average == pytest.approx(1)
    # Of two that count the same, the difference is worth sqrt(pi) / 2 of itself.
    assert analyse(values, kind="ip").last_phase.ranges_average == pytest.approx(
        rest * sqrt(3.141592653589793) / 2
    )


def test_what_only_rounding_makes_vary_does_not_vary():
    chart = analyse([0.1 + 0.2, 0.3] * 10, kind="xmr")
    assert chart.last_phase.ranges_average == 0
    assert not any(chart.rules)


def test_points_on_a_mean_of_nought_are_on_it():
    # The mean of these is some 1e-17 in floating point.
    values = [0.1, 0.2, -0.3] * 7 + [0.0] * 8 + [0.7, -0.7]
    chart = analyse(values, kind="xmr")
    assert chart.centre[0] != 0
    assert not any(chart.rules[21:29])


def test_a_series_that_never_varies_has_its_limits_on_the_mean():
    for kind in ("xmr", "i"):
        chart = analyse([100] * 20, kind=kind, better="higher", target=95)
        assert (chart.lower[0], chart.upper[0], set(chart.rules)) == (100, 100, {()})
        assert (chart.assurance, chart.assurance_reason) == (Assurance.PASS, Why.TARGET_BELOW)
        assert chart.last_phase.cautions == (Caution.NO_VARIATION,)


def test_a_series_constant_but_for_a_spike_signals_the_spike_alone():
    chart = analyse([10] * 15 + [6] + [10] * 5, kind="xmr")
    assert [index for index, rules in enumerate(chart.rules) if Rule.BELOW_LIMIT in rules] == [15]
    assert Rule.ABOVE_LIMIT not in {rule for rules in chart.rules for rule in rules}
    assert chart.last_phase.ranges_average == pytest.approx(8 / 20)
    assert chart.last_phase.cautions == (Caution.UNSCREENED,)


def test_one_point_has_a_mean_and_no_limits():
    chart = analyse([7], kind="xmr", better="lower", target=5)
    assert (chart.centre, chart.lower, chart.upper, chart.rules) == ((7,), (None,), (None,), ((),))
    assert (chart.assurance, chart.assurance_reason) == (Assurance.INCONSISTENT, Why.NO_LIMITS)
    assert chart.last_phase.cautions == (Caution.SHORT, Caution.NO_LIMITS)


@pytest.mark.parametrize(("count", "short"), [(12, True), (13, False)])
def test_fewer_than_thirteen_points_are_few(count, short):
    phase = analyse([1, 2, None] * 4 + [3] * (count - 12), kind="xmr").last_phase
    assert (Caution.SHORT in phase.cautions) == short


def test_limits_can_be_fixed_from_twelve_points_on():
    chart = analyse(STEADY[:12] + [500] * 6, kind="xmr", freeze=12)
    assert (chart.centre[-1], chart.upper[-1]) == (100, 233)
    with pytest.raises(ValueError, match="from 12 points on"):
        analyse(STEADY, kind="xmr", freeze=11)


def test_an_excluded_point_is_bridged_and_still_judged_against_the_limits():
    chart = analyse([*STEADY[:13], 900, *STEADY[13:]], kind="xmr", exclude=[14], better="lower")
    assert (chart.centre[0], chart.upper[0], chart.last_phase.points) == (100, 233, 24)
    assert chart.rules[13] == (Rule.ABOVE_LIMIT,)
    # It takes no part in a row: seven above, with an excluded one below among them, are a shift.
    row = [110, 111, 110, 20, 111, 110, 111, 110]
    _, rules = xmr([100, *row, 100], exclude=[29])
    assert rules == ((), *[(Rule.SHIFT_ABOVE,)] * 3, (), *[(Rule.SHIFT_ABOVE,)] * 4, ())


def test_an_excluded_newest_point_does_not_speak_for_the_chart():
    assert xmr([100, 500], better="higher")[0].variation == Variation.IMPROVEMENT_HIGH
    assert xmr([100, 500], better="higher", exclude=[26])[0].variation == Variation.COMMON_CAUSE


@pytest.mark.parametrize(
    ("newest", "better", "variation"),
    [
        (100, "higher", Variation.COMMON_CAUSE),
        (240, "higher", Variation.IMPROVEMENT_HIGH),
        (240, "lower", Variation.CONCERN_HIGH),
        (240, "neither", Variation.NEUTRAL_HIGH),
        (-40, "higher", Variation.CONCERN_LOW),
        (-40, "lower", Variation.IMPROVEMENT_LOW),
        (-40, "neither", Variation.NEUTRAL_LOW),
        (None, "higher", Variation.COMMON_CAUSE),
    ],
)
def test_the_newest_point_and_what_is_better_make_the_icon_of_variation(newest, better, variation):
    chart, rules = xmr([100, newest], better=better)
    assert (chart.variation, chart.variation_reasons) == (variation, rules[-1])
    assert chart.variation_at(25) == variation


@pytest.mark.parametrize(
    ("target", "better", "assurance", "why"),
    [
        (240, "higher", Assurance.FAIL, Why.TARGET_ABOVE),
        (240, "lower", Assurance.PASS, Why.TARGET_ABOVE),
        (-40, "higher", Assurance.PASS, Why.TARGET_BELOW),
        (-40, "lower", Assurance.FAIL, Why.TARGET_BELOW),
        (100, "higher", Assurance.INCONSISTENT, Why.TARGET_WITHIN),
        (233, "higher", Assurance.INCONSISTENT, Why.TARGET_WITHIN),
        (-33, "lower", Assurance.INCONSISTENT, Why.TARGET_WITHIN),
        (240, "neither", None, Why.NO_DIRECTION),
        (None, "higher", None, Why.NO_TARGET),
    ],
)
def test_the_limits_and_the_target_make_the_icon_of_assurance(target, better, assurance, why):
    chart, _ = xmr([], better=better, target=target)
    assert (chart.assurance, chart.assurance_reason) == (assurance, why)


def test_a_run_chart_assures_of_nothing_and_no_points_neither():
    run = analyse([1, 2, 3], better="higher", target=1)
    assert (run.assurance, run.assurance_reason) == (None, Why.NO_LIMITS)
    nothing = analyse([], kind="xmr", better="higher", target=1)
    assert (nothing.variation, nothing.assurance_reason) == (None, Why.NO_POINTS)


# --- Phases and dates -------------------------------------------------------------------------------------------
DAYS = [date(2024, 1, 1) + timedelta(days=7 * week) for week in range(40)]


def test_points_are_put_in_the_order_of_their_dates():
    chart = analyse([3, 1, 2], dates=[DAYS[2], DAYS[0], DAYS[1]])
    assert (chart.values, chart.order, chart.dates) == ((1, 2, 3), (1, 2, 0), tuple(DAYS[:3]))


def test_a_date_twice_is_refused():
    with pytest.raises(ValueError, match="same date"):
        analyse([1, 2, 3], dates=[DAYS[0], DAYS[1], DAYS[0]])


def test_a_rebase_begins_a_phase_on_its_date_and_a_date_without_a_point_does_nothing():
    values = [1, 2, 3, 11, 12, 13]
    chart = analyse(
        values[::-1], kind="xmr", dates=DAYS[5::-1], rebase=[DAYS[3], DAYS[0], DAYS[1] + timedelta(days=1)]
    )
    assert chart.centre == (2, 2, 2, 12, 12, 12)
    assert [(phase.first, phase.last) for phase in chart.phases] == [(0, 2), (3, 5)]
    soon = analyse(values, dates=DAYS[:6], rebase=[DAYS[1]])
    assert soon.phase_of == (0, 1, 1, 1, 1, 1)


def test_rows_do_not_reach_over_a_rebase():
    later = [110, 111, 110, 111, 110, 111, 110, 111]
    dates = [date(2024, 1, 1) + timedelta(days=day) for day in range(32)]
    assert any(analyse(STEADY + later, kind="xmr", dates=dates, freeze=24).rules)
    assert not any(analyse(STEADY + later, kind="xmr", dates=dates, rebase=[dates[28]], freeze=12).rules)


def test_a_freeze_holds_in_each_phase():
    chart = analyse([1, 3, 9, 5, 7, 99], freeze=2, part=[3])
    assert chart.centre == (2, 2, 2, 6, 6, 6)
    assert chart.baseline == (True, True, False) * 2


def test_a_centre_can_be_given():
    chart = analyse(STEADY, kind="xmr", centre=90, multiply=2)
    assert (chart.centre[0], chart.upper[0]) == (180, 2 * (90 + 133))
    assert analyse([1, 2, 3], centre=9).centre == (9, 9, 9)


# --- The other kinds --------------------------------------------------------------------------------------------
def lines(chart, index=0):
    """Return lower limit, lower warning, centre, upper warning and upper limit at a point."""
    return tuple(
        line[index]
        for line in (chart.lower, chart.lower_warning, chart.centre, chart.upper_warning, chart.upper)
    )


def around(centre, sigma):
    return pytest.approx(tuple(centre + times * sigma for times in (-3, -2, 0, 2, 3)))


def test_i_takes_sigma_from_the_average_range():
    assert lines(analyse([10, 12, 11, 15], kind="i")) == around(12, 7 / 3 / 1.128)


def test_mr_draws_the_ranges_of_each_phase():
    chart = analyse([10, 12, 11, 15, 20, 26], kind="mr", part=[4])
    assert chart.values == (None, 2, 1, 4, None, 6)
    assert lines(chart) == pytest.approx((0, 0, 7 / 3, 3.267 * 2 / 3 * 7 / 3, 3.267 * 7 / 3))
    assert not analyse([5, 4] * 10 + [9, 1] * 10, kind="mr").last_phase.signal


def test_p_has_limits_for_each_denominator_within_nought_and_one():
    chart = analyse([5, 10, 9], [10, 20, 10], kind="p")
    assert lines(chart, 0) == pytest.approx(
        (0.6 - 3 * sqrt(0.24 / 10), 0.6 - 2 * sqrt(0.24 / 10), 0.6, 0.6 + 2 * sqrt(0.24 / 10), 1)
    )
    assert chart.lower[1] == pytest.approx(0.6 - 3 * sqrt(0.24 / 20))
    assert analyse([0, 1, 0], [10, 10, 10], kind="p", multiply=100).lower == (0, 0, 0)


def test_u_has_limits_for_each_denominator_not_below_nought():
    chart = analyse([8, 10, 12], [10, 20, 10], kind="u")
    assert lines(chart, 1) == around(0.75, sqrt(0.75 / 20))
    assert analyse([0, 1, 0], [10, 10, 10], kind="u").lower == (0, 0, 0)


@pytest.mark.parametrize(("kind", "spread"), [("pp", 0.5 * 0.5), ("up", 0.5)])
def test_the_primed_charts_widen_the_limits_by_what_varies_beyond_chance(kind, spread):
    chart = analyse([400, 600, 450, 550], [1000] * 4, kind=kind)
    sigma = sqrt(spread / 1000)
    average = (0.2 + 0.15 + 0.1) / 3 / sigma
    assert chart.last_phase.ranges_average == pytest.approx(average)
    assert lines(chart) == (
        around(0.5, sigma * average / 1.128)
        if kind == "up"
        else (pytest.approx([0.5 + times * 0.15 / 1.128 for times in (-3, -2, 0, 2, 3)]))
    )


def test_c_takes_sigma_from_the_mean():
    assert lines(analyse([20, 30, 25], kind="c")) == around(25, 5)
    assert analyse([1, 2, 3], kind="c").lower == (0, 0, 0)


def test_g_takes_limits_from_the_mean_and_draws_the_median():
    chart = analyse([1, 2, 12], kind="g")
    assert lines(chart) == pytest.approx((0, 0, 2, 5 + 2 * sqrt(30), 5 + 3 * sqrt(30)))
    assert analyse([1, 2, 12], kind="g", centre=10).centre[0] == pytest.approx(6.93)


def test_t_works_on_the_transformed_times():
    values = [2**3.6, 4**3.6, 3**3.6]
    chart = analyse(values, kind="t")
    sigma = 1.5 / 1.128
    assert lines(chart) == pytest.approx(
        (0, (3 - 2 * sigma) ** 3.6, 3**3.6, (3 + 2 * sigma) ** 3.6, (3 + 3 * sigma) ** 3.6)
    )
    with pytest.raises(ValueError, match="above zero"):
        analyse([1, 0, 2], kind="t")


def test_i_prime_weighs_by_the_denominators():
    chart = analyse([20, 90, 50], [10, 30, 10], kind="ip")
    average = mean([1 / sqrt(1 / 10 + 1 / 30), 2 / sqrt(1 / 10 + 1 / 30)]) * sqrt(3.141592653589793 / 2)
    assert lines(chart, 1) == around(160 / 50, average / sqrt(30))
    alike = analyse([20, 90, 50], kind="ip")
    assert lines(alike) == around(160 / 3, mean([70, 40]) * sqrt(3.141592653589793) / 2)


@pytest.mark.parametrize("kind", ["p", "pp", "u", "up", "ip", "run", "i", "mr", "xmr"])
def test_a_denominator_of_nought_makes_no_point_and_events_out_of_none_move_nothing(kind):
    top, bottom = [5, 3, 0, 6, 4], [10, 12, 0, 9, 11]
    chart, odd = analyse(top, bottom, kind=kind), analyse([5, 3, 7, 6, 4], bottom, kind=kind)
    assert (chart.values[2], odd.values) == (None, chart.values)
    assert (odd.centre, odd.upper) == (chart.centre, chart.upper)
    assert Caution.EVENTS_WITHOUT_DENOMINATOR in odd.last_phase.cautions
    assert (chart.upper[2] is None) == (kind in ("p", "pp", "u", "up", "ip", "run"))
    missing = analyse([5, 3, 7, 6, 4], [10, 12, None, 9, 11], kind=kind)
    assert (missing.values, missing.centre, missing.upper) == (chart.values, chart.centre, chart.upper)


def test_more_events_than_their_denominator_are_drawn_and_said():
    chart = analyse([8] * 15 + [22], [20] * 16, kind="p")
    assert (chart.values[-1], chart.rules[-1]) == (1.1, (Rule.ABOVE_LIMIT,))
    assert Caution.ABOVE_DENOMINATOR in chart.last_phase.cautions


@pytest.mark.parametrize("kind", sorted(set(Kind) - {Kind.XMR, Kind.MR}))
def test_every_other_kind_tells_long_runs_and_few_crossings(kind):
    values = [41, 39] * 6 + [61, 59] * 6
    bottom = [100] * 24 if kind in ("p", "pp", "u", "up") else None
    chart = analyse(values, bottom, kind=kind, better="lower")
    assert chart.last_phase.has_long_run
    assert chart.last_phase.has_few_crossings
    assert all(Rule.LONG_RUN_BELOW in rules for rules in chart.rules[:12])
    assert all(Rule.LONG_RUN_ABOVE in rules for rules in chart.rules[12:])
    assert chart.variation == Variation.CONCERN_HIGH


def test_xmr_and_mr_are_not_judged_by_the_rules_of_runs():
    for kind in ("xmr", "mr"):
        chart = analyse([1, 2] * 10 + [50, 90] * 10, kind=kind)
        assert not chart.last_phase.signal
        assert not {Rule.LONG_RUN_ABOVE, Rule.LONG_RUN_BELOW} & {
            rule for found in chart.rules for rule in found
        }


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize(
    "values", [[], [None], [None] * 3, [float("nan"), float("inf"), None], [5], [5, None]]
)
def test_no_kind_fails_for_lack_of_points(kind, values):
    bottom = [10] * len(values) if kind in ("p", "pp", "u", "up") else None
    for exclude in ((), range(1, 9)):
        chart = analyse(values, bottom, kind=kind, exclude=exclude, target=3, better="higher")
        assert len(chart.values) == len(chart.rules) == len(chart.upper) == len(values)
        assert not any(chart.rules)
        assert not chart.last_phase.signal


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"kind": "p"}, "needs a denominator"),
        ({"dates": DAYS[:1]}, "one date for each"),
        ({"rebase": DAYS[:1]}, "needs the dates"),
        ({"multiply": 0}, "above zero"),
        ({"kind": "xbar"}, "xbar"),
        ({"better": "blue"}, "blue"),
    ],
)
def test_what_makes_no_chart_is_refused(options, words):
    with pytest.raises(ValueError, match=words):
        analyse([1, 2], **options)


@pytest.mark.parametrize(
    ("top", "bottom", "value"), [(5, 50, 10), (5, 0, None), (5, None, None), (None, 5, None), (5, 1, 500)]
)
def test_one_value_is_what_the_chart_draws(top, bottom, value):
    assert value_of(top, bottom, multiply=100) == value
    assert analyse([top], [bottom], multiply=100).values == (value,)


def test_the_fewest_crossings_of_long_series_are_those_of_whole_numbers():
    for useful in (2002, 2081, 3500):
        steps = useful - 1
        ways = [comb(steps, crossings) for crossings in range(steps // 2)]
        below, fewest = 0, 0
        for fewest, each in enumerate(ways):  # noqa: B007
            below += each
            if 20 * below >= 2**steps:
                break
        assert crossings_min(useful) == fewest


def test_the_bench_of_charts_has_a_line_for_each_kind(monkeypatch, capsys):
    from iocn.bench import charts

    monkeypatch.setattr(charts, "SERIES", 2)
    monkeypatch.setattr(charts, "LONG", 100)
    charts.main()
    assert [json.loads(line)["chart"] for line in capsys.readouterr().out.splitlines()] == list(Kind)


def test_the_result_cannot_be_changed():
    chart = analyse([1, 2, 3], kind="xmr")
    with pytest.raises(AttributeError):
        chart.values = ()
    with pytest.raises(TypeError):
        chart.values[0] = 9


# --- What must always hold --------------------------------------------------------------------------------------
numbers = st.one_of(st.none(), st.integers(-50, 50))
whole_series = st.lists(numbers, max_size=60)
SHIFTED = [Kind.RUN, Kind.XMR, Kind.I, Kind.MR]
TURNED = {
    Rule.ABOVE_LIMIT: Rule.BELOW_LIMIT,
    Rule.RISING: Rule.FALLING,
    Rule.TWO_OF_THREE_ABOVE: Rule.TWO_OF_THREE_BELOW,
    Rule.SHIFT_ABOVE: Rule.SHIFT_BELOW,
    Rule.LONG_RUN_ABOVE: Rule.LONG_RUN_BELOW,
}
TURNED |= {below: above for above, below in TURNED.items()}


def close(one, other, scale=1.0):
    return all(
        (a is None) == (b is None) and (a is None or isclose(a, b, rel_tol=1e-9, abs_tol=1e-9 * scale))
        for a, b in zip(one, other, strict=True)
    )


@given(
    whole_series,
    st.sampled_from(SHIFTED),
    st.integers(1, 50),
    st.integers(-1000, 1000),
    st.sampled_from([1, 0.1]),
)
def test_scale_and_shift_change_no_rule_of_values(values, kind, scale, shift, tenth):
    """Tenths are what floating point cannot hold: ties must survive them."""
    plain = analyse(values, kind=kind)
    moved = analyse(
        [None if value is None else (value * scale + shift) * tenth for value in values], kind=kind
    )
    assert plain.rules == moved.rules
    assert [phase.signal for phase in plain.phases] == [phase.signal for phase in moved.phases]
    if kind != Kind.MR:
        wanted = [None if line is None else (line * scale + shift) * tenth for line in plain.upper]
        assert close(moved.upper, wanted, 1e5)


@given(st.lists(st.one_of(st.none(), st.integers(1, 90)), max_size=40), st.sampled_from(list(Kind)))
def test_multiplying_moves_the_lines_and_no_rule(values, kind):
    bottom = [100] * len(values)
    plain, percent = (analyse(values, bottom, kind=kind, multiply=times) for times in (1, 100))
    assert plain.rules == percent.rules
    for one, other in (
        (plain.values, percent.values),
        (plain.centre, percent.centre),
        (plain.lower, percent.lower),
        (plain.upper_warning, percent.upper_warning),
    ):
        assert close([None if each is None else each * 100 for each in one], other)


@given(whole_series)
def test_a_chart_turned_upside_down_has_the_opposite_rules(values):
    chart = analyse(values, kind="xmr")
    turned = analyse([None if value is None else -value for value in values], kind="xmr")
    assert [{TURNED[rule] for rule in rules} for rules in chart.rules] == [
        set(rules) for rules in turned.rules
    ]


@given(whole_series, st.sampled_from([Kind.XMR, Kind.RUN, Kind.I]), st.randoms(use_true_random=False))
def test_the_order_in_which_dated_points_are_given_changes_nothing(values, kind, shuffle):
    pairs = [(date(2024, 1, 1) + timedelta(days=day), value) for day, value in enumerate(values)]
    mixed = pairs[:]
    shuffle.shuffle(mixed)
    rebase = [date(2024, 1, 20)]
    one, other = (
        analyse([value for _, value in each], kind=kind, dates=[day for day, _ in each], rebase=rebase)
        for each in (pairs, mixed)
    )
    assert (one.values, one.rules, one.upper, one.phases) == (
        other.values,
        other.rules,
        other.upper,
        other.phases,
    )
    assert [mixed[place] for place in other.order] == pairs


@given(st.lists(numbers, min_size=2, max_size=20), st.data())
def test_two_points_on_one_date_are_refused_in_whatever_order(values, data):
    days = [DAYS[place] for place in range(len(values))]
    days[data.draw(st.integers(1, len(values) - 1))] = days[0]
    with pytest.raises(ValueError, match="same date"):
        analyse(values, dates=data.draw(st.permutations(days)))


@given(
    st.lists(
        st.tuples(st.one_of(st.none(), st.integers(1, 90)), st.integers(0, 90)), min_size=2, max_size=60
    ),
    st.data(),
    st.sampled_from(list(Kind)),
)
def test_phases_are_worked_out_as_if_each_were_alone(points, data, kind):
    cut = data.draw(st.integers(1, len(points) - 1))
    if kind == Kind.T:
        points = [(top, 1) for top, _ in points]

    def of(some, **options):
        return analyse([top for top, _ in some], [bottom for _, bottom in some], kind=kind, **options)

    whole, first, second = of(points, part=[cut]), of(points[:cut]), of(points[cut:])
    for name in ("values", "centre", "lower", "upper", "lower_warning", "upper_warning", "rules", "baseline"):
        assert getattr(whole, name) == getattr(first, name) + getattr(second, name)
    assert [phase.cautions for phase in whole.phases] == [
        each.last_phase.cautions for each in (first, second)
    ]


@given(whole_series, st.sampled_from([Kind.XMR, Kind.I, Kind.RUN, Kind.C]), st.data())
def test_excluding_a_point_is_leaving_it_out_but_for_its_place(values, kind, data):
    values = [None if value is None else abs(value) for value in values]
    left_out = data.draw(st.sets(st.integers(1, max(len(values), 1)), max_size=5))
    chart = analyse(values, kind=kind, exclude=left_out)
    kept = [value for number, value in enumerate(values, 1) if number not in left_out]
    short = analyse(kept, kind=kind)
    of_kept = [rules for number, rules in enumerate(chart.rules, 1) if number not in left_out]
    assert of_kept == list(short.rules)
    assert chart.last_phase.centre == short.last_phase.centre
    assert chart.last_phase.useful == short.last_phase.useful
    assert chart.variation == short.variation


@given(whole_series, st.integers(12, 70))
def test_points_after_a_freeze_do_not_move_its_limits(values, freeze):
    chart = analyse(values, kind="xmr", freeze=freeze)
    first = analyse(values[:freeze], kind="xmr")
    assert (chart.centre[:freeze], chart.upper[:freeze]) == (first.centre, first.upper)
