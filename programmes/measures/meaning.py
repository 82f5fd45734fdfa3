"""What a measure's numbers say, in words, and the chart that shows it: signal or noise?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from programmes.measures.figures import period_name, plain, rounded, shown, unit_of
from programmes.measures.models import Measure, Observation
from programmes.measures.spc import ENOUGH, Analysis, Phase, Run, analyse


@dataclass(frozen=True)
class Point:
    """A number of a measure for one period, stored or about to be."""

    period: date
    numerator: Decimal
    denominator: Decimal | None = None
    note: str = ""

    @classmethod
    def of(cls, observation: Observation) -> "Point":
        """Return the observation as a point."""
        return cls(observation.period, observation.numerator, observation.denominator, observation.note)


class Series:
    """A measure with its points in order of time, and what they say."""

    def __init__(self, measure: Measure, points: Sequence[Point]) -> None:
        self.measure = measure
        self.points = sorted(points, key=lambda point: point.period)

    @classmethod
    def of(cls, measure: Measure) -> "Series":
        """Return the measure's series; its observations may have been read along (prefetch_related)."""
        return cls(measure, [Point.of(observation) for observation in measure.observations.all()])

    @classmethod
    def of_many(cls, measures: Sequence[Measure]) -> "list[Series]":
        """Return each measure's series, read in one query that makes no object of each number's row."""
        found: dict[int, list[Point]] = {measure.pk: [] for measure in measures}
        rows = Observation.objects.filter(measure__in=found).order_by()
        columns = ("measure", "period", "numerator", "denominator", "note")
        for pk, period, numerator, denominator, note in rows.values_list(*columns):
            found[pk].append(Point(period, numerator, denominator, note))
        return [cls(measure, found[measure.pk]) for measure in measures]

    @cached_property
    def chart(self) -> Analysis:
        """The run chart of the points."""
        numerators = [float(point.numerator) for point in self.points]
        denominators = [float(point.denominator or 0) for point in self.points]
        return analyse(
            numerators,
            denominators if self.measure.has_denominator else None,
            multiply=self.measure.multiply,
        )

    @property
    def part(self) -> Phase:
        return self.chart.last_phase

    @property
    def last(self) -> Point | None:
        """The newest point."""
        return self.points[-1] if self.points else None

    @property
    def last_period(self) -> str:
        return period_name(self.last.period) if self.last else ""

    @property
    def last_shown(self) -> str:
        """The newest value, as a sentence holds it."""
        return shown(self.measure, self.chart.values[-1]) if self.points else ""

    @property
    def median_shown(self) -> str:
        return shown(self.measure, self.part.centre) if self.part.centre is not None else ""

    # --- Time ----------------------------------------------------------------------------------------------
    @cached_property
    def is_monthly(self) -> bool:
        """Whether every period is a month. A measure without numbers is taken for one that will be."""
        return all(point.period.day == 1 for point in self.points)

    @cached_property
    def missing(self) -> list[date]:
        """The months between the first and the last that have no number; only a monthly series knows."""
        if not self.is_monthly or not self.points:
            return []
        there = {point.period for point in self.points}
        return [at for at in _months(self.points[0].period, self.points[-1].period) if at not in there]

    def _count(self, number: int) -> str:
        """Return "8 months", or "8 numbers" where not each is the month after the one before."""
        word = "month" if self.is_monthly and not self.missing else "number"
        return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"

    # --- Words ---------------------------------------------------------------------------------------------
    @property
    def sentence(self) -> str:
        """What the chart shows: whether there is a signal, by which rule, and what chance alone would do."""
        if not self.points:
            return "There are no numbers yet, so there is nothing to see."
        part = self.part
        if part.centre is None:
            return "No number can be worked out yet."
        if len(self.points) == 1:
            return f"One number so far: {self.last_shown} for {period_name(self.points[0].period)}. {_WAIT}"
        if part.useful == 0 and part.points >= ENOUGH:
            return f"Every one of the {self._count(part.points)} is the same, {self.median_shown}: nothing changes."
        if not part.enough:
            return self._too_few(part)
        return " ".join(filter(None, [*self._rules(part), self._gaps()]))

    def _too_few(self, part: Phase) -> str:
        middle = f"the middle value is {self.median_shown}"
        if part.points < ENOUGH:
            return f"{len(self.points)} numbers so far: {middle}. {_WAIT}"
        return (
            f"Of the {self._count(part.points)} only {part.useful} are off the middle value of {self.median_shown}:"
            f" too few to tell signal from noise, which takes {ENOUGH}."
        )

    def _rules(self, part: Phase) -> list[str]:
        if part.has_long_run and part.longest_run is not None:
            said = [
                f"Signal: {self._run(part.longest_run)}; chance alone gives up to {part.longest_run_max}."
            ]
            if part.has_few_crossings:
                said.append(
                    f"The line also crosses the middle value only {_times(part.crossings)},"
                    f" where chance gives {part.crossings_min} or more."
                )
            return [*said, self._direction(part.longest_run)]
        if part.has_few_crossings:
            return [
                f"Signal: the line crosses the middle value of {self.median_shown} only {_times(part.crossings)} in"
                f" {self._count(part.points)}; chance alone gives {part.crossings_min} or more.",
                "The numbers drift or come in waves: look for what changed when they do.",
            ]
        assert part.longest_run is not None  # noqa: S101 - there are enough points off the median
        return [
            f"No signal: the middle value is {self.median_shown}, and the last {self._count(part.points)} show no sign"
            " of change beyond chance.",
            f"The longest run on one side is {part.longest_run.length} (chance gives up to {part.longest_run_max}),"
            f" and the line crosses the middle {_times(part.crossings)} (chance gives {part.crossings_min} or more).",
        ]

    def _run(self, run: Run) -> str:
        """Return "9 months in a row are below the middle value of 12.3%, since June 2026"."""
        begins, ends = (period_name(self.points[index].period) for index in (run.first, run.last))
        when = f"since {begins}" if self._lasts(run) else f"from {begins} to {ends}"
        side = "above" if run.above else "below"
        # Those on the median belong to no side, so with them among the run the months are not "in a row".
        touching = run.last - run.first + 1 > run.length
        row = f"{self._count(run.length)}{'' if touching else ' in a row'}"
        rest = " (others on it)" if touching else ""
        return f"{row} are {side} the middle value of {self.median_shown}{rest}, {when}"

    def _lasts(self, run: Run) -> bool:
        """Whether the run goes on to the newest point, but for points on the median."""
        return run.last == self.part.last_useful

    def _direction(self, run: Run) -> str:
        better = self.measure.better
        if better == Measure.Better.NEITHER:
            return ""
        if not self._lasts(run):
            return "It has ended since."
        good = run.above == (better == Measure.Better.HIGHER)
        which = Measure.Better(better).label
        return f"{which}: this is an improvement." if good else f"{which}: this is a concern."

    def _gaps(self) -> str:
        if not self.missing:
            return ""
        if len(self.missing) == 1:
            return f"{period_name(self.missing[0])} has no number."
        return f"{len(self.missing)} months in between have no number."

    @property
    def has_signal(self) -> bool:
        return self.part.signal and self.part.enough

    @property
    def in_short(self) -> str:
        """The sentence for a list."""
        part = self.part
        if not self.points:
            return "No numbers yet"
        if part.useful == 0 and part.points >= ENOUGH:
            return "Always the same"
        if not part.enough:
            return "Too few numbers to tell"
        if part.has_long_run and part.longest_run is not None:
            side = "above" if part.longest_run.above else "below"
            return f"Signal: {self._count(part.longest_run.length)} {side} the middle"
        if part.has_few_crossings:
            return "Signal: drifts or comes in waves"
        return "No signal: chance alone"

    # --- Picture -------------------------------------------------------------------------------------------
    def picture(self, notes: bool = True) -> dict[str, Any]:
        """Return what components/chart.html draws; `notes` whether the reader may see free text."""
        measure, run = self.measure, self._signal_run()
        colour = ""
        if run is not None and measure.better != Measure.Better.NEITHER:
            good = run.above == (measure.better == Measure.Better.HIGHER)
            colour = "improvement" if good else "concern"
        centre = self.part.centre
        columns = [
            {"key": "period", "label": "Month" if self.is_monthly else "Date"},
            {"key": "shown", "label": "Value"},
        ]
        if measure.has_denominator:
            columns += [
                {"key": "top", "label": "Numerator"},
                {"key": "bottom", "label": "Denominator"},
            ]
        if notes and any(point.note for point in self.points):
            columns.append({"key": "note", "label": "Note"})
        return {
            "id": f"measure-{measure.pk}",
            "kind": "run",
            "title": measure.name,
            "sentence": self.sentence,
            "unit": unit_of(measure),
            "made_up": measure.made_up,
            "median": None if centre is None else rounded(measure, centre),
            "median_shown": self.median_shown,
            "columns": columns,
            "points": [
                {
                    "date": point.period.isoformat(),
                    "period": period_name(point.period),
                    "value": None if value is None else rounded(measure, value),
                    "shown": shown(measure, value),
                    "numerator": float(point.numerator) if measure.has_denominator else None,
                    "denominator": float(point.denominator) if point.denominator is not None else None,
                    "top": plain(point.numerator),
                    "bottom": "" if point.denominator is None else plain(point.denominator),
                    "note": point.note if notes else "",
                    "signal": colour if run is not None and run.first <= index <= run.last else "",
                }
                for index, (point, value) in enumerate(zip(self.points, self.chart.values, strict=True))
            ],
        }

    def _signal_run(self) -> Run | None:
        return self.part.longest_run if self.part.enough and self.part.has_long_run else None

    # --- The next number -----------------------------------------------------------------------------------
    def next_period(self, today: date) -> date:
        """Return the period whose number is due: the month after the last one, at most this month.

        Without numbers it is the month that ended last. A series of weeks goes on by its last step.
        """
        if self.last is None:
            return (today.replace(day=1) - timedelta(days=1)).replace(day=1)
        if self.is_monthly:
            return min(_next_month(self.last.period), today.replace(day=1))
        if len(self.points) < 2:
            return today
        step = self.last.period - self.points[-2].period
        return min(self.last.period + step, today)

    def due(self, today: date) -> str:
        """Return the name of the period whose number is due, empty if even today's is there."""
        period = self.next_period(today)
        return "" if self.last is not None and self.last.period >= period else period_name(period)


_WAIT = f"Signal can be told from noise from {ENOUGH} numbers on."


def _times(number: int | None) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(number or 0, f"{number} times")


def _next_month(period: date) -> date:
    return (period.replace(day=28) + timedelta(days=4)).replace(day=1)


def _months(first: date, last: date) -> list[date]:
    """Return the first day of every month from one to the other."""
    found = [first]
    while found[-1] < last:
        found.append(_next_month(found[-1]))
    return found


def months_back(today: date, due: date, least: int) -> list[date]:
    """Return the first days of months, this one first: so many at least, and back to a year before what is due."""
    found = [today.replace(day=1)]
    while len(found) < least or found[-1] > due.replace(year=due.year - 1, day=1):
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found
