"""What a measure's chart says, in plain words: signal or noise, by which rule, and whether its target will be met."""

from __future__ import annotations

from typing import TYPE_CHECKING

from programmes.measures.figures import shown
from programmes.measures.models import Measure
from programmes.measures.spc import ENOUGH, SETTLED, Assurance, Kind, Rule, Run, Why

if TYPE_CHECKING:
    from programmes.measures.meaning import Series

_WAIT = f"Signal can be told from noise from {ENOUGH} numbers on."
_CENTRES = {Kind.RUN: "middle value", Kind.G: "middle value", Kind.T: "centre line"}
_OUTSIDE = (Rule.ABOVE_LIMIT, Rule.BELOW_LIMIT)
_TRENDS = (Rule.RISING, Rule.FALLING)
_NEAR = (Rule.TWO_OF_THREE_ABOVE, Rule.TWO_OF_THREE_BELOW)


def centre_name(kind: Kind) -> str:
    """Return what the centre line of a kind of chart is called."""
    return _CENTRES.get(kind, "mean")


def sentence(series: Series) -> str:
    """Return what the chart shows, for above it."""
    if not series.points:
        return "There are no numbers yet, so there is nothing to see."
    said = [*series.troubles, *_body(series), _left_out(series)]
    return " ".join(filter(None, said))


def in_short(series: Series) -> str:
    """Return the sentence for a list."""
    if not series.points:
        return "No numbers yet"
    if _is_constant(series):
        return "Always the same"
    if series.is_few:
        return "Too few numbers to tell"
    words = "middle" if centre_name(series.kind) == "middle value" else centre_name(series.kind)
    if series.rule in _OUTSIDE:
        return f"Signal: {'above the upper' if series.rule.high else 'below the lower'} limit"
    if series.rule in _TRENDS:
        return (
            f"Signal: {how_many(series, len(_trend(series)))} {'rising' if series.rule.high else 'falling'}"
        )
    if series.rule in _NEAR:
        return f"Signal: two of three near the {'upper' if series.rule.high else 'lower'} limit"
    run = _run_told(series)
    if run is not None:
        return f"Signal: {how_many(series, run.length)} {'above' if run.above else 'below'} the {words}"
    if series.part.enough and series.part.has_few_crossings:
        return "Signal: drifts or comes in waves"
    return "No signal now" if _earlier(series) else "No signal: chance alone"


def rule_words(series: Series, index: int) -> str:
    """Return why a point is a signal, for its tip and the table; empty where it is none."""
    rules = series.rules_at(index)
    if not rules:
        return ""
    if rules[0] in (Rule.LONG_RUN_ABOVE, Rule.LONG_RUN_BELOW):
        return f"in a long run {'above' if rules[0].high else 'below'} the {centre_name(series.kind)}"
    return {
        Rule.TWO_OF_THREE_ABOVE: "two of three near the upper limit",
        Rule.TWO_OF_THREE_BELOW: "two of three near the lower limit",
    }.get(rules[0], str(rules[0].value))


# --- What it says now ------------------------------------------------------------------------------------------
def _body(series: Series) -> list[str]:
    part, kind = series.part, series.kind
    if part.centre is None:
        if len(series.points) == 1:
            return [_one(series)]
        return ["No line can be worked out yet."]
    if len(series.points) == 1:
        return [_one(series)]
    if _is_constant(series):
        same = "jumps" if kind == Kind.MR else how_many(series, part.points).split(" ", 1)[1]
        number = part.points - 1 if kind == Kind.MR else part.points
        return [
            _phase(series),
            f"Every one of the {number:,} {same} is the same, {series.centre_shown}: nothing changes.",
        ]
    if series.is_few:
        return [_phase(series), *_too_few(series)]
    said = _by_newest(series) if kind in (Kind.XMR, Kind.MR) else _by_runs(series)
    return [_phase(series), *said, _gaps(series), _target(series)]


def _one(series: Series) -> str:
    return f"One number so far: {series.last_shown} for {series.name_of(series.points[0].period)}. {_WAIT}"


def _phase(series: Series) -> str:
    """Say that the lines begin anew, and how they stand to those before: without calling it more than it is."""
    if len(series.chart.phases) < 2:
        return ""
    before, now = series.chart.phases[-2:]
    begins = f"The lines begin anew with {series.name_of(series.points[now.first].period)}"
    if before.centre is None or now.centre is None:
        return f"{begins}."
    centre = centre_name(series.kind)
    was, stands = shown(series.measure, before.centre), shown(series.measure, now.centre)
    if was == stands:
        return f"{begins}; the {centre} is {stands}, as before."
    return f"{begins}; the {centre} before was {was}, and is {stands} since."


def _too_few(series: Series) -> list[str]:
    part, kind = series.part, series.kind
    middle = f"the {centre_name(kind)} is {series.centre_shown}"
    if kind == Kind.RUN:
        if part.points >= ENOUGH:
            return [
                f"Of the {how_many(series, part.points)} only {part.useful} are off the middle value of"
                f" {series.centre_shown}: too few to tell signal from noise, which takes {ENOUGH}."
            ]
        return [f"{_numbers(part.points)} so far: {middle}. {_WAIT}"]
    firm = SETTLED if kind == Kind.XMR else ENOUGH
    said = [f"{_numbers(part.points)} so far: {middle}."]
    if series.rule is not None:
        said.append(f"Perhaps a signal: {_clause(series, series.rule)}.")
    return [*said, f"Lines may still move much: they are firm from {firm} numbers on."]


def _by_newest(series: Series) -> list[str]:
    """Return what an XmR chart says by its newest number, and a chart of jumps by its newest jump."""
    if series.rule is not None:
        return [f"Signal: {_clause(series, series.rule)}; chance alone seldom does that.", _direction(series)]
    return _no_signal(series)


def _no_signal(series: Series) -> list[str]:
    centre = f"the {centre_name(series.kind)} is {series.centre_shown}"
    things = "jumps between numbers" if series.kind == Kind.MR else how_many(series, series.part.points)
    earlier = _earlier(series)
    if not earlier:
        said = f"No signal: {centre}, and the last {things} show no sign of change beyond chance."
        if series.kind == Kind.MR:
            said = f"No signal: the jumps between numbers vary around {series.centre_shown}, as by chance."
        return [said]
    last = series.name_of(series.points[earlier[-1]].period)
    if len(earlier) == 1:
        return [f"No signal now: {centre}. Earlier {last} was one: {rule_words(series, earlier[-1])}."]
    return [f"No signal now: {centre}. Earlier {len(earlier)} numbers were one, the last of them {last}."]


def _by_runs(series: Series) -> list[str]:
    """Return what all other kinds say: by their limits, and by how the numbers run around the centre."""
    part, outside = series.part, series.rule if series.rule in _OUTSIDE else None
    said = []
    if outside is not None:
        said.append(f"Signal: {_clause(series, outside)}; chance alone seldom does that.")
    also = "Also, " if outside else "Signal: "
    run = _run_told(series)
    if run is not None:
        most = f"; chance alone gives up to {part.longest_run_max}."
        said.append(f"{also}{_run(series, run)}{most}")
        if part.has_few_crossings:
            said.append(
                f"The line also crosses the {centre_name(series.kind)} only {_times(part.crossings)},"
                f" where chance gives {part.crossings_min} or more."
            )
        if outside is None and not _lasts(series, run):
            return [*said, "It has ended since."]
        return [*said, _direction(series, run)]
    if part.enough and part.has_few_crossings:
        said += [
            f"{also}the line crosses the {centre_name(series.kind)} of {series.centre_shown} only"
            f" {_times(part.crossings)} in {how_many(series, part.points)}; chance alone gives"
            f" {part.crossings_min} or more.",
            "The numbers drift or come in waves: look for what changed when they do.",
        ]
    if said:
        return [*said, _direction(series)]
    if series.kind == Kind.RUN and part.longest_run is not None:
        return [
            *_no_signal(series),
            f"The longest run on one side is {part.longest_run.length} (chance gives up to {part.longest_run_max}),"
            f" and the line crosses the middle {_times(part.crossings)} (chance gives {part.crossings_min} or more).",
        ]
    return _no_signal(series)


def _direction(series: Series, run: Run | None = None) -> str:
    """Say what the signal means, by the first rule of the newest point, as its colour and its icon do."""
    better = series.measure.better
    if better == Measure.Better.NEITHER or series.kind == Kind.MR:
        return ""
    if series.rule is not None:
        high = series.rule.high
    elif run is not None:
        high = run.above
    else:
        return ""
    what = "an improvement" if high == (better == Measure.Better.HIGHER) else "a concern"
    return f"{Measure.Better(better).label}: this is {what}."


# --- Clauses ---------------------------------------------------------------------------------------------------
def _clause(series: Series, rule: Rule) -> str:
    """Return the rule that holds at the newest number, as what happened."""
    assert series.newest is not None  # noqa: S101 - it has a rule
    at, chart = series.newest, series.chart
    if rule in _OUTSIDE:
        period = series.name_of(series.points[at].period)
        limit = shown(series.measure, (chart.upper if rule.high else chart.lower)[at])
        what = f"the jump to {period}" if series.kind == Kind.MR else period
        side = "above the upper" if rule.high else "below the lower"
        return f"{what} ({shown(series.measure, chart.values[at])}) is {side} limit of {limit}"
    if rule in _TRENDS:
        row = _trend(series)
        since = series.name_of(series.points[row[-1]].period)
        way, next_to = ("rise", "above") if rule.high else ("fall", "below")
        return f"{how_many(series, len(row))} in a row {way}, each {next_to} the one before, since {since}"
    if rule in _NEAR:
        last = _counted(series)[-3:]
        many = "all" if all(rule in chart.rules[place] for place in last) else "two"
        limit = shown(series.measure, (chart.upper if rule.high else chart.lower)[at])
        return f"{many} of the last three numbers are near the {'upper' if rule.high else 'lower'} limit of {limit}"
    run = run_now(series)
    assert run is not None  # noqa: S101 - what is left are rules of rows on one side
    return _run(series, run)


def _counted(series: Series) -> list[int]:
    """Return the indices of the newest phase's points that count."""
    part = series.part
    return [at for at in range(part.first, part.last + 1) if not series.points[at].left_out]


def _trend(series: Series) -> list[int]:
    """Return the points of the trend that the newest one ends, newest first."""
    rule, places, values = series.rule, _counted(series), series.chart.values
    assert rule is not None  # noqa: S101 - it is a trend
    row = [places[-1]]
    for place in reversed(places[:-1]):
        value, after = values[place], values[row[-1]]
        if rule not in series.chart.rules[place] or value is None or after is None:
            break
        if not (value < after if rule.high else value > after):
            break
        row.append(place)
    return row


def _side(series: Series, at: int) -> int:
    """Return 1 above the centre, -1 below, 0 on it: as the arithmetic compares, but for a hair."""
    value, centre = series.chart.values[at], series.chart.centre[at]
    if value is None or centre is None or abs(value - centre) <= 1e-9 * max(abs(value), abs(centre)):
        return 0
    return 1 if value > centre else -1


def run_now(series: Series) -> Run | None:
    """Return the run on one side that the newest number ends. Numbers on the centre line do not end it in a run chart."""
    places = _counted(series)
    row: list[int] = []
    for place in reversed(places):
        side = _side(series, place)
        if side == 0 and (series.kind != Kind.XMR):
            continue
        if side == 0 or (row and side != _side(series, row[0])):
            break
        row.append(place)
    if not row:
        return None
    return Run(row[-1], row[0], len(row), _side(series, row[0]) > 0)


def _run_told(series: Series) -> Run | None:
    """Return the long run to tell: the one that lasts, or else the longest. Neither if none is beyond chance."""
    if series.rule in (Rule.SHIFT_ABOVE, Rule.SHIFT_BELOW):
        return run_now(series)
    part = series.part
    if not (part.enough and part.has_long_run):
        return None
    now = run_now(series)
    if now is not None and part.longest_run_max is not None and now.length > part.longest_run_max:
        return now
    return part.longest_run


def _run(series: Series, run: Run) -> str:
    """Return "9 months in a row are below the middle value of 12.3%, since June 2026"."""
    begins, ends = (series.name_of(series.points[index].period) for index in (run.first, run.last))
    when = f"since {begins}" if _lasts(series, run) else f"from {begins} to {ends}"
    # Those on the centre belong to no side, so with them among the run the months are not "in a row".
    among = [at for at in range(run.first, run.last + 1) if not series.points[at].left_out]
    touching = len(among) > run.length
    row = f"{how_many(series, run.length)}{'' if touching else ' in a row'}"
    rest = " (others on it)" if touching else ""
    side = "above" if run.above else "below"
    return f"{row} are {side} the {centre_name(series.kind)} of {series.centre_shown}{rest}, {when}"


def _lasts(series: Series, run: Run) -> bool:
    """Whether the run goes on to the newest number, but for numbers on the centre line."""
    return run.last == series.part.last_useful


def _earlier(series: Series) -> list[int]:
    """Return the points of the newest phase that were signals, where the newest one is none."""
    return [at for at in _counted(series) if series.rules_at(at)]


# --- Beside it -------------------------------------------------------------------------------------------------
def _target(series: Series) -> str:
    """Say whether the target will be met; while something changes, only what the limits would make of it."""
    chart, measure = series.chart, series.measure
    if chart.assurance_reason in (Why.NO_TARGET, Why.NO_DIRECTION, Why.NO_POINTS) or measure.target is None:
        return ""
    target = f"the target of {shown(measure, float(measure.target))}"
    if chart.assurance_reason == Why.NO_LIMITS:
        without = "A run chart has no limits" if series.kind == Kind.RUN else "There are no limits yet"
        return f"{without}, so it cannot be said whether {target} will be met."
    if chart.assurance == Assurance.INCONSISTENT:
        return f"T{target[1:]} lies within the limits: by chance a number meets it or not."
    lie = "below" if chart.assurance_reason == Why.TARGET_ABOVE else "above"
    fate = "met" if chart.assurance == Assurance.PASS else "missed"
    if series.has_signal:
        return f"Within its limits, which lie wholly {lie} it, {target} would be {fate}; but something is changing."
    return f"Unless something changes, {target} will be {fate}: the limits lie wholly {lie} it."


def _gaps(series: Series) -> str:
    if not series.missing:
        return ""
    if len(series.missing) == 1:
        return f"{series.name_of(series.missing[0])} has no number."
    return f"{len(series.missing)} {series.period_word}s in between have no number."


def _left_out(series: Series) -> str:
    out = [point for point in series.points if point.left_out]
    if not out:
        return ""
    if len(out) == 1:
        return f"{series.name_of(out[0].period)} is left out of the lines."
    return f"{len(out)} numbers are left out of the lines."


def _is_constant(series: Series) -> bool:
    part = series.part
    if part.useful or part.points < ENOUGH or part.centre is None:
        return False
    return not any(series.rules_at(at) for at in _counted(series))


def _numbers(number: int) -> str:
    return f"{number:,} number" if number == 1 else f"{number:,} numbers"


def how_many(series: Series, number: int) -> str:
    """Return "8 months", or "8 numbers" where not each is the month after the one before."""
    word = "jump" if series.kind == Kind.MR else "number" if series.missing else series.period_word
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def _times(number: int | None) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(number or 0, f"{number} times")
