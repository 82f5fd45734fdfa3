"""Everything that writes measures and their numbers. The view has asked whether the person may."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from iocn.shared.history import record
from people.models import Membership, Upload
from programmes.measures.figures import entered, period_name, today_in
from programmes.measures.models import Measure, Observation
from programmes.measures.rules import problems_with
from programmes.projects.models import PathwayProject

CHUNK = 1000


class PeriodTaken(Exception):
    """The period has another number already; `.there` is it. The person decides whether to change it."""

    def __init__(self, there: Observation) -> None:
        super().__init__(f"{period_name(there.period)} has a number already.")
        self.there = there


class NewNumber(NamedTuple):
    """One number to import. A note of None leaves the note that is there."""

    period: date
    numerator: Decimal
    denominator: Decimal | None = None
    note: str | None = None


# --- Measures ----------------------------------------------------------------------------------------------
@transaction.atomic
def create_measure(
    *,
    by: Membership,
    project: PathwayProject,
    name: str,
    kind: str,
    shape: str,
    better: str,
    unit: str = "",
    per: int = 1000,
    source: str = "",
    made_up: bool = False,
) -> Measure:
    """Give a project a measure."""
    _lock_project(by, project)
    _name_is_free(project, name)
    measure = Measure.objects.create(
        network=by.network,
        project=project,
        name=name,
        kind=kind,
        shape=shape,
        better=better,
        unit=unit,
        per=per,
        source=source,
        made_up=made_up,
    )
    record(by=by, on=measure, what="added the measure")
    _moved(measure)
    return measure


@transaction.atomic
def change_measure(
    *,
    by: Membership,
    measure: Measure,
    name: str,
    kind: str,
    shape: str,
    better: str,
    unit: str = "",
    per: int = 1000,
    source: str = "",
    made_up: bool = False,
) -> Measure:
    """Change what a measure is. Its shape stays once it has numbers, which would mean something else."""
    _lock_project(by, measure.project)
    there = Measure.objects.select_for_update().get(pk=measure.pk, network=by.network)
    if name != there.name:
        _name_is_free(there.project, name)
    if shape != there.shape and there.observations.exists():
        raise ValidationError({"shape": "It has numbers already, which would come to mean something else."})
    wanted = {
        "name": name,
        "kind": kind,
        "shape": shape,
        "better": better,
        "unit": unit,
        "per": per,
        "source": source,
        "made_up": made_up,
    }
    before = {key: _in_words(there, key) for key in wanted}
    changed = [key for key, value in wanted.items() if getattr(there, key) != value]
    if not changed:
        return there
    for key in changed:
        setattr(there, key, wanted[key])
    there.save(update_fields=changed)
    lines = [
        f"{_label(key)}: {before[key] or 'empty'} → {_in_words(there, key) or 'empty'}" for key in changed
    ]
    record(by=by, on=there, what="changed the measure", text="\n".join(lines))
    return there


def _label(key: str) -> str:
    return str(Measure._meta.get_field(key).verbose_name).capitalize()  # type: ignore[union-attr]


def _in_words(measure: Measure, key: str) -> str:
    value = getattr(measure, key)
    if isinstance(value, bool):
        return "yes" if value else "no"
    choice = getattr(measure, f"get_{key}_display", None)
    return str(choice()) if choice else str(value)


def _name_is_free(project: PathwayProject, name: str) -> None:
    if project.measures.filter(name=name).exists():
        raise ValidationError(
            {"name": f"The project has a measure called “{name}” already. Give it another name."}
        )


# --- Numbers -----------------------------------------------------------------------------------------------
@transaction.atomic
def add_observation(
    *,
    by: Membership,
    measure: Measure,
    period: date,
    numerator: Decimal | int,
    denominator: Decimal | int | None = None,
    note: str = "",
) -> Observation:
    """Add the number of a period. Raises PeriodTaken where another is there; the same again changes nothing."""
    numerator, denominator = _checked(measure, period, numerator, denominator)
    _lock(by, measure)
    there = Observation.objects.filter(measure=measure, period=period).first()
    if there is not None:
        if (there.numerator, there.denominator) == (numerator, denominator) and note in ("", there.note):
            return there
        raise PeriodTaken(there)
    observation = Observation.objects.create(
        measure=measure, period=period, numerator=numerator, denominator=denominator, note=note, added_by=by
    )
    record(by=by, on=measure, what=f"added {period_name(period)}", text=_line(numerator, denominator, note))
    _moved(measure)
    return observation


@transaction.atomic
def change_observation(
    *,
    by: Membership,
    observation: Observation,
    numerator: Decimal | int,
    denominator: Decimal | int | None = None,
    note: str = "",
    seen: str | None = None,
) -> Observation:
    """Change the number of a period. `seen` is the stamp of what the person saw: PeriodTaken if it is another now."""
    measure = observation.measure
    numerator, denominator = _checked(measure, observation.period, numerator, denominator)
    _lock(by, measure)
    there = Observation.objects.get(pk=observation.pk, measure=measure)
    wanted = (numerator, denominator, note)
    if there.numbers == wanted:
        return there
    if seen is not None and there.stamp != seen:
        raise PeriodTaken(there)
    what = f"changed {period_name(there.period)}"
    if (there.numerator, there.denominator) != (numerator, denominator):
        what += f" from {entered(there.numerator, there.denominator)} to {entered(numerator, denominator)}"
    text = f"Note: {there.note or 'empty'} → {note or 'empty'}" if there.note != note else ""
    there.numerator, there.denominator, there.note = wanted
    there.save(update_fields=["numerator", "denominator", "note"])
    record(by=by, on=measure, what=what, text=text)
    _moved(measure)
    return there


@transaction.atomic
def import_observations(
    *, by: Membership, measure: Measure, rows: Iterable[NewNumber | tuple], source: str = ""
) -> tuple[int, int]:
    """Add and change many numbers, all or none, with one history row. Returns how many were added and changed.

    Each row is (period, numerator, denominator, note). Numbers that are there already stay untouched.
    """
    _lock(by, measure)
    there = {seen.period: seen for seen in Observation.objects.filter(measure=measure)}
    write: dict[date, Observation] = {}
    lines: list[str] = []
    now = timezone.now()
    for row in rows:
        period, given, given_denominator, note = NewNumber(*row)
        numerator, denominator = _checked(measure, period, given, given_denominator)
        if period in write:
            raise ValidationError(f"{period_name(period)} is among the rows twice.")
        old = there.get(period)
        if note is None:
            note = old.note if old else ""
        if old is not None and old.numbers == (numerator, denominator, note):
            continue
        if old is not None:
            now_says = _line(numerator, denominator, note)
            lines.append(f"{period_name(period)}: {_line(*old.numbers)} → {now_says}")
        write[period] = Observation(
            measure=measure,
            period=period,
            numerator=numerator,
            denominator=denominator,
            note=note,
            added_by=by,
            added_at=now,
        )
    if not write:
        return 0, 0
    # Who added a number first stays on its row; who changed it is in the history.
    Observation.objects.bulk_create(
        write.values(),
        batch_size=CHUNK,
        update_conflicts=True,
        unique_fields=["measure", "period"],
        update_fields=["numerator", "denominator", "note"],
    )
    added, changed = len(write) - len(lines), len(lines)
    counts = [_counted("added", added), _counted("changed", changed)]
    origin = f" from {source}"[:120] if source else ""
    record(
        by=by,
        on=measure,
        what=f"imported numbers{origin}: {', '.join(filter(None, counts))}",
        text="\n".join(lines),
    )
    _moved(measure)
    return added, changed


@transaction.atomic
def apply_upload(
    *, by: Membership, upload: Upload, measure: Measure, rows: Iterable[NewNumber]
) -> tuple[int, int]:
    """Import what an upload holds and let go of the file. The caller has locked the upload."""
    counts = import_observations(by=by, measure=measure, rows=rows, source=upload.name)
    upload.delete()
    return counts


# --- What all of them do -----------------------------------------------------------------------------------
def _checked(
    measure: Measure, period: date, numerator: Decimal | int, denominator: Decimal | int | None
) -> tuple[Decimal, Decimal | None]:
    """Return the numbers as the database holds them, or raise with the sentences of programmes.measures.rules."""
    top = Decimal(numerator)
    bottom = None if denominator is None else Decimal(denominator)
    if measure.has_denominator != (bottom is not None):
        wants = "needs a denominator" if measure.has_denominator else "has no denominator"
        raise ValidationError({"denominator": f"This measure {wants}."})
    if problems := list(problems_with(measure, period, top, bottom, today_in(measure.network))):
        raise ValidationError(dict(problems))
    return top, bottom


def _lock(by: Membership, measure: Measure) -> None:
    """Let one person at a time write numbers of a measure, so that the second sees what the first wrote."""
    Measure.objects.select_for_update(no_key=True).get(pk=measure.pk, network_id=by.network_id)


def _lock_project(by: Membership, project: PathwayProject) -> None:
    PathwayProject.objects.select_for_update(no_key=True).get(pk=project.pk, network_id=by.network_id)


def _moved(measure: Measure) -> None:
    """Show that the project is not stalled."""
    PathwayProject.objects.filter(pk=measure.project_id).update(moved_at=timezone.now())


def _line(numerator: Decimal, denominator: Decimal | None, note: str) -> str:
    return " – ".join(filter(None, [entered(numerator, denominator), note]))


def _counted(word: str, number: int) -> str:
    return f"{number:,} {word}" if number else ""


# --- Files on their way in ---------------------------------------------------------------------------------
def keep_upload(*, by: Membership, measure: Measure, name: str, content: bytes) -> Upload:
    """Keep a file until the person has chosen its columns and confirmed what it does."""
    return Upload.objects.create(
        network=by.network,
        by=by,
        kind=Upload.Kind.OBSERVATIONS,
        into_id=measure.pk,
        name=name[:200],
        content=content,
    )


def choose_columns(*, upload: Upload, choices: dict[str, object]) -> None:
    """Keep which columns and rows of the file the person chose."""
    upload.columns = choices
    upload.save(update_fields=["columns"])
