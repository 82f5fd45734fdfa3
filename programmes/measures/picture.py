"""What the chart of a measure is drawn from: small enough for a page, since a phone waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from programmes.measures.drawing import frame_of, paths
from programmes.measures.figures import period_name, plain, rounded, shown, unit_of
from programmes.measures.models import Measure
from programmes.measures.periods import BY_DAY
from programmes.measures.sentences import centre_name, rule_words
from programmes.measures.spc import Phase, Rule

if TYPE_CHECKING:
    from programmes.measures.meaning import Series


# So many of the newest points are drawn at first: more can hardly be told apart, and would make the page heavy.
NEWEST = 120

# Each kind of rule is drawn in its own shape (chart.js).
_SHAPES = {
    Rule.ABOVE_LIMIT: "limit",
    Rule.BELOW_LIMIT: "limit",
    Rule.RISING: "rising",
    Rule.FALLING: "falling",
    Rule.TWO_OF_THREE_ABOVE: "near",
    Rule.TWO_OF_THREE_BELOW: "near",
    Rule.SHIFT_ABOVE: "run",
    Rule.SHIFT_BELOW: "run",
    Rule.LONG_RUN_ABOVE: "run",
    Rule.LONG_RUN_BELOW: "run",
}


def picture(series: Series, notes: bool, table: bool = True, newest: int | None = None) -> dict[str, Any]:
    """Return what components/chart.html draws; `notes` whether the reader may see free text.

    Without its own table the page has one, and what is empty or follows from the rest is left out. `newest` draws so
    many of the newest points alone, with the lines and signals that all of them give.
    """
    measure, chart = series.measure, series.chart
    start = max(0, len(series.points) - newest) if newest else 0
    points = [_point(series, at, notes) for at in range(start, len(series.points))]
    drawn: dict[str, Any] = {
        "id": f"measure-{measure.pk}",
        "kind": str(series.kind),
        "title": measure.full_name,
        "sentence": series.sentence,
        "unit": unit_of(measure),
        "suffix": _suffix(measure),
        "decimals": 1 if measure.shape == Measure.Shape.PERCENTAGE else None,
        "made_up": measure.made_up,
        "by_day": measure.frequency in BY_DAY,
        "centre_name": centre_name(series.kind),
        "phases": [_lines(series, phase, start) for phase in chart.phases if phase.last >= start],
        "target": series.target,
        "points": points,
    }
    if not table:
        for point in points:
            if point["value"] == 1:  # one of it: the suffix is of many
                point["shown"] = shown(measure, 1)
        _say_once(drawn)
    else:
        drawn["columns"] = _columns(series, points)
        for at, point in enumerate(points, start):
            of = series.points[at]
            point["period"], point["shown"] = (
                period_name(of.period, measure.frequency),
                shown(measure, chart.values[at]),
            )
            if measure.has_denominator:
                point["top"] = plain(of.numerator)
                point["bottom"] = "" if of.denominator is None else plain(of.denominator)
    return drawn


def small(series: Series) -> dict[str, str] | None:
    """Return what components/small_chart.html draws where no script runs; None without any value."""
    measure, periods = series.measure, [point.period for point in series.points]
    frame = frame_of(series.chart, periods, series.target) if periods else None
    if frame is None:
        return None
    ends = {
        "first": period_name(frame.first, measure.frequency),
        "last": period_name(frame.last, measure.frequency),
    }
    ends |= {"low": shown(measure, frame.low), "high": shown(measure, frame.high)}
    return ends | paths(series.chart, periods, frame, series.target, signals=not series.is_few)


def _point(series: Series, at: int, notes: bool) -> dict[str, Any]:
    point, value = series.points[at], series.chart.values[at]
    found: dict[str, Any] = {
        "date": point.period.isoformat(),
        "value": None if value is None else rounded(series.measure, value),
    }
    if series.measure.has_denominator and point.denominator is not None:
        found["numerator"], found["denominator"] = float(point.numerator), float(point.denominator)
    if rule := rule_words(series, at):
        # The first rule that holds is the first that may be told.
        first = series.rules_at(at)[0]
        found |= {
            "signal": signal(series.chart.better, high=first.high),
            "rule": rule,
            "shape": _SHAPES[first],
        }
    if notes and point.note:
        found["note"] = point.note
    if point.left_out:
        found["out"] = point.left_out if notes else "does not count"
    return found


def _say_once(drawn: dict[str, Any]) -> None:
    """Write what many points say once, and whole numbers without decimals: half of what the page would hold."""
    rules: list[dict[str, str]] = []
    for point in drawn["points"]:
        for key in ("value", "numerator", "denominator"):
            if point.get(key) is not None and point[key] == int(point[key]):
                point[key] = int(point[key])
        if "rule" in point:
            rule = {key: point.pop(key) for key in ("signal", "rule", "shape")}
            if rule not in rules:
                rules.append(rule)
            point["why"] = rules.index(rule)
    drawn["rules"] = rules


def signal(better: str, *, high: bool) -> str:
    """Return what kind of signal something high, or low, is where higher, lower or neither is better."""
    if better == "neither":
        return "neither"
    return "improvement" if high == (better == "higher") else "concern"


def _lines(series: Series, phase: Phase, start: int) -> dict[str, Any]:
    """Return a phase's lines, as far as they are drawn: one number where it is the same throughout, else one a point."""
    measure, where = series.measure, slice(max(phase.first, start), phase.last + 1)

    def line(values: tuple[float | None, ...]) -> Any:
        found = [None if value is None else rounded(measure, value) for value in values[where]]
        return found[0] if len(set(found)) == 1 else found

    centre = phase.centre
    lines = {
        "first": where.start - start,
        "last": phase.last - start,
        "centre": None if centre is None else rounded(measure, centre),
        "lower": line(series.chart.lower),
        "upper": line(series.chart.upper),
    }
    fixed = phase.first + sum(series.chart.baseline[phase.first : phase.last + 1]) - 1
    if start <= fixed < phase.last:
        lines["fixed"] = fixed - start
    return lines


def _columns(series: Series, points: list[dict[str, Any]]) -> list[dict[str, str]]:
    columns = [
        {"key": "period", "label": {"month": "Month", "quarter": "Quarter"}.get(series.period_word, "Date")},
        {"key": "shown", "label": "Jump" if series.kind == "mr" else "Value"},
    ]
    if series.measure.has_denominator:
        columns += [{"key": "top", "label": "Numerator"}, {"key": "bottom", "label": "Denominator"}]
    columns += [
        {"key": key, "label": label}
        for key, label in (("rule", "Signal"), ("out", "Left out"), ("note", "Note"))
        if any(point.get(key) for point in points)
    ]
    return columns


def _suffix(measure: Measure) -> str:
    """Return what follows a value in words: "%", " per 1,000 bed days", " minutes"."""
    if measure.shape == Measure.Shape.PERCENTAGE:
        return "%"
    return f" {unit_of(measure)}".rstrip()
