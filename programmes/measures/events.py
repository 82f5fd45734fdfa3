"""What happened while a measure was counted, for its chart: what somebody wrote on it, and what the record knows."""

from datetime import timedelta
from typing import Any

from django.db.models import CharField, F, QuerySet, Value

from iocn.shared.prepared import prepared
from iocn.shared.templatetags.components import day
from people.models import Membership
from programmes.measures.hooks import Happened, happened
from programmes.measures.meaning import Series
from programmes.measures.models import Annotation, Measure, Phase
from programmes.measures.periods import period_after
from programmes.projects.models import TestCycle

MOST = 20  # more would cover the numbers: the newest are drawn


def events_of(reader: Membership, measure: Measure) -> list[Happened]:
    """Return what happened, first things first. The reader may read words of the measure."""
    found = [Happened(*row) for row in _written(measure.pk)]
    if measure.project_id:
        found += [
            Happened(on, f"{name}, try {number}", "tried") for on, name, number in _tries(measure.project_id)
        ]
    for hook in happened:
        found += hook(reader, measure)
    return sorted(found)


@prepared
def _written(measure: int) -> Any:
    rows = _rows(Annotation, measure, "on", "text", "").union(
        _rows(Phase, measure, "begins", "reason", Phase.HAPPENED), all=True
    )
    return rows.order_by().values_list("day", "words", "what")


def _rows(model: Any, measure: int, on: str, text: str, what: str) -> Any:
    said = Value(what, output_field=CharField())
    return model.objects.filter(measure=measure).order_by().values(day=F(on), words=F(text), what=said)


@prepared
def _tries(project: int) -> QuerySet[TestCycle, tuple[Any, ...]]:
    tries = TestCycle.objects.filter(prototype__project=project).order_by()
    return tries.values_list("on", "prototype__name", "number")


def drawn(series: Series, events: list[Happened], numbers: int) -> list[dict[str, Any]]:
    """Return what happened while so many of the newest numbers came, for their picture and the list under it; also in
    the period after the newest, which has no number yet."""
    if not series.points:
        return []
    first, last = series.points[-numbers].period, series.points[-1].period
    until = last
    for _newest_and_next in range(2):
        until = period_after(series.rhythm, until) or until + timedelta(days=31)
    among = [event for event in events if first <= event.on < until][-MOST:]
    return [
        {
            "date": event.on.isoformat(),
            "day": day(event.on.isoformat()),
            "text": event.text,
            "what": event.what,
        }
        for event in among
    ]
