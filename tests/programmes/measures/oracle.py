"""Our own answers, by `analyse`, in the shape of the published peers' answers (../shared/spc)."""

from collections import Counter
from datetime import date
from typing import Any

from programmes.measures.spc import Analysis, Better, Kind, Rule, Variation, analyse

# The peers' words for ours.
CHARTS = {kind.value for kind in Kind}
BETTER = {"increase": Better.HIGHER, "decrease": Better.LOWER, "neutral": Better.NEITHER}
CAUSES = {
    Rule.ABOVE_LIMIT: "Above UCL",
    Rule.BELOW_LIMIT: "Below LCL",
    Rule.RISING: "7 Point Trend (Increasing)",
    Rule.FALLING: "7 Point Trend (Decreasing)",
    Rule.TWO_OF_THREE_ABOVE: "2 in 3 Above CL",
    Rule.TWO_OF_THREE_BELOW: "2 in 3 Below CL",
    Rule.SHIFT_ABOVE: "7 Points Above CL",
    Rule.SHIFT_BELOW: "7 Points Below CL",
}
POINT_TYPES = {
    Variation.COMMON_CAUSE: "common_cause",
    Variation.IMPROVEMENT_HIGH: "special_cause_improvement",
    Variation.IMPROVEMENT_LOW: "special_cause_improvement",
    Variation.CONCERN_HIGH: "special_cause_concern",
    Variation.CONCERN_LOW: "special_cause_concern",
    Variation.NEUTRAL_HIGH: "special_cause_neutral_high",
    Variation.NEUTRAL_LOW: "special_cause_neutral_low",
}
ASSURANCES = {
    "pass": "consistent_pass",
    "fail": "consistent_fail",
    "inconsistent": "inconsistent",
    None: None,
}
OUTSIDE = {Rule.ABOVE_LIMIT, Rule.BELOW_LIMIT}


def answer(case: dict[str, Any]) -> dict[str, Any]:
    """Return our answer to a case of any chart that `analyse` makes; a refusal as {"error": True}."""
    if case["chart"] not in CHARTS:
        raise NotImplementedError(f"There is no chart {case['chart']} in IOCN.")
    try:
        return (_xmr if case["chart"] == "xmr" else _qic)(case)
    except ValueError:
        return {"error": True}


def _xmr(case: dict[str, Any]) -> dict[str, Any]:
    asked = case["input"]
    rebase = {date.fromisoformat(day) for day in _several(asked.get("rebase"))}
    screen = asked.get("screen_outliers")
    chart = analyse(
        asked["values"],
        kind=Kind.XMR,
        dates=[date.fromisoformat(day) for day in asked["dates"]],
        rebase=rebase,
        freeze=asked.get("fix_after_n_points"),
        screen=True if screen is None else screen,
        better=BETTER.get(asked.get("improvement_direction") or "increase", ""),
        target=asked.get("target"),
    )
    assert chart.dates is not None
    # The peer counts the rebase dates met so far.
    offset = 1 if chart.dates and chart.dates[0] in rebase else 0
    points = range(len(chart.values))
    types = [POINT_TYPES[chart.variation_at(index)] for index in points]
    short = [
        phase.last - phase.first + 1 < 13
        for phase in chart.phases
        for _ in range(phase.first, phase.last + 1)
    ]
    outside = [
        None
        if chart.values[index] is None or chart.lower[index] is None
        else bool(OUTSIDE & set(chart.rules[index]))
        for index in points
    ]
    return {
        "error": False,
        "dates": [day.isoformat() for day in chart.dates],
        "values": list(chart.values),
        "rebase_group": [phase + offset for phase in chart.phase_of],
        "mean": list(chart.centre),
        "lpl": list(chart.lower),
        "upl": list(chart.upper),
        "outside_limits": outside,
        "close_to_limits": [_close(chart, index, outside[index]) for index in points],
        "relative_to_mean": [
            _side(chart.values[index], chart.centre[index], chart, index) for index in points
        ],
        "short_group_warning": short,
        "special_cause_type": [CAUSES[rules[0]] if rules else "Common Cause" for rules in chart.rules],
        "point_type": types,
        "groups": [
            _group(chart, number, types[phase.first : phase.last + 1], offset)
            for number, phase in enumerate(chart.phases)
            if phase.last >= phase.first
        ],
        "derived": {
            "amr": [chart.phases[phase].ranges_average for phase in chart.phase_of],
            "nlpl": list(chart.lower_warning),
            "nupl": list(chart.upper_warning),
        },
        "variation_type": types[-1] if types else None,
        "variation_icon": chart.variation and chart.variation.value,
        "assurance_type": ASSURANCES[chart.assurance and chart.assurance.value],
        "assurance_icon": chart.assurance and chart.assurance.value,
        "short_group_warned": any(short),
    }


def _group(chart: Analysis, number: int, types: list[str], offset: int) -> dict[str, Any]:
    first = chart.phases[number].first
    counts = Counter(types)
    return {
        "rebase_group": number + offset,
        "n": len(types),
        "mean": chart.centre[first],
        "lpl": chart.lower[first],
        "upl": chart.upper[first],
        "common_cause": counts["common_cause"],
        "special_cause_improvement": counts["special_cause_improvement"],
        "special_cause_concern": counts["special_cause_concern"],
    }


def _side(value: float | None, line: float | None, chart: Analysis, index: int) -> int | None:
    """Return on which side of a line a point is, with the slack that `analyse` gives."""
    if value is None or line is None:
        return None
    phase = chart.phases[chart.phase_of[index]]
    known = [abs(each) for each in chart.values[phase.first : phase.last + 1] if each is not None]
    if abs(value - line) <= 1e-12 * max(abs(value), abs(line)) + 1e-14 * max(known):
        return 0
    return 1 if value > line else -1


def _close(chart: Analysis, index: int, outside: bool | None) -> bool | None:
    if outside is None:
        return None
    value = chart.values[index]
    above = _side(value, chart.upper_warning[index], chart, index)
    below = _side(value, chart.lower_warning[index], chart, index)
    return not outside and (above == 1 or below == -1)


def _qic(case: dict[str, Any]) -> dict[str, Any]:
    asked = case["input"]
    # qicharts2 lets a freeze lapse where parts are given; here it would hold in each part.
    freeze = asked.get("freeze") if asked.get("part") is None else None
    screen = asked.get("screen_mr")
    multiply = asked.get("multiply")
    chart = analyse(
        asked["values"],
        asked.get("denominators"),
        kind=case["chart"],
        part=_several(asked.get("part")),
        freeze=freeze,
        exclude=_several(asked.get("exclude")),
        centre=asked.get("cl"),
        multiply=1 if multiply is None else multiply,
        screen=True if screen is None else screen,
    )
    signals = [bool(OUTSIDE & set(rules)) for rules in chart.rules]
    parts = [
        {
            "part": number,
            "n_obs": phase.points,
            "n_useful": phase.useful,
            "longest_run": phase.longest_run and phase.longest_run.length,
            "longest_run_max": phase.longest_run_max,
            "n_crossings": phase.crossings,
            "n_crossings_min": phase.crossings_min,
            "runs_signal": phase.signal,
        }
        for number, phase in enumerate(chart.phases, 1)
    ]
    return {
        "error": False,
        "values": list(chart.values),
        "cl": list(chart.centre),
        "lcl": list(chart.lower),
        "ucl": list(chart.upper),
        "lcl_95": list(chart.lower_warning),
        "ucl_95": list(chart.upper_warning),
        "part": [number + 1 for number in chart.phase_of],
        "baseline": list(chart.baseline),
        "include": list(chart.included),
        "sigma_signal": signals,
        "parts": parts,
        "n_sigma_signals": sum(signals),
        "any_runs_signal": any(part["runs_signal"] for part in parts),
        "peer_warned": False,
    }


def _several(given: Any) -> list[Any]:
    """Return a list of what may be one, several or nothing."""
    if given is None:
        return []
    return list(given) if isinstance(given, list | tuple) else [given]
