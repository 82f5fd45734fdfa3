"""Files of numbers: brought, their columns chosen, read by a worker, and applied, all or none."""

from collections import defaultdict

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet, Sum
from django.utils import timezone

from iocn.shared.history import record_many
from iocn.shared.tables import Brought, Table
from people.actions import add_organisations
from people.models import Membership, Organisation
from programmes.measures.actions.common import all_moved_on, line, show_project_moves
from programmes.measures.figures import period_name
from programmes.measures.imports.staging import FEW_ROWS, new_measure, offer_of, read_now, series_there
from programmes.measures.models import Import, ImportRow, ImportSeries, Measure, Observation
from programmes.projects.models import ProgrammeOfCare

State, What = Import.State, ImportRow.What


class ImportIsOld(Exception):
    """Something changed since the file was read: it is read again, and shown again."""


@transaction.atomic
def bring(
    *,
    by: Membership,
    file: Brought,
    table: Table | None,
    measure: Measure | None = None,
    programme: ProgrammeOfCare | None = None,
) -> Import:
    """Keep a file until the person has chosen its columns and confirmed what it does.

    `table` is what it holds; without one a worker unpacks the file, which is a workbook, first. Without a measure it
    holds many series: of the programme, or of the network's organisations.
    """
    brought = Import(
        network=by.network,
        by=by,
        measure=measure,
        programme=programme,
        name=file.name[:200],
        content=file.csv or file.workbook,
    )
    if table is None:
        brought.state = State.WAITING
        transaction.on_commit(_wake_a_worker, robust=True)
    else:
        brought.offer, brought.rows = offer_of(brought, table, file.remark), len(table.rows)
    brought.save()
    return brought


@transaction.atomic
def choose(*, brought: Import, choices: dict[str, object], facts: dict[str, object] | None = None) -> None:
    """Keep which columns and rows were chosen, and what the measures of many series are; have it read."""
    brought.choices, brought.facts = choices, facts or {}
    _read_anew(brought, "choices", "facts")


@transaction.atomic
def read_again(*, brought: Import) -> None:
    """Have the file read again: what it is compared with is another now, or its reading failed."""
    _read_anew(brought)


def _read_anew(brought: Import, *fields: str) -> None:
    brought.state, brought.state_at, brought.progress = State.WAITING, timezone.now(), 0
    brought.claim, brought.refusal = None, ""
    brought.save(update_fields=["state", "state_at", "progress", "claim", "refusal", *fields])
    if brought.is_unpacked and brought.rows <= FEW_ROWS:
        read_now(brought.pk)
        brought.refresh_from_db(fields=["state", "claim"])
    else:
        transaction.on_commit(_wake_a_worker, robust=True)


def _wake_a_worker() -> None:
    from programmes.measures.tasks import read_brought_numbers  # the task imports this room

    # Without retries: whoever pressed a button must not wait for a broker. Beat sweeps every minute.
    read_brought_numbers.apply_async(retry=False)


@transaction.atomic
def apply_import(*, by: Membership, brought: Import, stamp: str, add_as: str = "") -> tuple[int, int]:
    """Write all that the file holds, in a few statements; return how many numbers were added and changed.

    `stamp` is the reading that the person saw. `add_as` is the kind as which unknown organisations are added;
    empty leaves their rows out. Raises ImportIsOld, with nothing written, where something is another by now.
    """
    there = Import.objects.select_for_update().defer("content").get(pk=brought.pk, network=by.network_id)
    if there.state != State.READY or str(there.claim) != stamp or there.wrong:
        raise ImportIsOld
    measures = Measure.objects.filter(pk__in=there.series.values("measure"))
    list(measures.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    _refuse_old(there)
    if there.is_many:
        _make_measures(by, there, add_as)
    series = there.series.filter(measure__isnull=False)
    sums = series.aggregate(added=Sum("new", default=0), changed=Sum("changed", default=0))
    _write(by, there)
    _tell(by, there, series.filter(Q(new__gt=0) | Q(changed__gt=0)))
    there.state, there.state_at = State.APPLIED, timezone.now()
    there.content, there.offer = b"", {}
    there.save(update_fields=["state", "state_at", "content", "offer"])
    return sums["added"], sums["changed"]


def discard(*, brought: Import) -> None:
    """Let go of a file, and of what was staged of it."""
    clear(brought)
    brought.delete()


def clear(brought: Import) -> None:
    """Let go of what was staged of an applied file: the numbers hold it now."""
    ImportRow.objects.filter(brought=brought).delete()
    ImportSeries.objects.filter(brought=brought).delete()


def _refuse_old(there: Import) -> None:
    if there.series.filter(measure__isnull=False).exclude(version=F("measure__version")).exists():
        raise ImportIsOld
    if there.is_many:
        # A measure that was made meanwhile, or an organisation.
        new = set(there.series.filter(measure=None).values_list("code", "subgroup"))
        made = series_there(there).values_list("organisation__ods_code", "subgroup")
        if new.intersection(made):
            raise ImportIsOld
        unknown = there.series.filter(organisation=None).values("code")
        if Organisation.objects.filter(network_id=there.network_id, ods_code__in=unknown).exists():
            raise ImportIsOld


def _make_measures(by: Membership, there: Import, add_as: str) -> None:
    """Make the measures that are not there yet, and the organisations where that is wanted."""
    new = list(there.series.filter(measure=None).select_related("organisation"))
    if add_as:
        names = {row.code: row.organisation_name for row in new if row.organisation is None}
        added = add_organisations(by=by, names=names, kind=add_as) if names else {}
        for row in new:
            row.organisation = row.organisation or added[row.code]
    new = [row for row in new if row.organisation]
    for row in new:
        row.measure = new_measure(there, row.organisation, row.subgroup)
    measures = [row.measure for row in new if row.measure]
    Measure.objects.bulk_create(measures, batch_size=500)
    ImportSeries.objects.bulk_update(new, ["measure", "organisation"], batch_size=200)
    record_many(by=by, on=measures, what="added the measure")


# Who added a number first stays on its row; who changed it is in the history. The names of tables are the models'.
_STAGED = """
    FROM {rows} r JOIN {series} s ON s.id = r.series_id
    WHERE r.brought_id = %s AND r.what = %s AND s.measure_id IS NOT NULL
"""
_INSERT = """
    INSERT INTO {numbers}
    (measure_id, period, numerator, denominator, note, added_by_id, added_at, left_out)
    SELECT s.measure_id, r.period, r.numerator, r.denominator, COALESCE(r.note, ''), %s, %s, ''
"""
_CHANGE = """
    UPDATE {numbers} SET numerator = r.numerator, denominator = r.denominator,
    note = COALESCE(r.note, {numbers}.note)
"""
_ITS_NUMBER = "AND {numbers}.measure_id = s.measure_id AND {numbers}.period = r.period"


def _write(by: Membership, there: Import) -> None:
    """Copy the staged rows to the numbers: two statements, however many they are."""
    tables = {
        "numbers": Observation._meta.db_table,
        "rows": ImportRow._meta.db_table,
        "series": ImportSeries._meta.db_table,
    }
    at = connection.ops.adapt_datetimefield_value(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute((_INSERT + _STAGED).format(**tables), [by.pk, at, there.pk, int(What.NEW)])
        cursor.execute((_CHANGE + _STAGED + _ITS_NUMBER).format(**tables), [there.pk, int(What.CHANGED)])


def _tell(by: Membership, there: Import, series: QuerySet[ImportSeries]) -> None:
    """Write the history of each measure that has other numbers now, and move it on."""
    lines: dict[int, list[str]] = defaultdict(list)
    changed = ImportRow.objects.filter(brought=there, what=What.CHANGED, series__measure__isnull=False)
    columns = (
        "series__measure",
        "series__measure__frequency",
        "period",
        "was",
        "numerator",
        "denominator",
        "note",
    )
    for pk, frequency, period, was, top, bottom, note in changed.order_by("period").values_list(*columns):
        lines[pk].append(f"{period_name(period, frequency)}: {was} → {line(top, bottom, note or '')}")
    counts = {row.measure_id: row for row in series if row.measure_id}
    measures = list(Measure.objects.filter(pk__in=counts).only("network_id", "project_id"))

    def what(measure: Measure) -> str:
        row = counts[measure.pk]
        parts = [f"{n:,} {word}" for n, word in ((row.new, "added"), (row.changed, "changed")) if n]
        return f"imported numbers from {there.name}"[:140] + f": {', '.join(parts)}"

    record_many(by=by, on=measures, what=what, text=lambda measure: "\n".join(lines[measure.pk]))
    all_moved_on(Measure.objects.filter(pk__in=counts))
    if len(measures) == 1:
        show_project_moves(measures[0])
