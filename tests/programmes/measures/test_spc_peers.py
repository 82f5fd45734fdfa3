"""Our answers beside those of two published packages, case by case. docs/spc.md has the table of differences.

`../shared/spc` beside the repository holds the cases; without it these tests say that they were skipped.
"""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from tests.programmes.measures.oracle import CHARTS, answer

CASES = Path(__file__).resolve().parents[4] / "shared" / "spc" / "cases.json"

# What rests on the limits, and what is said by them.
LIMITS = {"lpl", "upl", "derived.amr", "derived.nlpl", "derived.nupl", "lcl", "ucl", "lcl_95", "ucl_95"}
JUDGED = {"outside_limits", "close_to_limits", "sigma_signal", "n_sigma_signals"}
LABELS = {"special_cause_type", "point_type", "variation_type", "variation_icon"} | {
    f"groups.{count}" for count in ("common_cause", "special_cause_improvement", "special_cause_concern")
}
OF_GROUPS = {"groups.lpl", "groups.upl", "assurance_type", "assurance_icon"}
RUNS = {
    f"parts.{name}"
    for name in (
        "n_useful",
        "longest_run",
        "longest_run_max",
        "n_crossings",
        "n_crossings_min",
        "runs_signal",
    )
}

# The defects of a peer in which we differ, and in what. Nothing else may differ.
DIFFERS = {
    "no limits when every range is zero": LIMITS | JUDGED | LABELS | OF_GROUPS,
    "limits collapse onto the mean": LIMITS | JUDGED | LABELS | OF_GROUPS,
    "trend direction": LABELS,
    "bad input": {"cl", *LIMITS, *JUDGED, *RUNS, "any_runs_signal"},
}
REFUSED_BY_PEER = "failure on missing values"
NUMBERS = {"values", "mean", "cl", *LIMITS, "groups.mean", "groups.lpl", "groups.upl"}
# Of R itself, or said in the peer's words.
NOT_COMPARED = {"error_kind", "peer_warned"}


def cases(*quirks: str) -> list[Any]:
    """Return the cases with any of the quirks; without naming any, those that have none."""
    if not CASES.exists():
        skipped = pytest.mark.skip(reason="the peers' answers (../shared/spc) are not here")
        return [pytest.param(None, marks=skipped)]
    every = json.loads(CASES.read_text())["cases"]
    return [
        pytest.param(case, id=case["id"])
        for case in every
        if case["chart"] in CHARTS and (set(quirks) & set(case["quirks"]) if quirks else not case["quirks"])
    ]


def differences(case: dict[str, Any]) -> list[tuple[str, int | None, Any, Any]]:
    """Return where our answer is not the peer's: field, index of the point or group, ours, theirs."""
    known = [abs(value) for value in case["input"]["values"] if value is not None]
    floor = 1e-11 * max(known, default=0) * (case["input"].get("multiply") or 1)
    found = _differences("", answer(case), case["expected"], floor)
    if case["rounding_sensitive"]:
        found = [each for each in found if each[0] in NUMBERS]
    return found


def _differences(
    field: str, ours: Any, theirs: Any, floor: float, index: int | None = None
) -> list[tuple[str, int | None, Any, Any]]:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return [
            each
            for name in sorted((ours.keys() | theirs.keys()) - NOT_COMPARED)
            for each in _differences(
                f"{field}.{name}" if field else name,
                ours.get(name, "nothing"),
                theirs.get(name, "nothing"),
                floor,
                index,
            )
        ]
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        return [
            each
            for place, (mine, peer) in enumerate(zip(ours, theirs, strict=True))
            for each in _differences(field, mine, peer, floor, place)
        ]
    if _is_number(ours) and _is_number(theirs):
        same = math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=floor)
    else:
        same = type(ours) is type(theirs) and ours == theirs
    return [] if same else [(field, index, ours, theirs)]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


@pytest.mark.parametrize("case", cases())
def test_we_agree_with_the_peer(case):
    assert differences(case) == []


def test_every_quirk_of_the_peers_has_been_thought_about():
    if not CASES.exists():
        pytest.skip("the peers' answers (../shared/spc) are not here")
    quirks = {quirk for case in json.loads(CASES.read_text())["cases"] for quirk in case["quirks"]}
    assert quirks == {*DIFFERS, REFUSED_BY_PEER}


@pytest.mark.parametrize("case", cases(*DIFFERS))
def test_we_differ_in_a_quirk_and_in_nothing_else(case):
    allowed = set().union(*(DIFFERS.get(quirk, set()) for quirk in case["quirks"]))
    assert {field for field, *_ in differences(case)} <= allowed


@pytest.mark.parametrize("case", cases("no limits when every range is zero"))
def test_where_every_range_is_zero_our_limits_are_the_centre(case):
    ours, theirs = answer(case), case["expected"]
    if theirs["error"]:  # times of nought
        assert ours == {"error": True}
        return
    lower, upper, centre = ("lpl", "upl", "mean") if case["chart"] == "xmr" else ("lcl", "ucl", "cl")
    without = [index for index, limit in enumerate(theirs[upper]) if limit is None]
    assert without
    for index in without:
        assert ours[lower][index] == pytest.approx(ours[centre][index])
        assert ours[upper][index] == pytest.approx(ours[centre][index])
    changed = {index for field, index, *_ in differences(case) if field in LIMITS}
    assert changed <= set(without)
    if "special_cause_type" in theirs and case["edge"] in ("constant", "real_ae"):
        assert set(ours["special_cause_type"]) == {"Common Cause"}


@pytest.mark.parametrize("case", cases("limits collapse onto the mean"))
def test_where_the_peers_limits_collapse_ours_are_those_without_screening(case):
    found = differences(case)
    if not case["input"]["screen_outliers"]:
        assert found == []  # every value is the same, and there is nothing better to say
        return
    unscreened = answer({**case, "input": {**case["input"], "screen_outliers": False}})
    theirs, ours = case["expected"], answer(case)
    collapsed = {index for index, upper in enumerate(theirs["upl"]) if upper == theirs["lpl"][index]}
    assert {index for field, index, *_ in found if field == "upl"} <= collapsed
    for index in collapsed:
        assert ours["upl"][index] == pytest.approx(unscreened["upl"][index])
    assert sum(ours["outside_limits"]) <= sum(theirs["outside_limits"])


@pytest.mark.parametrize("case", cases("trend direction"))
def test_the_last_point_of_a_trend_has_the_direction_of_its_trend(case):
    changed = [each for each in differences(case) if each[0] == "special_cause_type"]
    assert changed
    for _, index, ours, theirs in changed:
        assert {ours, theirs} == {"7 Point Trend (Increasing)", "7 Point Trend (Decreasing)"}
        rises = case["expected"]["values"][index] > case["expected"]["values"][index - 1]
        assert ours == f"7 Point Trend ({'Increasing' if rises else 'Decreasing'})"


@pytest.mark.parametrize("case", cases(REFUSED_BY_PEER))
def test_we_answer_where_the_peer_fails_on_a_missing_value(case):
    assert case["expected"]["error"]
    ours = answer(case)
    assert not ours["error"]
    for index, value in enumerate(ours["values"]):
        if value is None:
            assert ours["special_cause_type"][index] == "Common Cause"
    # The limits are those of the series that has a date for each known value, and a gap.
    known = [value for value in ours["values"] if value is not None]
    assert ours["mean"][0] == pytest.approx(sum(known) / len(known))


@pytest.mark.parametrize("case", cases("bad input"))
def test_of_bad_input_we_draw_the_same_points_and_leave_out_what_is_out_of_none(case):
    ours = answer(case)
    assert ours["values"] == pytest.approx(case["expected"]["values"])
    bottom = case["input"]["denominators"]
    if 0 in bottom:
        pairs = [(top, out_of) for top, out_of in zip(case["input"]["values"], bottom, strict=True) if out_of]
        centre = sum(top for top, _ in pairs) / sum(out_of for _, out_of in pairs)
        assert ours["cl"][0] == pytest.approx(centre * case["input"]["multiply"])
    elif case["chart"] == "p":
        assert differences(case) == []
