"""What measures show, worked out by workers and kept (models.Result), so that no page waits for it.

A result says of which version of its measure it is. It is written only while the measure still has that version: a
worker that was overtaken writes nothing, and two that do the same write the same.
"""

import logging
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone

from programmes.measures import watch
from programmes.measures.drawing import frame_of, paths
from programmes.measures.figures import period_name, shown
from programmes.measures.meaning import Series
from programmes.measures.models import PATHS, WORKING_OUT, Measure, MeasureQuerySet, Result
from programmes.measures.spc import ENOUGH, Analysis, Assurance, Variation

log = logging.getLogger(__name__)

# So many are worked out at a time, so that SQLite's other writers never wait long.
STEP = 100

_ATTENTION = {
    Variation.CONCERN_HIGH: Result.Attention.CONCERN,
    Variation.CONCERN_LOW: Result.Attention.CONCERN,
    Variation.IMPROVEMENT_HIGH: Result.Attention.IMPROVEMENT,
    Variation.IMPROVEMENT_LOW: Result.Attention.IMPROVEMENT,
    Variation.NEUTRAL_HIGH: Result.Attention.CHANGE,
    Variation.NEUTRAL_LOW: Result.Attention.CHANGE,
}


def stale() -> MeasureQuerySet:
    """Return the measures of which nothing is worked out, or only of an older version."""
    return Measure.objects.filter(
        Q(result=None) | ~Q(result__version=F("version")) | Q(attention=WORKING_OUT)
    )


def renew_due() -> int:
    """Work out what is missing or old; return how many were written."""
    written, after = 0, 0
    while due := list(stale().filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:STEP]):
        written += renew(due)
        after = due[-1]
    return written


def renew(measures: Collection[int]) -> int:
    """Work out these measures' results from what is there now; return how many were written."""
    # The version is read before the numbers. If a number comes between, the result is thrown away below.
    found = list(Measure.objects.filter(pk__in=measures).order_by("pk"))
    made: dict[int, Result] = {}
    for series in Series.of_many(found):
        try:
            made[series.measure.pk] = result_of(series)
        except Exception:  # one measure's trouble must not keep the others from being worked out
            log.exception("What measure %s shows cannot be worked out", series.measure.pk)
    with transaction.atomic():
        there = Measure.objects.select_for_update(no_key=True).filter(pk__in=made).order_by("pk")
        versions = dict(there.values_list("pk", "version"))
        made = {pk: result for pk, result in made.items() if versions.get(pk) == result.version}
        before = {old.pk: old for old in Result.objects.filter(pk__in=made).only("variation", "signal_at")}
        for pk, result in made.items():
            old = before.get(pk)
            if old is not None and old.variation == result.variation:
                result.signal_at = old.signal_at
        Result.objects.bulk_create(
            made.values(),
            batch_size=STEP,
            update_conflicts=True,
            unique_fields=["measure"],
            update_fields=[one.name for one in Result._meta.concrete_fields if not one.primary_key],
        )
        says = Result.objects.filter(measure=OuterRef("pk")).values("attention")
        Measure.objects.filter(pk__in=made).update(attention=Subquery(says))
        turned = [pk for pk, new in made.items() if pk not in before or before[pk].variation != new.variation]
        watch.tell_of_concerns([made[pk] for pk in turned])
    return len(made)


def result_of(series: Series) -> Result:
    """Return what the measure shows, not saved."""
    measure, periods = series.measure, [point.period for point in series.points]
    result = Result(
        measure=measure,
        version=measure.version,
        attention=Result.Attention.TOO_FEW,
        numbers=len(periods),
    )
    if not periods:
        result.says = series.in_short
        return result
    result.last_period, result.following, result.value = periods[-1], series.following, series.values[-1]
    result.says, result.is_signal, result.centre = series.in_short, series.has_signal, series.part.centre
    if series.kind != measure.chart:  # its own page says why, and shows what can be drawn instead
        return result
    chart = series.chart
    result.latest = figure(measure, chart.values[-1])
    result.lower, result.upper = chart.lower[-1], chart.upper[-1]
    tells = _tells(chart)
    if tells:
        result.variation = chart.variation or ""
        result.variation_reason = chart.variation_reasons[0] if chart.variation_reasons else ""
        result.assurance = chart.assurance or ""
        result.attention = _attention(chart)
        if chart.variation not in (None, Variation.COMMON_CAUSE):
            result.signal_at = timezone.now()
    result.assurance_reason = chart.assurance_reason
    if frame := frame_of(chart, periods, series.target):
        result.drawn_from, result.low, result.high = frame.first, frame.low, frame.high
        for name, path in paths(chart, periods, frame, series.target, signals=tells).items():
            setattr(result, name, path)
    return result


@dataclass(frozen=True)
class InShort:
    """What a list says of a measure."""

    measure: Measure
    result: Result

    @property
    def latest(self) -> str:
        """The newest number, with its unit."""
        return shown(self.measure, self.result.value) if self.result.numbers else ""

    @property
    def centre(self) -> str:
        """The newest centre line."""
        return "" if self.result.centre is None else shown(self.measure, self.result.centre)

    @property
    def period(self) -> str:
        """The period of the newest number."""
        return period_name(self.result.last_period, self.measure.frequency) if self.result.last_period else ""

    def due(self, today: date) -> str:
        """Return the name of the period whose number is due, empty if even today's is there (as Series.due)."""
        last = self.result.last_period
        if last is None:
            return Series(self.measure, []).due(today)
        period = self.result.following or today
        return period_name(period, self.measure.frequency) if last < period <= today else ""


def with_results(measures: MeasureQuerySet) -> MeasureQuerySet:
    """Read along what lists say of them."""
    return measures.select_related("result").defer(*(f"result__{name}" for name in PATHS))


def in_short(measures: Sequence[Measure]) -> list[InShort]:
    """Return what a list says of each, in one query at most (`with_results`); what is old is worked out anew,
    as a worker does meanwhile."""
    kept: dict[int, Result] = {}
    for one in measures:
        result = getattr(one, "result", None)
        if result and result.version == one.version:
            kept[one.pk] = result
    if old := [one for one in measures if one.pk not in kept]:
        kept |= {series.measure.pk: result_of(series) for series in Series.of_many(old)}
    return [InShort(one, kept[one.pk]) for one in measures]


def icons_of(series: Series) -> dict[str, str]:
    """Return the icons of variation and assurance with their words; none while there are too few numbers to tell."""
    if not _can_tell(series):
        return {}
    words = {**dict(Result.VariationShown.choices), **dict(Result.AssuranceShown.choices)}
    return {str(icon): words[icon] for icon in (series.chart.variation, series.chart.assurance) if icon}


def _can_tell(series: Series) -> bool:
    return bool(series.points) and series.kind == series.measure.chart and _tells(series.chart)


def _tells(chart: Analysis) -> bool:
    return sum(_known(chart)) >= ENOUGH


def says(series: Series) -> str:
    """Return what the newest number shows, in the words of the small charts."""
    if _can_tell(series) and series.chart.variation:
        return Result.VariationShown(series.chart.variation).label
    count = len(series.points)
    return f"{count} number{'' if count == 1 else 's'}: too few to tell"


def _known(chart: Analysis) -> Iterator[bool]:
    """Say of each point of the phase that goes on whether it has a value that counts."""
    last = chart.last_phase
    for place in range(last.first, last.last + 1):
        yield chart.included[place] and chart.values[place] is not None


def _attention(chart: Analysis) -> Result.Attention:
    said = _ATTENTION.get(chart.variation) if chart.variation else None
    if said != Result.Attention.CONCERN and chart.assurance == Assurance.FAIL:
        return Result.Attention.MISSES
    return said or Result.Attention.NO_SIGNAL


def figure(measure: Measure, value: float | None) -> str:
    """Return a value as it is written, without its unit: 12.3%, 4.2."""
    if value is None:
        return "no number"
    return shown(measure, value).split(" ")[0]
