"""A worker reads a file and stages its rows: in steps, so that no other writer waits long, and so that a page can
show how far it is. What a dead worker left is read again from the start.
"""

import logging
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from iocn.shared.tables import Limits, Table, UnreadableTable, read_csv
from iocn.shared.workbooks import brought as unpacked
from people.models import Organisation
from programmes.measures import meaning
from programmes.measures.imports.columns import Choices, Offer
from programmes.measures.imports.plan import STEP, Key, Plan, Planned, Series, There
from programmes.measures.models import Import, ImportRow, ImportSeries, Measure, MeasureQuerySet, Observation
from programmes.measures.picture import small
from programmes.measures.results import says
from programmes.measures.rules import LARGEST

log = logging.getLogger(__name__)

LIMITS = Limits(megabytes=20, rows=100_000)
# A file of so few rows is read at once, without a worker.
FEW_ROWS = 1000
# A worker that has said nothing for so long is dead: it says something with each step.
SILENT = timedelta(minutes=2)
# So many of its measures a preview shows, each with its small chart.
SERIES_SHOWN = 100
READING = 60  # of a hundred; the rest is writing


class Lost(Exception):
    """Another has the file now: it was brought anew, discarded, or this worker was silent for too long."""


def read_due() -> int:
    """Read every file that waits, or whose worker has died; return how many."""
    count = 0
    while brought := _claim(Q(state=Import.State.WAITING) | _silent()):
        read(brought)
        count += 1
    return count


def read_now(pk: int) -> None:
    """Read this file at once, unless somebody else has it."""
    if brought := _claim(Q(pk=pk, state=Import.State.WAITING)):
        read(brought)


def _silent() -> Q:
    return Q(state=Import.State.READING, state_at__lt=timezone.now() - SILENT)


@transaction.atomic
def _claim(which: Q) -> Import | None:
    due = Import.objects.filter(which).order_by("state_at", "pk")
    brought = due.select_for_update(skip_locked=True).defer("content").first()
    if brought is None:
        return None
    brought.state, brought.claim = Import.State.READING, uuid.uuid4()
    brought.state_at, brought.progress = timezone.now(), 0
    brought.save(update_fields=["state", "claim", "state_at", "progress"])
    return brought


def read(brought: Import) -> None:
    """Stage what a claimed file holds; of a workbook that is not unpacked yet, find out its columns."""
    try:
        if brought.is_unpacked:
            _stage(brought)
        else:
            _unpack(brought)
    except Lost:
        log.info("Import %s is somebody else's now", brought.pk)
    except Exception:
        log.exception("Import %s cannot be read", brought.pk)
        held = Import.objects.filter(pk=brought.pk, claim=brought.claim, state=Import.State.READING)
        held.update(state=Import.State.FAILED, state_at=timezone.now())


def _unpack(brought: Import) -> None:
    def at(part: float) -> None:
        _say(brought, progress=int(99 * part))

    try:
        file = unpacked(bytes(brought.content), LIMITS, progress=at)
        table = read_csv(file.csv, LIMITS)
    except UnreadableTable as refusal:
        _say(brought, content=b"", state=Import.State.FAILED, refusal=str(refusal)[:300])
        return
    offer = offer_of(brought, table, file.remark)
    _say(
        brought,
        content=file.csv,
        offer=offer,
        rows=len(table.rows),
        progress=100,
        state=Import.State.CHOOSING,
    )


def offer_of(brought: Import, table: Table, remark: str) -> dict[str, Any]:
    """Return what the file offers to choose from, as an import keeps it."""
    has_denominator = brought.measure is None or brought.measure.has_denominator
    offer = Offer.of(table, has_denominator=has_denominator, many=brought.is_many, remark=remark)
    return offer.kept()


def _stage(brought: Import) -> None:
    table = read_csv(bytes(brought.content), LIMITS)
    choices = Choices.of(brought.choices)
    total = len(table.rows)

    def at(part: float) -> None:
        _say(brought, progress=int(part))

    lookup = _Lookup(brought)
    plan = Plan(
        table,
        choices,
        brought.network.today(),
        lookup.series_of,
        progress=lambda done: at(READING * done / total),
    )
    ImportRow.objects.filter(brought=brought).delete()
    ImportSeries.objects.filter(brought=brought).delete()
    # Beside no other writer: it takes a moment. Where a row is wrong, rows are shown and no measures.
    pictures = _pictures(plan) if brought.is_many and not plan.counts["wrong"] else {}
    with transaction.atomic():
        at(READING)
        series = _stage_series(brought, plan, pictures)
    for first in range(0, len(plan.rows), STEP):
        with transaction.atomic():
            at(READING + (99 - READING) * first / len(plan.rows))
            ImportRow.objects.bulk_create(_rows(brought, plan.rows[first : first + STEP], series))
    _say(
        brought,
        **plan.counts,
        left_out=plan.left_out,
        progress=100,
        state=Import.State.READY,
    )


def _say(brought: Import, **fields: object) -> None:
    """Write how far the reading is; raise Lost where the file is somebody else's by now."""
    held = Import.objects.filter(pk=brought.pk, claim=brought.claim, state=Import.State.READING)
    if not held.update(state_at=timezone.now(), **fields):
        raise Lost


class _Lookup:
    """Finds the measures of a file's series, and what they have already, in a few queries for all."""

    def __init__(self, brought: Import) -> None:
        self.brought = brought
        self.organisations: dict[str, Organisation] = {}
        self.measures: dict[Key, Measure] = {}
        if brought.measure_id:
            measures = Measure.objects.select_related("network")
            self.measures["", ""] = measures.get(pk=brought.measure_id, network_id=brought.network_id)
        else:
            known = Organisation.objects.filter(network_id=brought.network_id).exclude(ods_code="")
            self.organisations = {row.ods_code: row for row in known}
            self.measures = {
                (row.organisation.ods_code, row.subgroup): row
                for row in series_there(brought)
                if row.organisation
            }
        self.there = _there(self.measures.values())

    def series_of(self, key: Key, name: str) -> Series:
        """Return the series of a key: its measure, or the one that would be made."""
        code, subgroup = key
        measure = self.measures.get(key)
        if measure is not None:
            return Series(measure, code, subgroup, name, self.there[measure.pk])
        new = new_measure(self.brought, self.organisations.get(code), subgroup)
        return Series(new, code, subgroup, name)


def series_there(brought: Import) -> MeasureQuerySet:
    """Return the measures, as they are now, to which a file of many series would add."""
    return Measure.objects.filter(
        network_id=brought.network_id,
        project=None,
        programme_id=brought.programme_id,
        organisation__isnull=False,
        name=brought.facts["name"],
    ).select_related("network", "organisation")


def new_measure(brought: Import, organisation: Organisation | None, subgroup: str) -> Measure:
    """Return the measure that a series would make, not saved."""
    facts = dict(brought.facts)
    target = facts.pop("target", None)
    return Measure(
        network=brought.network,
        programme_id=brought.programme_id,
        organisation=organisation,
        subgroup=subgroup,
        source=brought.name,
        target=None if target is None else Decimal(target),
        **facts,
    )


def _there(measures: Iterable[Measure]) -> dict[int, dict[date, There]]:
    found: dict[int, dict[date, There]] = {measure.pk: {} for measure in measures}
    rows = Observation.objects.filter(measure__in=found).order_by()
    columns = ("measure", "period", "numerator", "denominator", "note")
    for pk, period, numerator, denominator, note in rows.values_list(*columns):
        found[pk][period] = There(numerator, denominator, note)
    return found


# --- Writing -----------------------------------------------------------------------------------------------
def _stage_series(
    brought: Import, plan: Plan, pictures: Mapping[Key, dict[str, str] | None]
) -> dict[Key, ImportSeries]:
    counts: dict[Key, Counter[str]] = defaultdict(Counter)
    for row in plan.rows:
        counts[row.key][ImportRow.What(row.what).name.lower()] += 1
    made = {
        (series.code, series.subgroup): ImportSeries(
            brought=brought,
            measure_id=series.measure.pk,
            version=series.measure.version if series.measure.pk else 0,
            organisation=series.measure.organisation if series.code else None,
            code=series.code,
            organisation_name=series.name[:120],
            subgroup=series.subgroup,
            picture=pictures.get((series.code, series.subgroup)),
            **counts[series.code, series.subgroup],
        )
        for series in plan.series.values()
    }
    ImportSeries.objects.bulk_create(made.values(), batch_size=STEP)
    return made


def _pictures(plan: Plan) -> dict[Key, dict[str, str] | None]:
    """Draw the small charts that the measures shown would have."""
    keys = sorted(plan.series)[:SERIES_SHOWN]
    measures = [plan.series[key].measure for key in keys]
    there = {
        series.measure.pk: series for series in meaning.Series.of_many([one for one in measures if one.pk])
    }
    numbers: dict[Key, list[meaning.Number]] = {key: [] for key in keys}
    for row in plan.rows:
        is_written = row.what in (ImportRow.What.NEW, ImportRow.What.CHANGED)
        if row.key in numbers and is_written and row.period and row.numerator is not None:
            numbers[row.key].append((row.period, row.numerator, row.denominator, row.note))
    return {
        key: _picture(there.get(measure.pk) or meaning.Series(measure, []), numbers[key])
        for key, measure in zip(keys, measures, strict=True)
    }


def _picture(series: meaning.Series, numbers: Iterable[meaning.Number]) -> dict[str, str] | None:
    try:
        would_be = series.with_numbers(numbers)
        found = small(would_be)
        return found and found | {"says": says(would_be)}
    except Exception:  # a picture that cannot be drawn must not keep the numbers from being imported
        log.exception("What numbers of %s would look like cannot be drawn", series.measure.name)
        return None


def _rows(brought: Import, rows: Iterable[Planned], series: Mapping[Key, ImportSeries]) -> list[ImportRow]:
    return [
        ImportRow(
            brought=brought,
            series=series.get(row.key),
            line=row.lines[0],
            lines=row.line,
            text=row.text[:60],
            period=row.period,
            numerator=_held(row.numerator),
            denominator=_held(row.denominator),
            note=row.note[:300] if row.note else row.note,
            was=row.was,
            errors=row.errors,
            what=row.what,
        )
        for row in rows
    ]


def _held(number: Decimal | None) -> Decimal | None:
    """Return the number if the table can hold it; one that is far too large stands in the row's errors."""
    return None if number is None or abs(number) >= LARGEST else number
