"""What the figures of asks say, and what of them may be shown. Pure, but for Series, whose words and picture it uses.

Product rule 4: nothing is shown from fewer than five asks or two deciders, also not to somebody who takes shown
figures from one another. So a figure of an organisation is kept back when it is of few; when what is left of the
network's total without the organisations shown is of few, the smallest of them is kept back as well, and where only
one is shown, the total. The same goes for the domains of an organisation and of the network, of which all together
are the total. What that guards, and what not: docs/decisions/0021-what-figures-tell-together.md.
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
COUNTS = ("received", "awaiting", "kept", "kept_late", "not_met", "not_confirmed", "raised", "for_partner")
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


# What becomes known together: the base of a figure; or that of an organisation, and of all others.
type Part = tuple[Base, ...]


def is_of_few(part: Part) -> bool:
    """Whether anything in it is of few."""
    return any(base.is_of_few for base in part)


def _asks(part: Part) -> int:
    return sum(base.asks for base in part)


def showable[Key: (int, str)](parts: Mapping[Key, Part], total: Part) -> tuple[set[Key], bool]:
    """Return which parts may be shown, and whether their total may be, of which the parts are parts.

    The answer is the same in whatever order the parts come: pages and processes that kept back another of two that are
    as small would together tell both.
    """
    shown = [key for key, part in parts.items() if not is_of_few(part)]
    if is_of_few(total):
        return set(shown), False
    # Those of no ask say nothing of anybody, and keeping them back would hide nothing.
    smallest_first = sorted(
        (key for key in shown if _asks(parts[key])), key=lambda key: (_asks(parts[key]), key)
    )
    rest = total
    for key in smallest_first:
        rest = tuple(base.without(part) for base, part in zip(rest, parts[key], strict=True))
    while is_of_few(rest):
        if len(smallest_first) <= 1:
            return set(shown), False
        rest = tuple(base.plus(part) for base, part in zip(rest, parts[smallest_first[0]], strict=True))
        shown.remove(smallest_first.pop(0))
    return set(shown), True


def showable_beside_total[Key: (int, str)](parts: Mapping[Key, Part], total: Part) -> set[Key]:
    """Return which parts may be shown where their total is shown in any case."""
    shown, total_is_too = showable(parts, total)
    return shown if total_is_too else {key for key in shown if not _asks(parts[key])}


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
    "not_confirmed": "Not confirmed",
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


def _with_same_total(shown: dict[str, set[int | None]]) -> dict[str, set[int | None]]:
    """Return them without the network's total of all that are the same asks, unless each may be shown."""
    if not all(None in shown[figure] for figure in SAME_TOTAL):
        for figure in SAME_TOTAL:
            shown[figure].discard(None)
    return shown


class Sight:
    """The figures of a network and some of its organisations, and which of them may be shown.

    Of all domains together: of as many organisations as one likes, side by side. Of one domain: of one organisation
    beside the network, as domains and organisations crosswise would tell of few in too many ways.
    """

    def __init__(self, minutes_a_day: int, domain: str, all_domains: str) -> None:
        self.minutes_a_day = minutes_a_day
        self.domain, self.all_domains = domain, all_domains
        # By domain, then by organisation; None: the network.
        self.of: dict[str, dict[int | None, Cell]] = {key: {None: Cell()} for key in (domain, all_domains)}

    @property
    def cells(self) -> dict[int | None, Cell]:
        """The figures of the domain that is looked at."""
        return self.of[self.domain]

    def read(self, rows: Iterable[tuple[Any, ...]]) -> Self:
        """Take in rows of the table: of all domains together, or of each and of all together."""
        for key, name, domain, *row in rows:
            cells = self.of.setdefault(domain, {None: Cell()})
            if key not in cells:
                cells[key] = Cell()
            cells[key].name = name or ""
            cells[key].add(row)
        for key, cell in self.of[self.all_domains].items():  # who has no ask of the domain, has none
            self.cells.setdefault(key, Cell(cell.name))
        return self

    def shown(self, of_everything: Mapping[int | None, set[str]] | None = None) -> dict[int | None, set[str]]:
        """Return which figures of whom may be shown; of one domain, where those may be of all domains together."""
        if of_everything is None:
            shown = _with_same_total({figure: self._of_all(figure) for figure in FIGURES})
        else:
            everything = {
                figure: {key for key in self.cells if figure in of_everything.get(key, ())}
                for figure in FIGURES
            }
            shown = _with_same_total(
                {figure: self._of_domain(figure, everything[figure]) for figure in FIGURES}
            )
        return {key: {figure for figure in FIGURES if key in shown[figure]} for key in self.cells}

    def _of_all(self, figure: str) -> set[int | None]:
        """Return of whom the figure of all domains may be shown."""
        everything = self.of[self.all_domains]
        parts = {key: (cell.base(figure),) for key, cell in everything.items() if key is not None}
        keys, total = showable(parts, (everything[None].base(figure),))
        return {*keys, None} if total else {*keys}

    def _of_domain(self, figure: str, shown: set[int | None]) -> set[int | None]:
        """Return of whom the domain's figure may be shown, where that of all domains is shown of those.

        Each domain's page counts, as all can be read: domains are shown or not by what all that are shown leave over.
        """
        domains = set(self.of) - {self.all_domains}
        found: set[int | None] = set()
        if None in shown:
            domains = showable_beside_total(
                {domain: (self._base(domain, None, figure),) for domain in domains},
                (self._base(self.all_domains, None, figure),),
            )
            found |= {None} if self.domain in domains else set()
        for key in shown - {None}:
            # Beside the network's, one's own figure tells that of all others.
            whose = (key,) if None not in shown else (key, None)
            parts = {domain: self._beside(domain, whose, figure) for domain in domains}
            if self.domain in showable_beside_total(parts, self._beside(self.all_domains, whose, figure)):
                found.add(key)
        return found

    def _beside(self, domain: str, whose: tuple[int | None, ...], figure: str) -> Part:
        own, *network = (self._base(domain, key, figure) for key in whose)
        return (own, *(total.without(own) for total in network))

    def _base(self, domain: str, key: int | None, figure: str) -> Base:
        return self.of[domain].get(key, Cell()).base(figure)

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
