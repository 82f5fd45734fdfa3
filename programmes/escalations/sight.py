"""What the figures of asks say, and what of them may be shown. Pure, but for Series, whose words and picture it uses.

Product rule 4: nothing is shown from fewer than five asks or two deciders, also not to somebody who takes shown
figures from one another. So a figure of an organisation is kept back when it is of few; when what is left of the
network's total without the organisations shown is of few, the smallest of them is kept back as well, and where only
one is shown, the total.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, Self

from iocn.shared.working_time import all_working_time_in_words
from programmes.escalations.numbers import FEWEST
from programmes.measures.meaning import Point, Series
from programmes.measures.models import Measure

FEWEST_DECIDERS = 2

# What is asked of the table of figures, in this order, after organisation, its name, domain and month.
COUNTS = ("received", "awaiting", "kept", "kept_late", "not_met", "raised", "for_partner")
STEPS = ("to_acknowledge", "to_decide", "to_do")
COLUMNS = (*COUNTS, *STEPS, "deciders")


class Base(NamedTuple):
    """What a figure is made from: so many asks, and who decided how many of them."""

    asks: int
    deciders: Counter[str]

    @property
    def is_of_few(self) -> bool:
        return self.asks > 0 and (self.asks < FEWEST or len(self.deciders) < FEWEST_DECIDERS)

    def plus(self, other: Self) -> "Base":
        return Base(self.asks + other.asks, self.deciders + other.deciders)

    def without(self, other: Self) -> "Base":
        """Return what is left; whoever decided none of it is gone."""
        return Base(self.asks - other.asks, self.deciders - other.deciders)


class Part(NamedTuple):
    """The base of a figure where one domain is looked at, and of the same figure for all domains."""

    here: Base
    everywhere: Base

    @property
    def is_of_few(self) -> bool:
        """Whether it, or what is left without it, is of few."""
        return self.here.is_of_few or self.everywhere.without(self.here).is_of_few

    def plus(self, other: Self) -> "Part":
        return Part(self.here.plus(other.here), self.everywhere.plus(other.everywhere))

    def without(self, other: Self) -> "Part":
        return Part(self.here.without(other.here), self.everywhere.without(other.everywhere))


def showable[Key](parts: Mapping[Key, Part], total: Part) -> tuple[set[Key], bool]:
    """Return of which parts a figure may be shown, and whether of the total, of which the parts are parts."""
    shown = [key for key, part in parts.items() if not part.is_of_few]
    if total.is_of_few:
        return set(shown), False
    # Those of no ask say nothing of anybody, and keeping them back would hide nothing.
    smallest_first = sorted(
        (key for key in shown if parts[key].here.asks), key=lambda key: parts[key].here.asks
    )
    rest = total
    for key in smallest_first:
        rest = rest.without(parts[key])
    while rest.is_of_few:
        if len(smallest_first) <= 1:
            return set(shown), False
        rest = rest.plus(parts[smallest_first[0]])
        shown.remove(smallest_first.pop(0))
    return set(shown), True


@dataclass
class Cell:
    """The figures of an organisation, or of the network, for some months."""

    name: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    # Of each step how many asks took how many minutes; of each figure who decided how many of its asks.
    took: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    deciders: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, row: Sequence[Any]) -> None:
        """Add a month's row, of COLUMNS."""
        for name, count in zip(COUNTS, row, strict=False):
            self.counts[name] += count
        *took, deciders = row[len(COUNTS) :]
        for name, spread in zip(STEPS, took, strict=True):
            _add(self.took[name], spread)
        for name, who in deciders.items():
            _add(self.deciders[name], who)

    @property
    def promises(self) -> int:
        """How many promises came to an end, or should have."""
        return self.counts["kept"] + self.counts["kept_late"] + self.counts["not_met"]

    def base(self, figure: str) -> Base:
        """Return what a figure is made from."""
        figure = "received" if figure == "awaiting" else figure
        if figure in STEPS:
            asks = self.took[figure].total()
        else:
            asks = self.promises if figure == "promises" else self.counts[figure]
        return Base(asks, self.deciders[figure])


def _add(to: Counter[str], counted: Mapping[str, int]) -> None:
    # Counter.update looks first whether it is given a mapping, which takes longer than these few.
    for key, count in counted.items():
        to[key] += count


FIGURES = {
    "received": "Received",
    "raised": "Raised",
    "awaiting": "Awaiting reply",
    "to_acknowledge": "First reply",
    "to_decide": "Decision",
    "to_do": "Done",
    "promises": "Promises kept",
    "for_partner": "For a partner",
}
# The network's total of these is the same number of asks: it is known from one if it is from the other.
SAME_TOTAL = ("received", "raised", "awaiting")


def median(spread: Mapping[str, int]) -> int | None:
    """Return the middle of so many asks that took so many minutes, the lower of two."""
    left = (sum(spread.values()) + 1) // 2
    for minutes in sorted(map(int, spread)):
        left -= spread[str(minutes)]
        if left <= 0:
            return minutes
    return None


class Line(NamedTuple):
    """A row of the page's table: of whom, and each figure's label and words; None where it is kept back."""

    name: str
    figures: list[tuple[str, str | None]]


class Sight:
    """The figures of a network and some of its organisations, and which of them may be shown."""

    def __init__(self, minutes_a_day: int) -> None:
        self.minutes_a_day = minutes_a_day
        # None: the network.
        self.cells: dict[int | None, Cell] = {None: Cell()}
        self.everywhere: dict[int | None, Cell] = {}

    def read(self, rows: Iterable[tuple[Any, ...]], domain: str, all_domains: str) -> Self:
        """Take in rows of the table: of the domain and of all domains, and no others."""
        if domain == all_domains:
            self.everywhere = self.cells
        for key, name, of, *row in rows:
            cells = self.cells if of == domain else self.everywhere
            if key not in cells:
                cells[key] = Cell()
            cells[key].name = name or ""
            cells[key].add(row)
        return self

    def _part(self, key: int | None, figure: str) -> Part:
        return Part(self.cells[key].base(figure), self.everywhere.get(key, Cell()).base(figure))

    def shown(self) -> dict[int | None, set[str]]:
        """Return which figures of whom may be shown."""
        found: dict[int | None, set[str]] = {key: set() for key in self.cells}
        for figure in FIGURES:
            parts = {key: self._part(key, figure) for key in self.cells if key is not None}
            keys, total = showable(parts, self._part(None, figure))
            for key in keys:
                found[key].add(figure)
            if total:
                found[None].add(figure)
        if not found[None].issuperset(SAME_TOTAL):
            found[None].difference_update(SAME_TOTAL)
        return found

    def line(self, key: int | None, name: str, shown: set[str]) -> Line:
        """Return a row of the table."""
        cell = self.cells.get(key, Cell())
        return Line(
            name,
            [
                (label, self._words(cell, figure) if figure in shown or key not in self.cells else None)
                for figure, label in FIGURES.items()
            ],
        )

    def _words(self, cell: Cell, figure: str) -> str:
        if figure == "promises":
            if not cell.promises:
                return "no promise was due"
            late = f", {cell.counts['kept_late']} of them late" if cell.counts["kept_late"] else ""
            kept = cell.counts["kept"] + cell.counts["kept_late"]
            return f"{kept} of {cell.promises}{late}"
        if figure in STEPS:
            minutes = median(cell.took[figure])
            return "none yet" if minutes is None else all_working_time_in_words(minutes, self.minutes_a_day)
        return f"{cell.counts[figure]:,}"


# What the picture can be of, and what of half of the asks it says.
PICTURES = {
    "to_acknowledge": ("First reply", "were first replied to"),
    "to_decide": ("Decision", "were decided"),
    "to_do": ("Done", "were done"),
}


def point(step: str, spread: Mapping[str, int], deciders: Mapping[str, Mapping[str, int]]) -> int | None:
    """Return a month's median working minutes to a step, None where it would tell of few."""
    base = Base(sum(spread.values()), Counter(deciders.get(step, {})))
    return None if base.is_of_few else median(spread)


def picture(step: str, points: Iterable[tuple[date, int]], name: str) -> dict[str, Any] | None:
    """Return the chart of each month's median working minutes to a step, None without a month."""
    measure = Measure(
        name=f"Half of the asks {PICTURES[step][1]} within: {name}",
        shape=Measure.Shape.NUMBER,
        better=Measure.Better.LOWER,
        chart=Measure.Chart.RUN,
        unit="working hours",
    )
    series = Series(measure, [Point(month, Decimal(minutes) / 60) for month, minutes in points])
    return {**series.picture(), "id": "how-soon"} if series.points else None
