"""Arithmetic of charts over time: pure functions on numbers, without Django.

`analyse` takes a series and what is wanted of it, and tells signal from noise. docs/spc.md says which rules, where they
come from, and where the answers differ from those of the published packages that the tests compare with.

Sources, named by their letters below:
[A] Anhøj J, Olesen AV (2014), "Run charts revisited: a simulation study of run chart rules for detection of
    non-random variation in health care processes", PLoS ONE 9(11): e113825.
[P] Perla RJ, Provost LP, Murray SK (2011), "The run chart: a simple analytical tool for learning from variation in
    healthcare processes", BMJ Quality & Safety 20:46-51.
[M] NHS England, Making Data Count: the rules of its XmR charts, as the R package NHSRplotthedots applies them.
[N] Nelson LS (1982), "Control charts for individual measurements", Journal of Quality Technology 14:172-173.
[D] Montgomery DC, "Introduction to statistical quality control": the 3 sigma limits and their constants.
[L] Laney DB (2002), "Improved control charts for attributes", Quality Engineering 14:531-537.
[S] Nelson LS (1994), "A control chart for parts-per-million nonconforming items", Journal of Quality Technology
    26:239-240: times between events become nearly normal when raised to 1/3.6.
[I] Taylor WA, "Normalized individuals control chart"; what [A]'s package qicharts2 calls I'.
"""

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]
type Flags = NDArray[np.bool_]
type Whole = NDArray[np.int64]
type Line = tuple[float | None, ...]

# Fewer points off the centre line cannot tell signal from noise [P].
ENOUGH = 10
# With fewer points the limits of an XmR chart are trial limits [M].
SETTLED = 13
# XmR limits may be fixed from so many points on [M].
FEWEST_FIXED = 12
# Points in a row on one side, or rising or falling, that are a signal in an XmR chart [M].
IN_A_ROW = 7

# Values this near each other are equal: what decimals would call equal, floating point may miss by a hair. The first
# is relative to the two; the second to the greatest value of the phase, for what a mean of them loses.
_TOUCHING = 1e-12
_NOISE = 1e-14

_XMR = 2.66  # 3 / 1.128 as [M] rounds it
_D2 = 1.128  # the average range of two normal values, in standard deviations [D]
_D4 = 3.267  # the upper limit of moving ranges, in averages [D]; ranges not below it are screened out [N]
_D4_PRIME = 3.2665  # the same as [I] rounds it
_ROOT = 3.6  # [S]


class Kind(StrEnum):
    """What chart is wanted. The one for most measures is the XmR; the others are for what they say."""

    RUN = "run"  # any numbers, by their median
    XMR = "xmr"  # single numbers, by NHS England's rules
    I = "i"  # single numbers  # noqa: E741 - it is called so
    MR = "mr"  # the moving ranges of single numbers
    P = "p"  # proportions
    P_PRIME = "pp"  # proportions out of many, which vary more than chance
    U = "u"  # rates
    U_PRIME = "up"  # rates of much, which vary more than chance
    C = "c"  # counts of what has always the same chance to happen
    G = "g"  # cases between rare events
    T = "t"  # time between rare events
    I_PRIME = "ip"  # means or ratios whose denominators vary


class Rule(StrEnum):
    """What makes a point a signal, in the order in which they are named where several hold.

    The first two hold for every kind with limits. The next six are those of the XmR chart [M], the last two those of
    all other kinds but MR [A]. Few crossings are [A]'s too, but of a phase and not of a point.
    """

    ABOVE_LIMIT = "above the upper limit"
    BELOW_LIMIT = "below the lower limit"
    RISING = "seven or more rising"
    FALLING = "seven or more falling"
    TWO_OF_THREE_ABOVE = "two of three near the upper limit"
    TWO_OF_THREE_BELOW = "two of three near the lower limit"
    SHIFT_ABOVE = "seven or more above the mean"
    SHIFT_BELOW = "seven or more below the mean"
    LONG_RUN_ABOVE = "a long run above the centre"
    LONG_RUN_BELOW = "a long run below the centre"

    @property
    def high(self) -> bool:
        """Whether the values are higher than chance makes them; else they are lower."""
        return self in _HIGH


_HIGH = {
    Rule.ABOVE_LIMIT,
    Rule.RISING,
    Rule.TWO_OF_THREE_ABOVE,
    Rule.SHIFT_ABOVE,
    Rule.LONG_RUN_ABOVE,
}
_ORDER = tuple(Rule)
_BIT = {rule: 1 << place for place, rule in enumerate(_ORDER)}
# Set where a falling trend begins on the last point of a rising one: then falling is named first.
_TURNS_DOWN = 1 << len(_ORDER)


class Better(StrEnum):
    """Which way is an improvement."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


class Variation(StrEnum):
    """What the newest point says: NHS England's seven icons of variation."""

    COMMON_CAUSE = "common_cause"
    IMPROVEMENT_HIGH = "improvement_high"
    IMPROVEMENT_LOW = "improvement_low"
    CONCERN_HIGH = "concern_high"
    CONCERN_LOW = "concern_low"
    NEUTRAL_HIGH = "neutral_high"
    NEUTRAL_LOW = "neutral_low"


class Assurance(StrEnum):
    """Whether the target will be met if nothing changes: NHS England's three icons of assurance."""

    PASS = "pass"  # noqa: S105 - no password
    FAIL = "fail"
    INCONSISTENT = "inconsistent"


class Why(StrEnum):
    """The reason of the assurance, or of none."""

    NO_TARGET = "no target is set"
    NO_DIRECTION = "neither direction is better"
    NO_POINTS = "there are no points"
    NO_LIMITS = "there are no limits yet"
    TARGET_ABOVE = "the target is above the upper limit"
    TARGET_BELOW = "the target is below the lower limit"
    TARGET_WITHIN = "the target is within the limits"


class Caution(StrEnum):
    """What a reader of a phase should know before believing it."""

    SHORT = "few points: what they say may still change"
    NO_LIMITS = "no two points beside each other: no limits"
    NO_VARIATION = "the values do not vary: the limits are the centre line"
    UNSCREENED = "screening would have left no variation, so it was not done"
    EVENTS_WITHOUT_DENOMINATOR = "events out of none: the point is left out"
    ABOVE_DENOMINATOR = "a numerator above its denominator"


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive useful points on one side of the centre line; `first` and `last` are indices of the series."""

    first: int
    last: int
    length: int
    above: bool


@dataclass(frozen=True, slots=True)
class Phase:
    """One stretch of the series with its own centre line and limits; its points are `first` to `last`.

    `points` counts those not excluded, missing ones too; `useful` those that are neither missing, nor excluded, nor on
    the centre line; `last_useful` is the index of the last of them. Without any, the other figures of the runs are
    None. `longest_run` is the latest of the longest. `runs_count` says whether the rules of [A] judge this kind: not
    the XmR chart, which has its own rules, and not the MR chart, whose neighbours share a value.

    `ranges_average` is the average moving range that the limits rest on, after screening: in the chart's unit for
    XmR, I and MR; of the standardised values for P' and U'; of the transformed values for T; per root of the
    denominator for I'. None where a kind has none, or where no two points are beside each other.
    """

    first: int
    last: int
    centre: float | None
    ranges_average: float | None
    points: int
    useful: int
    last_useful: int | None
    longest_run: Run | None
    longest_run_max: int | None
    crossings: int | None
    crossings_min: int | None
    runs_count: bool
    cautions: tuple[Caution, ...]

    @property
    def has_long_run(self) -> bool:
        """Whether more points in a row are on one side than chance allows [A]."""
        return (
            self.runs_count
            and self.longest_run is not None
            and self.longest_run_max is not None
            and self.longest_run.length > self.longest_run_max
        )

    @property
    def has_few_crossings(self) -> bool:
        """Whether the series crosses its centre line less often than chance would make it [A]."""
        return (
            self.runs_count
            and self.crossings is not None
            and self.crossings_min is not None
            and self.crossings < self.crossings_min
        )

    @property
    def signal(self) -> bool:
        """Whether either rule of [A] finds more than chance, however few the points: see `enough`."""
        return self.has_long_run or self.has_few_crossings

    @property
    def enough(self) -> bool:
        """Whether there are enough points for the rules of [A] to mean something."""
        return self.useful >= ENOUGH


@dataclass(frozen=True, slots=True)
class Analysis:
    """A series and what the rules say of it: one entry a point, in the order of their dates if these were given.

    `order` says which of the given points each is (from 0). None stands for what is missing or cannot be worked out.
    `lower` and `upper` are the limits at 3 sigma, the `warning` ones at 2. `rules` holds all that fired at a point.
    """

    kind: Kind
    dates: tuple[date, ...] | None
    order: Sequence[int]
    values: Line
    centre: Line
    lower: Line
    upper: Line
    lower_warning: Line
    upper_warning: Line
    phase_of: tuple[int, ...]
    baseline: tuple[bool, ...]
    included: tuple[bool, ...]
    rules: tuple[tuple[Rule, ...], ...]
    phases: tuple[Phase, ...]
    better: Better
    variation: Variation | None
    variation_reasons: tuple[Rule, ...]
    assurance: Assurance | None
    assurance_reason: Why

    @property
    def last_phase(self) -> Phase:
        """The phase that says how things are now."""
        return self.phases[-1]

    def variation_at(self, index: int) -> Variation:
        """Return what a point says of variation: the first of its rules, read with what is better."""
        return _variation(self.rules[index], self.better)


def analyse(
    values: Sequence[float | None] | Floats,
    denominators: Sequence[float | None] | Floats | None = None,
    *,
    kind: Kind | str = Kind.RUN,
    dates: Sequence[date] | None = None,
    rebase: Collection[date] = (),
    part: Iterable[int] = (),
    freeze: int | None = None,
    freeze_until: date | None = None,
    exclude: Iterable[int] = (),
    centre: float | None = None,
    multiply: float = 1,
    screen: bool = True,
    better: Better | str = Better.NEITHER,
    target: float | None = None,
) -> Analysis:
    """Return the chart of a series: centre, limits, phases, and what the rules of its kind find.

    values: None, not-a-number and infinity are missing. A missing point stays in the series, has a place in the
        phases, counts in no figure, breaks the moving ranges on both its sides and, in an XmR chart, every row of
        points: what was there is not known.
    denominators: a point is then value / denominator, and missing where either is missing or the denominator is
        zero, whatever the value: of nothing nothing can be said. Kinds P, P', U and U' must have them; C only looks
        whether they are missing.
    dates: the points are put into their order. One date twice is refused: a point must have its place.
    rebase: on each of these dates a new phase begins. A date that is no point's date does nothing.
    part: the same by number: the last point of each phase but the last, as in qicharts2.
    freeze: centre and limits come from the first so many points of each phase, missing and excluded ones counted.
        An XmR chart refuses fewer than 12 [M].
    freeze_until: the same by date, for the phase that holds it alone: its points up to this day. The other phases
        move with every point.
    exclude: numbers of points left out of centre, limits and all rules of rows; neighbours are taken to be beside
        each other. They are drawn, and still judged against the limits.
    centre: the centre line, given instead of worked out; before multiplying, as the values are. The limits lie
        around it. For T it is on the transformed scale and for G the mean, as in qicharts2.
    multiply: values and lines are drawn so many times larger, such as 100 for a percentage.
    screen: leave moving ranges that are not below 3.267 averages out of the average, once [N]. Not done where no
        variation would be left, since then every point off the mean would be a signal, or nothing be known.
    better, target: for variation and assurance; the target is in the chart's unit, after multiplying.
    Numbers of points count from 1, in the order of dates if these are given.
    """
    kind, better = Kind(kind), Better(better)
    count = len(values)
    _check(kind, count, denominators, dates, rebase, freeze, multiply)
    top = _numbers(values)
    bottom = None if denominators is None else _numbers(denominators)
    order: Sequence[int] = range(count)
    if dates is not None:
        order = sorted(range(count), key=dates.__getitem__)
        dates = tuple(dates[place] for place in order)
        if any(one == other for one, other in pairwise(dates)):
            raise ValueError("Two points have the same date. Give each point a date of its own.")
        top = top[order]
        bottom = None if bottom is None else bottom[order]
    series = _Series.of(kind, top, bottom)
    if kind == Kind.T and bool((series.values <= 0).any()):
        raise ValueError("A time between events must be above zero.")
    included = np.ones(count, np.bool_)
    for number in exclude:
        if 0 < number <= count:
            included[number - 1] = False
    ends = {end for end in part if 0 < end < count}
    if dates is not None and rebase:
        ends |= {place for place, day in enumerate(dates) if place and day in set(rebase)}
    starts = [0, *sorted(ends)]
    drawn = _Drawn(kind, multiply)
    for first, end in zip(starts, [*starts[1:], count], strict=True):
        fixed = freeze
        if freeze_until is not None and dates is not None:
            fixed = (
                _fixed(kind, dates[first:end], dates[end] if end < count else None, freeze_until) or freeze
            )
        drawn.add(series, first, end, included, fixed, centre, screen)
    return drawn.finish(dates, order, included, better, target)


def value_of(numerator: float | None, denominator: float | None = 1, *, multiply: float = 1) -> float | None:
    """Return what one point is drawn at; None where it cannot be worked out, as in `analyse`."""
    if numerator is None or not denominator:
        return None
    value = float(numerator) / float(denominator) * multiply
    return value if math.isfinite(value) else None


def _check(
    kind: Kind,
    count: int,
    denominators: Sequence[float | None] | Floats | None,
    dates: Sequence[date] | None,
    rebase: Collection[date],
    freeze: int | None,
    multiply: float,
) -> None:
    if denominators is None and kind in (Kind.P, Kind.P_PRIME, Kind.U, Kind.U_PRIME):
        raise ValueError("This kind of chart needs a denominator for each value.")
    if denominators is not None and len(denominators) != count:
        raise ValueError("There must be one denominator for each value.")
    if dates is not None and len(dates) != count:
        raise ValueError("There must be one date for each value.")
    if dates is None and rebase:
        raise ValueError("A rebase needs the dates of the points.")
    if kind == Kind.XMR and freeze is not None and freeze < FEWEST_FIXED:
        raise ValueError(f"Limits can be fixed from {FEWEST_FIXED} points on.")
    if not (math.isfinite(multiply) and multiply > 0):
        raise ValueError("Multiply by a number above zero.")


def _fixed(kind: Kind, dates: Sequence[date], after: date | None, until: date) -> int | None:
    """Return from how many of a phase's points its lines come, if it is the one that holds the day."""
    if not dates or dates[0] > until or (after is not None and after <= until):
        return None
    points = sum(day <= until for day in dates)
    if kind == Kind.XMR and points < FEWEST_FIXED:
        raise ValueError(f"Limits can be fixed from {FEWEST_FIXED} points on.")
    return points


def _numbers(values: Sequence[float | None] | Floats) -> Floats:
    numbers = np.array(values, dtype=np.float64)
    numbers[~np.isfinite(numbers)] = np.nan
    return numbers


# --- A series as its kind sees it -------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Series:
    """Values as they are drawn (before multiplying), and what goes into the centre: events over sizes."""

    values: Floats
    events: Floats
    sizes: Floats | None
    lone: Flags  # events without a denominator
    above: Flags  # a proportion above one

    @classmethod
    def of(cls, kind: Kind, top: Floats, bottom: Floats | None) -> "_Series":
        nowhere = np.zeros(len(top), np.bool_)
        if bottom is None:
            # Each value is one: what I' then divides by.
            return cls(top, top, None, nowhere, nowhere)
        known = ~(np.isnan(top) | np.isnan(bottom))
        lone = known & (bottom == 0) & (top != 0) if kind != Kind.C else nowhere
        events = np.where(known & ~lone, top, np.nan)
        sizes = np.where(known & ~lone, bottom, np.nan)
        if kind == Kind.C:
            return cls(events, events, None, nowhere, nowhere)
        values = events / np.where(sizes == 0, np.nan, sizes)
        above = events > sizes if kind in (Kind.P, Kind.P_PRIME) else nowhere
        return cls(values, events, sizes, lone, above)


@dataclass(frozen=True, slots=True)
class _Lines:
    """Centre and half-width of the limits (3 sigma) of one phase; an array where they vary from point to point."""

    centre: float
    lower: float | Floats = math.nan
    upper: float | Floats = math.nan
    lower_warning: float | Floats = math.nan
    upper_warning: float | Floats = math.nan
    average: float = math.nan
    unscreened: bool = False


def _around(
    centre: float,
    sigma: float | Floats,
    least: float = -math.inf,
    most: float = math.inf,
    average: float = math.nan,
    unscreened: bool = False,
) -> _Lines:
    """Return lines at 2 and 3 sigma around the centre, no further than what is possible."""

    def line(times: int) -> float | Floats:
        at = centre + times * sigma
        if isinstance(at, np.ndarray):
            return np.where(np.isfinite(at), np.clip(at, least, most), np.nan)
        return min(max(at, least), most) if math.isfinite(at) else math.nan

    return _Lines(centre, line(-3), line(3), line(-2), line(2), average, unscreened)


def _mean(values: Floats) -> float:
    return float(values.sum() / len(values)) if len(values) else math.nan


def _median(values: Floats) -> float:
    count = len(values)
    if not count:
        return math.nan
    middle = count // 2
    if count % 2:
        return float(np.partition(values, middle)[middle])
    ordered = np.partition(values, [middle - 1, middle])
    return float((ordered[middle - 1] + ordered[middle]) / 2)


def _root(number: float) -> float:
    return math.sqrt(number) if number >= 0 else math.nan


def _ranges(values: Floats) -> Floats:
    """Return the absolute differences of neighbours; what is only rounding is zero."""
    ranges = np.abs(values[1:] - values[:-1])
    sizes = np.abs(values)
    ranges[ranges <= _TOUCHING * np.maximum(sizes[1:], sizes[:-1])] = 0
    return ranges


def _average_range(ranges: Floats, screen: bool, noise: float, times: float = _D4) -> tuple[float, bool]:
    """Return the average moving range, and whether it was left unscreened since nothing would be left [N].

    A range that is exactly on the limit is dropped, as are those above it.
    """
    known = ranges[~np.isnan(ranges)]
    average = _mean(known)
    if not screen or not average > 0:
        return average, False
    limit = times * average
    kept = known[known < limit - _TOUCHING * limit - noise]
    screened = _mean(kept)
    return (screened, False) if screened > 0 else (average, True)


def _noise(values: Floats) -> float:
    """Return what sums of the values lose by rounding."""
    known = values[~np.isnan(values)]
    return _NOISE * float(np.abs(known).max()) if len(known) else 0.0


def _lines(
    kind: Kind,
    values: Floats,
    events: Floats,
    sizes: Floats | None,
    base: Flags,
    given: float | None,
    screen: bool,
    noise: float,
) -> _Lines:
    """Return the lines of one phase. `base` are the points that centre and limits come from."""
    based = values[base]
    known = based[~np.isnan(based)]
    if kind == Kind.RUN:
        return _Lines(_median(known) if given is None else given)
    if kind in (Kind.XMR, Kind.I):
        # One left out is bridged, one missing is not.
        centre = _mean(known) if given is None else given
        average, unscreened = _average_range(_ranges(based), screen, noise)
        sigma = average * _XMR / 3 if kind == Kind.XMR else average / _D2
        return _around(centre, sigma, average=average, unscreened=unscreened)
    if kind == Kind.MR:
        centre = _mean(known) if given is None else given
        return _Lines(centre, 0.0, _D4 * centre, 0.0, _D4 / 3 * 2 * centre, centre)
    if kind == Kind.T:
        return _times(based, given, screen)
    if kind == Kind.C:
        centre = _mean(known) if given is None else given
        return _around(centre, _root(centre), 0)
    if kind == Kind.G:
        mean = _mean(known) if given is None else given
        lines = _around(mean, _root(mean * (mean + 1)), 0)
        middle = _median(known) if given is None else 0.693 * given
        return _Lines(middle, lines.lower, lines.upper, lines.lower_warning, lines.upper_warning)
    return _rates(kind, values, events, sizes, base, given, screen, noise)


def _times(based: Floats, given: float | None, screen: bool) -> _Lines:
    """Return the lines of a T chart: those of the transformed times, raised back [S].

    A lower limit that would be below zero, or cannot be worked out, is zero: no time is shorter.
    """
    changed = based ** (1 / _ROOT)
    centre = _mean(changed[~np.isnan(changed)]) if given is None else given
    average, unscreened = _average_range(_ranges(changed), screen, _noise(changed))
    sigma = average / _D2

    def back(at: float) -> float:
        return at**_ROOT if at >= 0 else math.nan

    lower = back(centre - 3 * sigma)
    return _Lines(
        back(centre),
        0.0 if math.isnan(lower) else lower,
        back(centre + 3 * sigma),
        back(centre - 2 * sigma),
        back(centre + 2 * sigma),
        average,
        unscreened,
    )


def _rates(
    kind: Kind,
    values: Floats,
    events: Floats,
    sizes: Floats | None,
    base: Flags,
    given: float | None,
    screen: bool,
    noise: float,
) -> _Lines:
    """Return the lines of P, P', U, U' [D][L] and I' [I], whose limits vary with the denominators."""
    if sizes is None:
        sizes = np.where(np.isnan(values), np.nan, 1.0)
    if given is not None:
        centre = given
    else:
        whole = float(np.nansum(sizes[base]))
        centre = float(np.nansum(events[base])) / whole if whole else math.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        if kind == Kind.I_PRIME:
            # All points of the phase, frozen and left out ones too, as qicharts2 does.
            ranges = _ranges(values) * math.sqrt(math.pi / 2) / np.sqrt(1 / sizes[:-1] + 1 / sizes[1:])
            average, unscreened = _average_range(ranges, screen, noise, _D4_PRIME)
            return _around(centre, average / np.sqrt(sizes), average=average, unscreened=unscreened)
        spread = centre * (1 - centre) if kind in (Kind.P, Kind.P_PRIME) else centre
        sigma = np.sqrt(spread / sizes)
        most = 1.0 if kind in (Kind.P, Kind.P_PRIME) else math.inf
        if kind in (Kind.P, Kind.U):
            return _around(centre, sigma, 0, most)
        off = np.where(_touching(values, centre, noise), 0.0, values - centre)
        standard = (off / sigma)[base]
        average, unscreened = _average_range(_ranges(standard), screen, _noise(standard))
        return _around(centre, sigma * (average / _D2), 0, most, average, unscreened)


# --- Comparing --------------------------------------------------------------------------------------------------
def _touching(values: Floats, line: float | Floats, noise: float) -> Flags:
    """Return which values are on a line, but for what floating point loses; not those that are missing."""
    touching: Flags = np.abs(values - line) <= _TOUCHING * np.maximum(np.abs(values), np.abs(line)) + noise
    return touching


def _sides(values: Floats, line: float | Floats, noise: float) -> Whole:
    """Return 1 above the line, -1 below, 0 on it and where either is missing."""
    with np.errstate(invalid="ignore"):
        sides: Whole = (values > line).astype(np.int64) - (values < line)
        sides[_touching(values, line, noise)] = 0
    return sides


def _stretches(marks: Whole) -> tuple[Whole, Whole]:
    """Return where each stretch of equal marks begins, and how long it is."""
    if not len(marks):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    begins = np.concatenate(([0], np.flatnonzero(marks[1:] != marks[:-1]) + 1))
    return begins, np.diff(np.append(begins, len(marks)))


# --- Rules ------------------------------------------------------------------------------------------------------
def _xmr_rules(values: Floats, sides: Whole, close: Flags) -> Whole:
    """Return the rules of rows that hold at each point of a phase, as bits [M].

    Shift: seven in a row strictly on one side of the mean; a point on it ends the row.
    Trend: seven in a row, each strictly above, or below, the one before; a tie ends it.
    Two of three: of three in a row, all on one side, at least two are beyond two thirds of the way to the limit but
    not outside; only these are flagged.
    A missing value ends every row.
    """
    bits = np.zeros(len(values), np.int64)
    _, lengths = _stretches(sides)
    if len(lengths) and lengths.max() >= IN_A_ROW:
        shift = np.repeat(lengths >= IN_A_ROW, lengths)
        bits[shift & (sides > 0)] |= _BIT[Rule.SHIFT_ABOVE]
        bits[shift & (sides < 0)] |= _BIT[Rule.SHIFT_BELOW]
    if close.sum() >= 2:
        three = (sides[:-2] == sides[1:-1]) & (sides[1:-1] == sides[2:]) & (sides[2:] != 0)
        three &= close[:-2].astype(np.int64) + close[1:-1] + close[2:] >= 2
        two = np.zeros(len(values), np.bool_)
        for place in range(3):
            two[place : len(values) - 2 + place] |= three
        two &= close
        bits[two & (sides > 0)] |= _BIT[Rule.TWO_OF_THREE_ABOVE]
        bits[two & (sides < 0)] |= _BIT[Rule.TWO_OF_THREE_BELOW]
    steps = _sides(values[1:], values[:-1], 0)
    _, lengths = _stretches(steps)
    if len(lengths) and lengths.max() >= IN_A_ROW - 1:
        steps = steps * np.repeat(lengths >= IN_A_ROW - 1, lengths)
        for rule, way in ((Rule.RISING, 1), (Rule.FALLING, -1)):
            bits[:-1][steps == way] |= _BIT[rule]
            bits[1:][steps == way] |= _BIT[rule]
        bits[1:-1][(steps[:-1] > 0) & (steps[1:] < 0)] |= _TURNS_DOWN
    return bits


@cache
def _rules(bits: int) -> tuple[Rule, ...]:
    rules = [rule for rule in _ORDER if bits & _BIT[rule]]
    if bits & _TURNS_DOWN:
        at = rules.index(Rule.RISING)
        rules[at], rules[at + 1] = rules[at + 1], rules[at]
    return tuple(rules)


def longest_run_max(useful: int) -> int:
    """Return how many points in a row on one side of the centre chance allows: round(log2(n)) + 3.

    From Schilling MF (2012), "The surprising predictability of long runs", Mathematics Magazine 85:141-149, as
    Anhøj and Olesen use it.
    """
    return round(math.log2(useful)) + 3


@cache
def crossings_min(useful: int) -> int:
    """Return how often chance makes a series cross its centre at least: the 5% quantile of a binomial.

    Each of the n - 1 steps crosses with probability a half. From Chen Z (2010), "A note on the runs test", Model
    Assisted Statistics and Applications 5:73-77, as Anhøj and Olesen use it. Whole numbers, so exact, as long as they
    are short.
    """
    steps = useful - 1
    if steps > 2000:
        return _long_crossings_min(steps)
    all_ways = 1 << steps
    ways = below = 1
    crossings = 0
    # The smallest k with P(X <= k) >= 1/20.
    while 20 * below < all_ways:
        crossings += 1
        ways = ways * (steps - crossings + 1) // crossings
        below += ways
    return crossings


def _long_crossings_min(steps: int) -> int:
    """Return the same for many steps, in floating point from the middle down to where nothing is left."""
    middle = steps // 2
    lowest = max(0, middle - 6 * math.isqrt(steps))
    places = np.arange(middle, lowest, -1, dtype=np.float64)
    chances = np.exp(np.concatenate(([0.0], np.cumsum(np.log(places / (steps - places + 1))))))[::-1]
    below = np.cumsum(chances)
    everything = 2 * below[-1] - (chances[-1] if steps % 2 == 0 else 0)
    return lowest + int(np.searchsorted(below, everything / 20))


# --- The result -------------------------------------------------------------------------------------------------
class _Drawn:
    """Gathers the phases into an Analysis."""

    def __init__(self, kind: Kind, multiply: float) -> None:
        self.kind, self.multiply = kind, multiply
        self.values: list[float | None] = []
        self.lines: tuple[list[float | None], ...] = ([], [], [], [], [])
        self.phase_of: list[int] = []
        self.baseline: list[bool] = []
        self.rules: list[tuple[Rule, ...]] = []
        self.phases: list[Phase] = []

    def add(
        self,
        series: _Series,
        first: int,
        end: int,
        included: Flags,
        freeze: int | None,
        given: float | None,
        screen: bool,
    ) -> None:
        """Work out one phase, by itself."""
        length, kind = end - first, self.kind
        values = series.values[first:end]
        if kind == Kind.MR:
            values = np.concatenate(([np.nan], _ranges(values))) if length else values
        counted = included[first:end]
        baseline = np.arange(1, length + 1) <= (length if freeze is None else freeze)
        noise = _noise(values)
        lines = _lines(
            kind,
            values,
            series.events[first:end],
            None if series.sizes is None else series.sizes[first:end],
            counted & baseline,
            given,
            screen,
            noise,
        )
        # A median is a value or halfway between two, so it loses nothing by rounding.
        sides = _sides(values, lines.centre, 0 if kind in (Kind.RUN, Kind.G) else noise)
        bits = np.zeros(length, np.int64)
        if kind != Kind.RUN:
            outside = _outside(values, lines, noise)
            bits[outside > 0] = _BIT[Rule.ABOVE_LIMIT]
            bits[outside < 0] = _BIT[Rule.BELOW_LIMIT]
            if kind == Kind.XMR:
                near = _sides(values, lines.upper_warning, noise) > 0
                near |= _sides(values, lines.lower_warning, noise) < 0
                near &= outside == 0
                bits[counted] |= _xmr_rules(values[counted], sides[counted], near[counted])
        phase = self._phase(first, values, sides, counted, lines, series, bits)
        self.phases.append(phase)
        self.values += _plain(values * self.multiply)
        for line, at in zip(
            self.lines,
            (lines.centre, lines.lower, lines.upper, lines.lower_warning, lines.upper_warning),
            strict=True,
        ):
            if isinstance(at, np.ndarray):
                line += _plain(at * self.multiply)
            else:
                line += [_number(at * self.multiply)] * length
        self.phase_of += [len(self.phases) - 1] * length
        self.baseline += baseline.tolist()
        self.rules += map(_rules, bits.tolist()) if bits.any() else [()] * length

    def _phase(
        self,
        first: int,
        values: Floats,
        sides: Whole,
        counted: Flags,
        lines: _Lines,
        series: _Series,
        bits: Whole,
    ) -> Phase:
        """Return the phase with the runs of its useful points [A]; marks the points of long ones in `bits`."""
        places = np.flatnonzero(counted & (sides != 0))
        useful = len(places)
        longest: Run | None = None
        crossings = most = None
        runs_count = self.kind not in (Kind.XMR, Kind.MR)
        if useful:
            marks = sides[places]
            begins, lengths = _stretches(marks)
            crossings, most = len(begins) - 1, longest_run_max(useful)
            at = len(lengths) - 1 - int(np.argmax(lengths[::-1]))
            begin, long = int(begins[at]), int(lengths[at])
            longest = Run(
                first + int(places[begin]),
                first + int(places[begin + long - 1]),
                long,
                bool(marks[begin] > 0),
            )
            if runs_count and long > most:
                row = np.repeat(lengths > most, lengths)
                bits[places[row & (marks > 0)]] |= _BIT[Rule.LONG_RUN_ABOVE]
                bits[places[row & (marks < 0)]] |= _BIT[Rule.LONG_RUN_BELOW]
        average = lines.average * self.multiply if self.kind in _IN_UNITS else lines.average
        points = int(np.count_nonzero(counted))
        end = first + len(values)
        return Phase(
            first=first,
            last=end - 1,
            centre=_number(lines.centre * self.multiply),
            ranges_average=_number(average),
            points=points,
            useful=useful,
            last_useful=first + int(places[-1]) if useful else None,
            longest_run=longest,
            longest_run_max=most,
            crossings=crossings,
            crossings_min=crossings_min(useful) if useful else None,
            runs_count=runs_count,
            cautions=tuple(self._cautions(len(values), points, lines, series, slice(first, end))),
        )

    def _cautions(
        self, rows: int, points: int, lines: _Lines, series: _Series, where: slice
    ) -> Iterable[Caution]:
        if rows < SETTLED if self.kind == Kind.XMR else points < ENOUGH:
            yield Caution.SHORT
        if self.kind in _BY_RANGES:
            if math.isnan(lines.average):
                yield Caution.NO_LIMITS
            elif lines.average == 0:
                yield Caution.NO_VARIATION
            if lines.unscreened:
                yield Caution.UNSCREENED
        if series.lone[where].any():
            yield Caution.EVENTS_WITHOUT_DENOMINATOR
        if series.above[where].any():
            yield Caution.ABOVE_DENOMINATOR

    def finish(
        self,
        dates: tuple[date, ...] | None,
        order: Sequence[int],
        included: Flags,
        better: Better,
        target: float | None,
    ) -> Analysis:
        centre, lower, upper, lower_warning, upper_warning = self.lines
        counted = np.flatnonzero(included)
        reasons = self.rules[counted[-1]] if len(counted) else ()
        assurance, why = _assurance(self.kind, lower[-1:], upper[-1:], better, target)
        return Analysis(
            kind=self.kind,
            dates=dates,
            order=tuple(order) if isinstance(order, list) else order,
            values=tuple(self.values),
            centre=tuple(centre),
            lower=tuple(lower),
            upper=tuple(upper),
            lower_warning=tuple(lower_warning),
            upper_warning=tuple(upper_warning),
            phase_of=tuple(self.phase_of),
            baseline=tuple(self.baseline),
            included=tuple(included.tolist()),
            rules=tuple(self.rules),
            phases=tuple(self.phases),
            better=better,
            variation=_variation(reasons, better) if len(counted) else None,
            variation_reasons=reasons,
            assurance=assurance,
            assurance_reason=why,
        )


_BY_RANGES = (Kind.XMR, Kind.I, Kind.MR, Kind.T, Kind.P_PRIME, Kind.U_PRIME, Kind.I_PRIME)
_IN_UNITS = (Kind.XMR, Kind.I, Kind.MR, Kind.I_PRIME)


def _outside(values: Floats, lines: _Lines, noise: float) -> Whole:
    """Return 1 strictly above the upper limit, -1 strictly below the lower one, else 0."""
    outside = (_sides(values, lines.upper, noise) > 0).astype(np.int64)
    outside[_sides(values, lines.lower, noise) < 0] = -1
    return outside


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _plain(values: Floats) -> list[float | None]:
    """Return a list with None for what is missing."""
    missing = ~np.isfinite(values)
    if not missing.any():
        plain: list[float | None] = values.tolist()
        return plain
    as_objects: Any = values.astype(object)
    as_objects[missing] = None
    found: list[float | None] = as_objects.tolist()
    return found


def _variation(rules: tuple[Rule, ...], better: Better) -> Variation:
    """Return the icon of a point, by the first of its rules [M]."""
    if not rules:
        return Variation.COMMON_CAUSE
    high = rules[0].high
    if better == Better.NEITHER:
        return Variation.NEUTRAL_HIGH if high else Variation.NEUTRAL_LOW
    if high == (better == Better.HIGHER):
        return Variation.IMPROVEMENT_HIGH if high else Variation.IMPROVEMENT_LOW
    return Variation.CONCERN_HIGH if high else Variation.CONCERN_LOW


def _assurance(
    kind: Kind,
    lower: Sequence[float | None],
    upper: Sequence[float | None],
    better: Better,
    target: float | None,
) -> tuple[Assurance | None, Why]:
    """Return whether the limits of the newest point lie wholly on the better side of the target [M].

    A target on a limit, or without limits, is not known to be met or missed: inconsistent.
    """
    if target is None:
        return None, Why.NO_TARGET
    if better == Better.NEITHER:
        return None, Why.NO_DIRECTION
    if not lower:
        return None, Why.NO_POINTS
    if lower[0] is None or upper[0] is None:
        return (None if kind == Kind.RUN else Assurance.INCONSISTENT), Why.NO_LIMITS
    slack = _TOUCHING * max(abs(target), abs(lower[0]), abs(upper[0]))
    if target > upper[0] + slack:
        return (Assurance.FAIL if better == Better.HIGHER else Assurance.PASS), Why.TARGET_ABOVE
    if target < lower[0] - slack:
        return (Assurance.PASS if better == Better.HIGHER else Assurance.FAIL), Why.TARGET_BELOW
    return Assurance.INCONSISTENT, Why.TARGET_WITHIN
