"""A measure with its numbers: its chart by the arithmetic of its own kind. What it says is in sentences.py."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from iocn.shared.prepared import prepared
from programmes.measures import periods, sentences
from programmes.measures.figures import period_name, shown
from programmes.measures.models import Measure, Observation
from programmes.measures.models import Phase as PhaseBegun
from programmes.measures.picture import picture as drawn_from
from programmes.measures.spc import (
    FEWEST_FIXED,
    Analysis,
    Better,
    Caution,
    Kind,
    Phase,
    Rule,
    analyse,
    value_of,
)

# A number on its way in: its period, numerator, denominator and note.
Number = tuple[date, Decimal, Decimal | None, str | None]

RUNS = (Rule.LONG_RUN_ABOVE, Rule.LONG_RUN_BELOW)


@dataclass(frozen=True)
class Point:
    """A number of a measure for one period, stored or about to be."""

    period: date
    numerator: Decimal
    denominator: Decimal | None = None
    note: str = ""
    left_out: str = ""

    @classmethod
    def of(cls, observation: Observation) -> "Point":
        """Return the observation as a point."""
        return cls(
            observation.period,
            observation.numerator,
            observation.denominator,
            observation.note,
            observation.left_out,
        )


@prepared
def _numbers(*measures: int) -> QuerySet[Observation, tuple[Any, ...]]:
    # A phase begins with a number, so that it needs no query of its own.
    phase = PhaseBegun.objects.filter(measure=OuterRef("measure"), begins=OuterRef("period"))
    rows = Observation.objects.filter(measure__in=measures).annotate(begins=Exists(phase)).order_by()
    return rows.values_list("measure", "begins", "period", "numerator", "denominator", "note", "left_out")


class Series:
    """A measure with its points in order of time, and what they say."""

    def __init__(self, measure: Measure, points: Sequence[Point], begins: Iterable[date] = ()) -> None:
        """Take the points, and the periods with which the lines begin anew (rebase)."""
        self.measure = measure
        self.points = sorted(points, key=lambda point: point.period)
        self.begins = set(begins)

    @classmethod
    def of(cls, measure: Measure) -> "Series":
        """Return the measure's series; observations and phases may have been read along (prefetch_related)."""
        points = [Point.of(observation) for observation in measure.observations.all()]
        return cls(measure, points, [phase.begins for phase in measure.phases.all()] if points else [])

    @classmethod
    def of_many(cls, measures: Sequence[Measure]) -> "list[Series]":
        """Return each measure's series, read in one query that makes no object of each number's row."""
        found: dict[int, list[Point]] = {measure.pk: [] for measure in measures}
        begins: dict[int, list[date]] = {measure.pk: [] for measure in measures}
        for pk, begun, *point in _numbers(*found):
            found[pk].append(Point(*point))
            if begun:
                begins[pk].append(point[0])
        return [cls(measure, found[measure.pk], begins[measure.pk]) for measure in measures]

    def with_numbers(self, numbers: Iterable[Number]) -> "Series":
        """Return the series as it would be with these numbers, new ones or others of periods that it has.

        What is left out of it stays left out.
        """
        points = {point.period: point for point in self.points}
        for period, numerator, denominator, note in numbers:
            left_out = points[period].left_out if period in points else ""
            points[period] = Point(period, numerator, denominator, note or "", left_out)
        return Series(self.measure, list(points.values()), self.begins)

    # --- The chart -----------------------------------------------------------------------------------------
    @cached_property
    def values(self) -> list[float | None]:
        """What the measure was at each point; a chart of jumps draws something else."""
        bottoms = [
            float(point.denominator or 0) if self.measure.has_denominator else 1 for point in self.points
        ]
        return [
            value_of(float(point.numerator), bottom, multiply=self.measure.multiply)
            for point, bottom in zip(self.points, bottoms, strict=True)
        ]

    @cached_property
    def chart(self) -> Analysis:
        """The points by the measure's own kind of chart, with its phases, baseline and target."""
        measure, kind = self.measure, self.kind
        return analyse(
            [float(point.numerator) for point in self.points],
            [float(point.denominator or 0) for point in self.points] if measure.has_denominator else None,
            kind=kind,
            dates=[point.period for point in self.points],
            rebase=self.begins,
            freeze_until=self.baseline,
            exclude=[number for number, point in enumerate(self.points, 1) if point.left_out],
            multiply=measure.multiply,
            better=Better.NEITHER
            if kind == Kind.MR
            else Better(measure.better),  # a jump is neither good nor bad
            target=self.target,
        )

    @property
    def target(self) -> float | None:
        """The target, if the chart has one: that of the numbers is none for their jumps."""
        target = self.measure.target
        return None if target is None or self.kind == Kind.MR else float(target)

    @cached_property
    def kind(self) -> Kind:
        """The kind of chart that can be drawn: the measure's own, or else a run chart."""
        return Kind.RUN if self._not_a_time else Kind(self.measure.chart)

    @cached_property
    def _not_a_time(self) -> Point | None:
        if self.measure.chart != Kind.T:
            return None
        return next((point for point in self.points if point.numerator <= 0), None)

    @cached_property
    def baseline(self) -> date | None:
        """The day up to which the points fix the lines; none if they are too few for the kind of chart."""
        until = self.measure.baseline_until
        if until is None or not self.points:
            return None
        return None if self.is_short_for_baseline(until) else until

    def is_short_for_baseline(self, until: date) -> bool:
        """Whether a baseline up to a day holds too few points to fix the lines of this kind of chart."""
        return self.kind == Kind.XMR and self.fixed_by(until) < FEWEST_FIXED

    def fixed_by(self, until: date) -> int:
        """Return how many points a baseline up to a day holds, in the phase that it ends in."""
        began = max((day for day in self.begins if day <= until), default=date.min)
        return sum(began <= point.period <= until for point in self.points)

    @property
    def troubles(self) -> list[str]:
        """Why the chart is not drawn as it was asked for."""
        found = []
        if at := self._not_a_time:
            found.append(
                f"A T chart needs times above zero, and {self.name_of(at.period)} has none. A run chart stands in:"
                " correct the number, or choose another chart."
            )
        until = self.measure.baseline_until
        if until and self.points and self.baseline is None:
            found.append(
                f"The baseline holds {self.fixed_by(until)} numbers and an XmR chart takes {FEWEST_FIXED}, so its lines"
                " move with every number."
            )
        return found

    @property
    def part(self) -> Phase:
        """The phase that says how things are now."""
        return self.chart.last_phase

    def rules_at(self, index: int) -> tuple[Rule, ...]:
        """Return the rules that make a point a signal; those of runs need enough points to mean something."""
        rules = self.chart.rules[index]
        if not rules or self.chart.phases[self.chart.phase_of[index]].enough:
            return rules
        return tuple(rule for rule in rules if rule not in RUNS)

    @cached_property
    def newest(self) -> int | None:
        """The index of the newest point that counts."""
        return next((at for at in reversed(range(len(self.points))) if not self.points[at].left_out), None)

    @property
    def rule(self) -> Rule | None:
        """The rule by which the newest point is a signal, if it is one."""
        rules = () if self.newest is None or self.newest < self.part.first else self.rules_at(self.newest)
        return rules[0] if rules else None

    @property
    def is_few(self) -> bool:
        """Whether the newest phase is too short to be believed."""
        short = Caution.SHORT in self.part.cautions
        return short or (self.kind == Kind.RUN and not self.part.enough)

    @property
    def has_signal(self) -> bool:
        return not self.is_few and (self.rule is not None or (self.part.signal and self.part.enough))

    # --- Figures and words ---------------------------------------------------------------------------------
    @property
    def last(self) -> Point | None:
        """The newest point."""
        return self.points[-1] if self.points else None

    @property
    def last_period(self) -> str:
        return self.name_of(self.last.period) if self.last else ""

    def name_of(self, period: date) -> str:
        """Return how a period of it is called."""
        return period_name(period, self.measure.frequency)

    @property
    def last_shown(self) -> str:
        """The newest value, as a sentence holds it."""
        return shown(self.measure, self.values[-1]) if self.points else ""

    @property
    def centre_shown(self) -> str:
        """The newest centre line, as a sentence holds it."""
        return shown(self.measure, self.part.centre) if self.part.centre is not None else ""

    @property
    def sentence(self) -> str:
        """What the chart shows: signal or noise, by which rule, and what that means."""
        return sentences.sentence(self)

    @property
    def in_short(self) -> str:
        """The sentence for a list."""
        return sentences.in_short(self)

    def picture(self, notes: bool = True, table: bool = True, newest: int | None = None) -> dict[str, Any]:
        """Return what components/chart.html draws (programmes.measures.picture)."""
        return drawn_from(self, notes, table, newest)

    # --- Time ----------------------------------------------------------------------------------------------
    @cached_property
    def is_monthly(self) -> bool:
        """Whether every period is a month or a quarter. One without numbers will be, if it is not counted by days."""
        if not self.points:
            return self.measure.frequency not in periods.BY_DAY
        return all(point.period.day == 1 for point in self.points)

    @property
    def rhythm(self) -> str:
        """How often numbers come: as the measure says, but what stands for months does not come by days."""
        if self.is_monthly and self.measure.frequency != Measure.Frequency.QUARTER:
            return Measure.Frequency.MONTH
        return self.measure.frequency

    @property
    def period_word(self) -> str:
        """What one of its periods is called: month, quarter; number where it is neither."""
        if not self.is_monthly:
            return "number"
        return "quarter" if self.rhythm == Measure.Frequency.QUARTER else "month"

    @cached_property
    def missing(self) -> list[date]:
        """The months or quarters between the first and the last that have no number; others cannot be told."""
        if not self.is_monthly or not self.points:
            return []
        there = {point.period for point in self.points}
        first, last = self.points[0].period, self.points[-1].period
        return [at for at in periods.between(self.rhythm, first, last) if at not in there]

    # --- The next number -----------------------------------------------------------------------------------
    def next_period(self, today: date) -> date:
        """Return the period whose number is due: the one after the last, or the last while that lies ahead.

        Without numbers it is the period that ended last. Where nothing says how often they come, it goes on by the
        last step.
        """
        now = periods.period_of(self.rhythm, today)
        if self.last is None:
            return (now and periods.period_before(self.rhythm, now)) or today
        following = self.following or today
        return following if following <= today else self.last.period

    @property
    def following(self) -> date | None:
        """The period after the last; None where nothing tells it."""
        if self.last is None:
            return None
        last = self.last.period
        if self.is_monthly or self.rhythm in periods.BY_DAY:
            return periods.period_after(self.rhythm, last)
        return last + (last - self.points[-2].period) if len(self.points) > 1 else None

    def due(self, today: date) -> str:
        """Return the name of the period whose number is due, empty if even today's is there."""
        period = self.next_period(today)
        return "" if self.last is not None and self.last.period >= period else self.name_of(period)
