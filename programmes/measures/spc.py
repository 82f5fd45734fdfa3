"""Arithmetic of charts over time: pure functions on numbers, without Django.

The run chart tells signal from noise by the Anhøj rules: Anhøj J, Olesen AV (2014), "Run charts revisited: a
simulation study of run chart rules for detection of non-random variation in health care processes", PLoS ONE
9(11): e113825. qicharts2 applies the same; the tests compare with it.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from statistics import median

# Fewer points off the centre line cannot tell signal from noise: Perla RJ, Provost LP, Murray SK (2011), "The run
# chart: a simple analytical tool for learning from variation in healthcare processes", BMJ Quality & Safety
# 20:46-51.
ENOUGH = 10

# Values this near the centre line are on it: what decimals would call equal, floating point may miss by a hair.
_TOUCHING = 1e-12


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive useful points on one side of the centre line; `first` and `last` are indices of the series."""

    first: int
    last: int
    length: int
    above: bool


@dataclass(frozen=True, slots=True)
class Part:
    """What the rules say of one part of the series, whose points are `first` to `last`.

    `useful` counts the points that are neither missing, nor excluded, nor on the centre line; `last_useful` is
    the index of the last of them. Without any, the other figures are None. `longest_run` is the latest of the longest.
    """

    first: int
    last: int
    centre: float | None
    points: int
    useful: int
    last_useful: int | None
    longest_run: Run | None
    longest_run_max: int | None
    crossings: int | None
    crossings_min: int | None

    @property
    def has_long_run(self) -> bool:
        """Whether more points in a row are on one side than chance allows."""
        return (
            self.longest_run is not None
            and self.longest_run_max is not None
            and self.longest_run.length > self.longest_run_max
        )

    @property
    def has_few_crossings(self) -> bool:
        """Whether the series crosses its centre line less often than chance would make it."""
        return (
            self.crossings is not None
            and self.crossings_min is not None
            and self.crossings < self.crossings_min
        )

    @property
    def signal(self) -> bool:
        """Whether either rule finds more than chance, however few the points: see `enough`."""
        return self.has_long_run or self.has_few_crossings

    @property
    def enough(self) -> bool:
        """Whether there are enough points for the answer to mean something."""
        return self.useful >= ENOUGH


@dataclass(frozen=True, slots=True)
class RunChart:
    """A series and what the rules say of it, one entry a point, in the order given."""

    values: tuple[float | None, ...]
    centre: tuple[float | None, ...]
    part_of: tuple[int, ...]
    baseline: tuple[bool, ...]
    included: tuple[bool, ...]
    parts: tuple[Part, ...]

    @property
    def last_part(self) -> Part:
        """The part that says how things are now."""
        return self.parts[-1]


def run_chart(
    values: Sequence[float | None],
    denominators: Sequence[float | None] | None = None,
    *,
    freeze: int | None = None,
    part: Sequence[int] = (),
    exclude: Collection[int] = (),
    centre: float | None = None,
    multiply: float = 1,
) -> RunChart:
    """Return the run chart of a series: its median and what the Anhøj rules find.

    With `denominators` a point is value / denominator; None where either is missing or the denominator is zero
    (nothing divided by nothing says nothing). Missing points stay in the series and count in no rule.

    freeze: the centre is the median of the first so many points; ignored where `part` is given.
    part: the number of the last point of each part but the last; each part has its own centre and rules.
    exclude: numbers of points left out of the centre and of the rules.
    centre: the centre line, given instead of worked out (before multiplying, as the values are).
    multiply: every value and the centre are drawn so many times larger, such as 100 for a percentage.
    Numbers of points count from 1, as in qicharts2.
    """
    if denominators is not None and len(denominators) != len(values):
        raise ValueError("There must be one denominator for each value.")
    drawn = tuple(
        _point(value, denominators[index] if denominators is not None else 1, multiply)
        for index, value in enumerate(values)
    )
    count = len(drawn)
    included = tuple(number not in exclude for number in range(1, count + 1))
    frozen = freeze if freeze and not part else count
    baseline = tuple(index < frozen for index in range(count))
    ends = [0, *sorted({end for end in part if 0 < end < count}), count]
    parts = tuple(
        _part(drawn, included, baseline, first, last, None if centre is None else centre * multiply)
        for first, last in pairwise(ends)
    )
    return RunChart(
        values=drawn,
        centre=tuple(each.centre for each in parts for _ in range(each.first, each.last + 1)),
        part_of=tuple(number for number, each in enumerate(parts) for _ in range(each.first, each.last + 1)),
        baseline=baseline,
        included=included,
        parts=parts,
    )


def _point(value: float | None, denominator: float | None, multiply: float) -> float | None:
    if value is None or not denominator:
        return None
    point = float(value) / float(denominator) * multiply
    return point if math.isfinite(point) else None


def _part(
    drawn: Sequence[float | None],
    included: Sequence[bool],
    baseline: Sequence[bool],
    first: int,
    end: int,
    given: float | None,
) -> Part:
    counted = [index for index in range(first, end) if included[index]]
    known = [(index, value) for index in counted if (value := drawn[index]) is not None]
    based = [value for index, value in known if baseline[index]]
    centre = given if given is not None else median(based) if based else None
    sides = [
        (index, value > centre)
        for index, value in known
        if centre is not None and not math.isclose(value, centre, rel_tol=_TOUCHING)
    ]
    useful = len(sides)
    return Part(
        first=first,
        last=end - 1,
        centre=centre,
        points=len(counted),
        useful=useful,
        last_useful=sides[-1][0] if sides else None,
        longest_run=_longest_run(sides),
        longest_run_max=longest_run_max(useful) if useful else None,
        crossings=sum(one[1] != next_[1] for one, next_ in pairwise(sides)) if useful else None,
        crossings_min=crossings_min(useful) if useful else None,
    )


def _longest_run(sides: Sequence[tuple[int, bool]]) -> Run | None:
    longest: Run | None = None
    begins = 0
    for place, (index, above) in enumerate(sides):
        if above != sides[begins][1]:
            begins = place
        length = place - begins + 1
        if longest is None or length >= longest.length:
            longest = Run(sides[begins][0], index, length, above)
    return longest


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
    Assisted Statistics and Applications 5:73-77, as Anhøj and Olesen use it. Whole numbers, so exact.
    """
    steps = useful - 1
    ways = below = 1
    crossings = 0
    # The smallest k with P(X <= k) >= 1/20; 2**steps ways in all.
    while 20 * below < 2**steps:
        crossings += 1
        ways = ways * (steps - crossings + 1) // crossings
        below += ways
    return crossings
