"""The arithmetic of the run chart, on made series and against the published peer's answers."""

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programmes.measures.spc import crossings_min, longest_run_max, run_chart

CASES = Path(__file__).resolve().parents[4] / "shared" / "spc" / "cases.json"


def test_the_centre_is_the_median_and_points_on_it_count_in_no_rule():
    part = run_chart([1, 5, 3, 3, 3, 5, 1]).last_part
    assert part.centre == 3
    assert (part.points, part.useful) == (7, 4)
    assert (part.longest_run.length, part.crossings) == (2, 2)


def test_a_point_on_the_median_neither_ends_nor_lengthens_a_run():
    part = run_chart([1, 1, 3, 1, 5, 5, 5]).last_part
    assert part.longest_run.length == 3
    assert part.useful == 6


def test_a_step_is_a_long_run_and_says_where_and_on_which_side():
    part = run_chart([2, 4] * 5 + [9] * 10).last_part
    assert part.has_long_run
    assert part.signal
    run = part.longest_run
    assert (run.first, run.last, run.length, run.above) == (10, 19, 10, True)


def test_of_two_runs_that_are_equally_long_the_later_one_is_named():
    assert run_chart([1, 1, 1, 9, 9, 9]).last_part.longest_run.above


def test_a_slow_wave_crosses_too_seldom_without_a_long_run():
    part = run_chart(([1] * 6 + [9] * 6) * 3).last_part
    assert not part.has_long_run
    assert (part.crossings, part.crossings_min) == (5, 13)
    assert part.has_few_crossings


def test_numbers_that_only_vary_give_no_signal():
    part = run_chart([4, 7, 5, 8, 3, 6, 7, 4, 8, 5, 3, 7]).last_part
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
    part = run_chart(values).last_part
    assert (part.centre, part.useful, part.longest_run, part.crossings) == (None, 0, None, None)
    assert not part.signal


def test_one_number_is_its_own_median():
    part = run_chart([7]).last_part
    assert (part.centre, part.points, part.useful, part.signal) == (7, 1, 0, False)


def test_equal_numbers_have_no_useful_point():
    part = run_chart([7] * 20).last_part
    assert (part.centre, part.useful, part.longest_run, part.signal) == (7, 0, None, False)


def test_a_percentage_divides_and_leaves_out_what_has_nothing_to_divide_by():
    chart = run_chart([5, 0, 3, 2], [50, 0, None, 40], multiply=100)
    assert chart.values == (10, None, None, 5)
    assert chart.last_part.centre == 7.5


def test_tenths_that_floating_point_cannot_hold_are_still_on_the_median():
    assert run_chart([0.1 + 0.2, 0.3, 0.3, 0.1, 0.5]).last_part.useful == 2


def test_parts_are_worked_out_each_for_itself():
    chart = run_chart([1, 2, 3, 11, 12, 13], part=[3])
    assert chart.centre == (2, 2, 2, 12, 12, 12)
    assert chart.part_of == (0, 0, 0, 1, 1, 1)
    assert [part.useful for part in chart.parts] == [2, 2]


def test_a_frozen_centre_judges_later_points():
    chart = run_chart([1, 2, 3, 9, 9, 9], freeze=3)
    assert chart.last_part.centre == 2
    assert chart.last_part.longest_run.length == 4
    assert chart.baseline == (True, True, True, False, False, False)


def test_an_excluded_point_moves_neither_centre_nor_rules():
    chart = run_chart([1, 100, 3], exclude=[2])
    assert chart.last_part.centre == 2
    assert (chart.last_part.points, chart.last_part.useful) == (2, 2)
    assert chart.included == (True, False, True)


def test_as_many_denominators_as_values_are_wanted():
    with pytest.raises(ValueError, match="one denominator for each"):
        run_chart([1, 2], [1])


@given(
    st.lists(st.integers(-1000, 1000), min_size=1, max_size=80),
    st.integers(1, 50),
    st.integers(-1000, 1000),
)
def test_scale_and_shift_change_no_rule(values, scale, shift):
    plain = run_chart(values).last_part
    moved = run_chart([value * scale + shift for value in values]).last_part
    assert (plain.useful, plain.longest_run, plain.crossings) == (
        moved.useful,
        moved.longest_run,
        moved.crossings,
    )


@given(st.lists(st.one_of(st.none(), st.integers(0, 9)), max_size=60))
def test_turning_a_series_round_keeps_length_of_runs_and_crossings(values):
    one, other = run_chart(values).last_part, run_chart(values[::-1]).last_part
    assert (one.useful, one.crossings) == (other.useful, other.crossings)
    assert (one.longest_run and one.longest_run.length) == (other.longest_run and other.longest_run.length)


def _cases():
    if not CASES.exists():
        return [
            pytest.param(
                None, marks=pytest.mark.skip(reason="the peers' answers (../shared/spc) are not here")
            )
        ]
    every = json.loads(CASES.read_text())["cases"]
    return [pytest.param(case, id=case["id"]) for case in every if case["chart"] == "run"]


@pytest.mark.parametrize("case", _cases())
def test_run_charts_agree_with_qicharts2(case):
    given_, expected = case["input"], case["expected"]
    assert not expected["error"]
    chart = run_chart(
        given_["values"],
        given_["denominators"],
        freeze=given_["freeze"],
        part=given_["part"] or (),
        exclude=given_["exclude"] or (),
        centre=given_["cl"],
        multiply=given_["multiply"],
    )
    floor = 1e-11 * max(abs(value) for value in given_["values"] if value is not None)
    for ours, theirs in ((chart.values, expected["values"]), (chart.centre, expected["cl"])):
        assert len(ours) == len(theirs)
        for mine, peer in zip(ours, theirs, strict=True):
            assert (mine is None) == (peer is None)
            assert mine is None or math.isclose(mine, peer, rel_tol=1e-9, abs_tol=floor)
    assert [number + 1 for number in chart.part_of] == expected["part"]
    assert list(chart.baseline) == expected["baseline"]
    assert list(chart.included) == expected["include"]
    if not case["rounding_sensitive"]:
        assert [
            {
                "part": number,
                "n_obs": part.points,
                "n_useful": part.useful,
                "longest_run": part.longest_run and part.longest_run.length,
                "longest_run_max": part.longest_run_max,
                "n_crossings": part.crossings,
                "n_crossings_min": part.crossings_min,
                "runs_signal": part.signal,
            }
            for number, part in enumerate(chart.parts, 1)
        ] == expected["parts"]
