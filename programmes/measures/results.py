"""What measures show, worked out by workers and kept (models.Result), so that no page waits for it.

A result says of which version of its measure it is. It is written only while the measure still has that version: a
worker that was overtaken writes nothing, and two that do the same write the same.
"""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from programmes.measures import watch
from programmes.measures.drawing import frame_of, paths
from programmes.measures.figures import shown
from programmes.measures.models import Measure, MeasureQuerySet, Observation, Phase, Result
from programmes.measures.spc import ENOUGH, FEWEST_FIXED, Analysis, Assurance, Kind, Variation, analyse

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


@dataclass
class Numbers:
    """A measure's numbers in order of time, and where its lines begin anew."""

    periods: list[date] = field(default_factory=list)
    tops: list[float] = field(default_factory=list)
    bottoms: list[float] = field(default_factory=list)
    left_out: list[int] = field(default_factory=list)  # counted from 1
    phases: list[date] = field(default_factory=list)


def stale() -> MeasureQuerySet:
    """Return the measures of which nothing is worked out, or only of an older version."""
    return Measure.objects.filter(Q(result=None) | ~Q(result__version=F("version")))


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
    numbers = numbers_of([measure.pk for measure in found])
    made: dict[int, Result] = {}
    for measure in found:
        try:
            made[measure.pk] = result_of(measure, numbers[measure.pk])
        except Exception:  # one measure's trouble must not keep the others from being worked out
            log.exception("What measure %s shows cannot be worked out", measure.pk)
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
        turned = [pk for pk, new in made.items() if pk not in before or before[pk].variation != new.variation]
        watch.tell_of_concerns([made[pk] for pk in turned])
    return len(made)


def numbers_of(measures: Sequence[int]) -> dict[int, Numbers]:
    """Return the measures' numbers, in two queries that make no object of each row."""
    found: dict[int, Numbers] = defaultdict(Numbers)
    rows = Observation.objects.filter(measure__in=measures).order_by("measure", "period")
    columns = ("measure", "period", "numerator", "denominator", "left_out")
    for pk, period, top, bottom, left_out in rows.values_list(*columns).iterator(chunk_size=2000):
        there = found[pk]
        there.periods.append(period)
        there.tops.append(float(top))
        there.bottoms.append(float(bottom or 0))
        if left_out:
            there.left_out.append(len(there.periods))
    for pk, begins in Phase.objects.filter(measure__in=measures).values_list("measure", "begins"):
        found[pk].phases.append(begins)
    return found


def analysed(measure: Measure, numbers: Numbers) -> Analysis:
    """Return the measure's chart by all that was chosen for it. Raises ValueError where it cannot be worked out."""
    return analyse(
        numbers.tops,
        numbers.bottoms if measure.has_denominator else None,
        kind=measure.chart,
        dates=numbers.periods,
        rebase=numbers.phases,
        freeze=_frozen(measure, numbers),
        exclude=numbers.left_out,
        multiply=measure.multiply,
        better=measure.better,
        target=None if measure.target is None else float(measure.target),
    )


def _frozen(measure: Measure, numbers: Numbers) -> int | None:
    """Return from how many points the lines come, if a baseline is frozen in the phase that goes on."""
    if measure.baseline_until is None:
        return None
    begins = max((day for day in numbers.phases if day in numbers.periods), default=date.min)
    count = sum(begins <= period <= measure.baseline_until for period in numbers.periods)
    least = FEWEST_FIXED if measure.chart == Kind.XMR else 1
    return count if count >= least else None


def result_of(measure: Measure, numbers: Numbers) -> Result:
    """Return what the measure shows, not saved."""
    result = Result(
        measure=measure,
        version=measure.version,
        attention=Result.Attention.TOO_FEW,
        numbers=len(numbers.periods),
    )
    if not numbers.periods:
        return result
    result.last_period = numbers.periods[-1]
    try:
        chart = analysed(measure, numbers)
    except ValueError:  # such as a time between events of zero: its own page says what is wrong
        return result
    result.latest = figure(measure, chart.values[-1])
    result.centre, result.lower, result.upper = chart.centre[-1], chart.lower[-1], chart.upper[-1]
    tells = sum(_known(chart)) >= ENOUGH
    if tells:
        result.variation = chart.variation or ""
        result.variation_reason = chart.variation_reasons[0] if chart.variation_reasons else ""
        result.assurance = chart.assurance or ""
        result.attention = _attention(chart)
        if chart.variation not in (None, Variation.COMMON_CAUSE):
            result.signal_at = timezone.now()
    result.assurance_reason = chart.assurance_reason
    target = None if measure.target is None else float(measure.target)
    if frame := frame_of(chart, numbers.periods, target):
        result.drawn_from, result.low, result.high = frame.first, frame.low, frame.high
        for name, path in paths(chart, numbers.periods, frame, target, signals=tells).items():
            setattr(result, name, path)
    return result


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
