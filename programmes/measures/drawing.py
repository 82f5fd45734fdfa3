"""The small picture of a measure: paths of an SVG without axes, 1000 wide and 300 high."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from programmes.measures.spc import Analysis, Variation

WIDTH, HEIGHT, EDGE = 1000, 300, 14
# So many of the newest points are drawn: more cannot be told apart on a card.
MOST = 60

_COLOURS = {
    Variation.IMPROVEMENT_HIGH: "improvements",
    Variation.IMPROVEMENT_LOW: "improvements",
    Variation.CONCERN_HIGH: "concerns",
    Variation.CONCERN_LOW: "concerns",
    Variation.NEUTRAL_HIGH: "changes",
    Variation.NEUTRAL_LOW: "changes",
}


@dataclass(frozen=True)
class Frame:
    """Where days and values lie in the picture."""

    first: date
    last: date
    low: float
    high: float

    def x(self, day: date) -> int:
        """Return how far from the left a day is."""
        days = (self.last - self.first).days
        part = (day - self.first).days / days if days else 0.5
        return round(EDGE + part * (WIDTH - 2 * EDGE))

    def y(self, value: float) -> int:
        """Return how far from the top a value is."""
        part = (value - self.low) / (self.high - self.low)
        return round(HEIGHT - EDGE - part * (HEIGHT - 2 * EDGE))

    def onto(self, other: "Frame") -> tuple[float, float, float, float]:
        """Return what takes a picture drawn in this frame into another: scale and move, across and down."""
        across, along = self._stretch(self.x, other.x, self.first, self.last)
        down, below = self._stretch(self.y, other.y, self.low, self.high)
        return across, along, down, below

    @staticmethod
    def _stretch(
        own: Callable[[Any], int], theirs: Callable[[Any], int], start: Any, end: Any
    ) -> tuple[float, float]:
        span = own(end) - own(start)
        scale = (theirs(end) - theirs(start)) / span if span else 1.0
        return round(scale, 5), round(theirs(start) - scale * own(start), 2)


def frame_of(chart: Analysis, periods: Sequence[date], target: float | None) -> Frame | None:
    """Return the frame that holds the newest points with their lines and the target; None without any point."""
    start = max(0, len(periods) - MOST)
    lines = (chart.values, chart.centre, chart.lower, chart.upper)
    there = [value for line in lines for value in line[start:] if value is not None]
    if not there:
        return None
    if target is not None:
        there.append(target)
    low, high = min(there), max(there)
    if high <= low:
        room = abs(low) * 0.1 or 1.0
        low, high = low - room, high + room
    return Frame(periods[start], periods[-1], low, high)


def paths(
    chart: Analysis, periods: Sequence[date], frame: Frame, target: float | None, *, signals: bool
) -> dict[str, str]:
    """Return the paths by the names of the fields that keep them; signals are left out where they mean little."""
    start = max(0, len(periods) - MOST)
    days = [frame.x(day) for day in periods[start:]]
    cut = [line[start:] for line in (chart.values, chart.centre, chart.lower, chart.upper)]
    values, centre, lower, upper = ([None if v is None else frame.y(v) for v in line] for line in cut)
    phases = chart.phase_of[start:]
    dots: dict[str, list[str]] = {"improvements": [], "concerns": [], "changes": []}
    for place, (x, y) in enumerate(zip(days, values, strict=True)):
        colour = _COLOURS.get(chart.variation_at(start + place)) if signals else None
        if colour and y is not None:
            # A line without length and with round ends is a dot, however the picture is stretched.
            dots[colour].append(f"M{x} {y}h0")
    return {
        "line": _polyline(zip(days, values, strict=True)),
        "centre_line": _levels(days, centre, phases),
        "limits": _levels(days, lower, phases) + _levels(days, upper, phases),
        "target_line": "" if target is None else f"M0 {frame.y(target)}H{WIDTH}",
        **{name: "".join(marks) for name, marks in dots.items()},
    }


def _polyline(points: Iterable[tuple[int, int | None]]) -> str:
    """Join the points; a missing one breaks the line."""
    path, pen = [], "M"
    for x, y in points:
        if y is None:
            pen = "M"
            continue
        path.append(f"{pen}{x} {y}")
        pen = "L"
    # A point alone is a dot.
    return f"{path[0]}h0" if len(path) == 1 else "".join(path)


def _levels(days: Sequence[int], levels: Sequence[int | None], phases: Sequence[int]) -> str:
    """Draw a line that mostly stays level, with as few words as it takes; each phase has its own."""
    path: list[str] = []
    for place, (x, y) in enumerate(zip(days, levels, strict=True)):
        if y is None:
            continue
        begins = place == 0 or levels[place - 1] is None or phases[place - 1] != phases[place]
        ends = place + 1 == len(days) or levels[place + 1] != y or phases[place + 1] != phases[place]
        if begins:
            path.append(f"M{x} {y}")
        elif levels[place - 1] != y:
            path.append(f"L{x} {y}")
        elif ends:
            path.append(f"H{x}")
    return "".join(path)
