"""The arithmetic of a funnel: which of several proportions or rates differ from the others by more than chance.

Pure functions on numbers, without Django. Sources, named by their letters below:
[S] Spiegelhalter DJ (2005), "Funnel plots for comparing institutional performance", Statistics in Medicine
    24:1185-1202: the plot, its 95% and 99.8% limits, and limits interpolated between whole numbers (appendix A.1).
[H] Spiegelhalter DJ (2005), "Handling over-dispersion of performance indicators", Quality and Safety in Health Care
    14:347-351: what to do where they differ by more than chance as a whole.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

# With fewer there are no others to differ from: each is a great part of all together.
FEWEST = 3
# What chance alone leaves beyond a limit, on one side: 95% and 99.8% lie between the two limits [S].
NEAR, FAR = 0.025, 0.001
# This part of the most extreme at each end is drawn in to the next, so that few odd ones do not widen all limits [H];
# one at least, or else of fewer than ten points a single odd one would hide itself.
_DRAWN_IN = 0.1


class Verdict(StrEnum):
    """Where a point lies."""

    FAR_ABOVE = "above the upper 99.8% limit"
    FAR_BELOW = "below the lower 99.8% limit"
    ABOVE = "above the upper 95% limit"
    BELOW = "below the lower 95% limit"
    FEW = "too few to tell"
    WITHIN = "within the limits"

    @property
    def is_far(self) -> bool:
        """Whether it is outside the outer limits."""
        return self in (Verdict.FAR_ABOVE, Verdict.FAR_BELOW)

    @property
    def is_outside(self) -> bool:
        """Whether it is outside the inner limits."""
        return self not in (Verdict.FEW, Verdict.WITHIN)

    @property
    def high(self) -> bool:
        """Whether it is above, if it is outside."""
        return self in (Verdict.FAR_ABOVE, Verdict.ABOVE)


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits for one denominator, in events a case: the outer ones hold 99.8%, the inner ones 95%."""

    far_low: float
    low: float
    high: float
    far_high: float


@dataclass(frozen=True, slots=True)
class Funnel:
    """What all have together, and where each lies.

    `centre` is all events / all cases. `dispersion` is how many times as much as by chance alone the points vary [H];
    `is_widened` whether that is so much more than 1 that the limits are widened for it. `limits` and `verdicts` have
    one entry a point, in the order given.
    """

    proportion: bool
    centre: float
    dispersion: float
    is_widened: bool
    limits: tuple[Limits, ...]
    verdicts: tuple[Verdict, ...]

    @property
    def widening(self) -> float:
        """How many times as wide the limits are as chance alone makes them."""
        return math.sqrt(self.dispersion) if self.is_widened else 1.0

    def limits_at(self, cases: float) -> Limits:
        """Return the limits for a denominator; of a proportion it is a whole number."""
        return _limits(self.centre, cases, self.proportion, self.dispersion if self.is_widened else 1.0)


def funnel(events: Sequence[float], cases: Sequence[float], *, proportion: bool) -> Funnel:
    """Return the funnel of points that each have some events out of some cases.

    A `proportion` has a part of whole cases in which the event happened (binomial); a rate has events for an amount
    of something (Poisson). The centre is the pooled value. A point is outside a limit when chance alone, at the
    centre's rate, gives so many events or more (or so few or fewer) in less than 2.5%, and 0.1%: by the exact
    distribution, whatever the denominator. Of a point that is not outside, and of which less than one event (or less
    than one case without it) would be expected, nothing can be told.

    Where the points as a whole vary by more than chance, the limits are those of the normal distribution, with the
    standard error times the root of the dispersion [H]. More than chance: the dispersion is more than 1.96 of its
    standard errors, the root of 2 / points, above 1.

    Raises ValueError for fewer than three points, for a denominator that is not above zero, for events below zero or
    (of a proportion) above the cases, for what is not whole, and if nothing differs: no events, or all cases.
    """
    if len(events) != len(cases) or len(events) < FEWEST:
        raise ValueError(f"A funnel takes at least {FEWEST} points, each with events and cases.")
    for top, bottom in zip(events, cases, strict=True):
        if bottom <= 0 or top < 0 or top != int(top):
            raise ValueError("A point has a whole number of events, out of more than none.")
        if proportion and (top > bottom or bottom != int(bottom)):
            raise ValueError("A proportion is part of a whole number of cases.")
    centre = sum(events) / sum(cases)
    if centre == 0 or (proportion and centre == 1):
        raise ValueError("Nothing can differ where there are no events, or no cases without one.")
    dispersion = _dispersion(np.array(events), np.array(cases), centre, proportion)
    widened = dispersion > 1 + 1.96 * math.sqrt(2 / len(events))
    factor = dispersion if widened else 1.0
    limits = tuple(_limits(centre, bottom, proportion, factor) for bottom in cases)
    verdicts = tuple(
        _verdict(top, bottom, centre, proportion, around)
        for top, bottom, around in zip(events, cases, limits, strict=True)
    )
    return Funnel(proportion, centre, dispersion, widened, limits, verdicts)


def _verdict(top: float, bottom: float, centre: float, proportion: bool, limits: Limits) -> Verdict:
    value = top / bottom
    for is_so, verdict in (
        (value > limits.far_high, Verdict.FAR_ABOVE),
        (value < limits.far_low, Verdict.FAR_BELOW),
        (value > limits.high, Verdict.ABOVE),
        (value < limits.low, Verdict.BELOW),
    ):
        if is_so:
            return verdict
    rarer = min(centre, 1 - centre) if proportion else centre
    return Verdict.FEW if rarer * bottom < 1 else Verdict.WITHIN


def _dispersion(
    events: NDArray[np.float64], cases: NDArray[np.float64], centre: float, proportion: bool
) -> float:
    """Return the mean square of the standardised values, the most extreme tenth of each end drawn in [H]."""
    variance = centre * (1 - centre) if proportion else centre
    scores = np.sort((events / cases - centre) / np.sqrt(variance / cases))
    many = max(1, int(_DRAWN_IN * len(scores)))
    return float(np.mean(np.clip(scores, scores[many], scores[-1 - many]) ** 2))


def _limits(centre: float, cases: float, proportion: bool, dispersion: float) -> Limits:
    if dispersion == 1.0:
        below, first = _below(centre, cases, proportion)
        low, high = ([_quantile(below, first, tail, up) / cases for tail in (NEAR, FAR)] for up in (0, 1))
    else:
        error = math.sqrt(dispersion * centre * ((1 - centre) if proportion else 1) / cases)
        reach = [-NormalDist().inv_cdf(tail) * error for tail in (NEAR, FAR)]
        low, high = [centre - r for r in reach], [centre + r for r in reach]
    most = 1.0 if proportion else math.inf
    return Limits(max(low[1], 0.0), max(low[0], 0.0), min(high[0], most), min(high[1], most))


def _below(centre: float, cases: float, proportion: bool) -> tuple[NDArray[np.float64], int]:
    """Return the chances of so many events or fewer, and how many events the first of them is for.

    They go so far to both sides of the mean that what is beyond is below 1e-15 of all.
    """
    mean = centre * cases
    reach = math.ceil(12 * math.sqrt(mean) + 40)
    first, last = max(0, int(mean) - reach), int(mean) + reach
    if proportion:
        last = min(last, int(cases))
    numbers = np.arange(first + 1, last + 1, dtype=np.float64)
    # How much likelier each number is than the one before it: a product, so that no factorial is too large.
    steps = (cases - numbers + 1) / numbers * centre / (1 - centre) if proportion else mean / numbers
    logs = np.concatenate(([0.0], np.cumsum(np.log(steps))))
    chances = np.exp(logs - logs.max())
    return np.cumsum(chances) / chances.sum(), first


def _quantile(below: NDArray[np.float64], first: int, tail: float, up: int) -> float:
    """Return the number of events beyond which chance leaves less than `tail`, below it or (`up`) above it.

    It lies between the last whole number that is outside and the first that is not, nearer to the one whose chance is
    nearer to the tail: the lower limit as [S] interpolates it, the upper one as its mirror. Below zero, and above all
    cases, it says that nothing lies outside.
    """
    wanted = 1 - tail if up else tail
    place = min(int(np.searchsorted(below, wanted, side="right")), len(below) - 1)
    there = float(below[place])
    before = float(below[place - 1]) if place else 0.0
    part = (there - wanted) / (there - before) if there > before else 0.0
    return first + place - part + up
