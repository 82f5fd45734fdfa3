"""How much a measure changed from before to after, with its uncertainty.

The interval is for the difference of two means of numbers over time, as Welch has it: B. L. Welch (1947), "The
generalization of Student's problem when several different population variances are involved", Biometrika 34:28-35.
The standard deviation of each stretch comes from its average moving range, divided by 1.128, since the usual one would
take a drift for noise; it has about 0.62 (n - 1) degrees of freedom: D. J. Wheeler (1995), "Advanced topics in
statistical process control". The quantile of t: M. Abramowitz and I. A. Stegun, "Handbook of mathematical functions",
26.7.5.

For a P chart, which takes every case to have the same chance, the interval is that for the difference of two
proportions: R. G. Newcombe (1998), "Interval estimation for the difference between independent proportions",
Statistics in Medicine 17:873-890, method 10, from all events and all denominators.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from statistics import NormalDist, fmean

from programmes.measures.figures import period_name, shown
from programmes.measures.meaning import Series
from programmes.measures.models import Measure
from programmes.measures.spc import Kind

FEWEST = 6  # on each side: with fewer the moving ranges say too little
_D2 = 1.128
_Z = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True)
class Change:
    """Two means, and between what the difference (after less before) lies with a confidence of 95%."""

    before: float
    after: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether no change at all lies outside the interval."""
        return self.low > 0 or self.high < 0


def of_means(before: Sequence[float], after: Sequence[float]) -> Change:
    """Return the change of the mean, by moving ranges and Welch's interval."""
    spreads = [_spread(values) for values in (before, after)]
    parts = [spread**2 / len(values) for spread, values in zip(spreads, (before, after), strict=True)]
    freedoms = [0.62 * (len(values) - 1) for values in (before, after)]
    error = math.sqrt(sum(parts))
    below = sum(part**2 / freedom for part, freedom in zip(parts, freedoms, strict=True))
    reach = _t(sum(parts) ** 2 / below) * error if below else 0.0
    change = fmean(after) - fmean(before)
    return Change(fmean(before), fmean(after), change - reach, change + reach)


def of_proportions(before: tuple[float, float], after: tuple[float, float]) -> Change:
    """Return the change of a proportion from (events, cases) to (events, cases), by Newcombe's interval."""
    (first, low1, high1), (second, low2, high2) = (_wilson(*part) for part in (before, after))
    change = second - first
    return Change(
        first,
        second,
        change - math.hypot(second - low2, high1 - first),
        change + math.hypot(high2 - second, first - low1),
    )


def sentence(series: Series) -> str:
    """Say how much the measure changed between its two newest phases, or since its baseline; or why nobody can."""
    split = _split(series)
    if split is None:
        return (
            "Nothing says where before ends and after begins. Begin a new phase, or freeze the baseline, where"
            " something changed."
        )
    start, middle = split
    before, after = (_counted(series, *ends) for ends in ((start, middle), (middle, len(series.points))))
    if len(before) < FEWEST or len(after) < FEWEST:
        number = "number" if len(before) == 1 else "numbers"
        return (
            f"{len(before)} {number} before and {len(after)} after are too few to say how much changed,"
            f" which takes {FEWEST} of each."
        )
    if series.measure.chart == Kind.P:
        change = of_proportions(*(_totals(series, places) for places in (before, after)))
        change = Change(*(100 * part for part in (change.before, change.after, change.low, change.high)))
    else:
        change = of_means(*(_values(series, places) for places in (before, after)))
    return _said(series.measure, change, series.points[middle].period)


def _said(measure: Measure, change: Change, since: date) -> str:
    ends = " to ".join(_step(measure, end) for end in (change.low, change.high))
    means = f"From {shown(measure, change.before)} on average to {shown(measure, change.after)}"
    doubt = "" if change.is_clear else " That includes no change at all."
    return (
        f"{means} since {period_name(since, measure.frequency)}: a change of {_step(measure, change.after - change.before)}, with a 95%"
        f" interval of {ends}.{doubt} It says how much, not why."
    )


def _step(measure: Measure, value: float) -> str:
    """Return a difference with its sign; of percentages in points, since a percentage of one would mislead."""
    sign = "−" if value < 0 else "+"
    if measure.shape == Measure.Shape.PERCENTAGE:
        return f"{sign}{abs(value):.1f} points"
    return f"{sign}{shown(measure, abs(value)).split(' ')[0]}"


def _split(series: Series) -> tuple[int, int] | None:
    """Return the places at which before and after begin."""
    periods = [point.period for point in series.points]
    begins = sorted(periods.index(day) for day in series.begins if day in periods)
    begins = [place for place in begins if place]
    if begins:
        return (begins[-2] if len(begins) > 1 else 0), begins[-1]
    until = series.measure.baseline_until
    if until is None or not periods or periods[-1] <= until:
        return None
    return 0, sum(period <= until for period in periods)


def _counted(series: Series, first: int, end: int) -> list[int]:
    return [place for place in range(first, end) if not series.points[place].left_out]


def _values(series: Series, places: Sequence[int]) -> list[float]:
    found = (series.values[place] for place in places)
    return [value for value in found if value is not None]


def _totals(series: Series, places: Sequence[int]) -> tuple[float, float]:
    points = [series.points[place] for place in places]
    return (
        sum(float(point.numerator) for point in points),
        sum(float(point.denominator or 0) for point in points),
    )


def _spread(values: Sequence[float]) -> float:
    return fmean(abs(new - old) for old, new in pairwise(values)) / _D2


def _wilson(events: float, cases: float) -> tuple[float, float, float]:
    """Return a proportion with Wilson's interval."""
    part, square = events / cases, _Z**2
    centre = (events + square / 2) / (cases + square)
    reach = _Z * math.sqrt(part * (1 - part) * cases + square / 4) / (cases + square)
    return part, centre - reach, centre + reach


def _t(freedom: float) -> float:
    """Return the 97.5% quantile of Student's t."""
    z = _Z
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / freedom**power for power, term in enumerate(terms, 1))
