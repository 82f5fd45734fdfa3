"""The numbers of a measure, one by one and many at once."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from iocn.shared.history import record
from people.models import Membership
from programmes.measures.actions.common import (
    NewNumber,
    PeriodTaken,
    line,
    lock,
    moved_on,
    show_project_moves,
)
from programmes.measures.figures import entered, period_name
from programmes.measures.models import Measure, Observation
from programmes.measures.rules import problems_with

CHUNK = 1000


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
    lock(by, measure)
    there = Observation.objects.filter(measure=measure, period=period).first()
    if there is not None:
        if (there.numerator, there.denominator) == (numerator, denominator) and note in ("", there.note):
            return there
        raise PeriodTaken(there)
    observation = Observation.objects.create(
        measure=measure, period=period, numerator=numerator, denominator=denominator, note=note, added_by=by
    )
    record(
        by=by,
        on=measure,
        what=f"added {period_name(period, measure.frequency)}",
        text=line(numerator, denominator, note),
    )
    _changed(measure)
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
    lock(by, measure)
    there = Observation.objects.get(pk=observation.pk, measure=measure)
    wanted = (numerator, denominator, note)
    if there.numbers == wanted:
        return there
    if seen is not None and there.stamp != seen:
        raise PeriodTaken(there)
    what = f"changed {period_name(there.period, measure.frequency)}"
    if (there.numerator, there.denominator) != (numerator, denominator):
        what += f" from {entered(there.numerator, there.denominator)} to {entered(numerator, denominator)}"
    text = f"Note: {there.note or 'empty'} → {note or 'empty'}" if there.note != note else ""
    there.numerator, there.denominator, there.note = wanted
    there.save(update_fields=["numerator", "denominator", "note"])
    record(by=by, on=measure, what=what, text=text)
    _changed(measure)
    return there


@transaction.atomic
def remove_observation(
    *, by: Membership, observation: Observation, reason: str, seen: str | None = None
) -> None:
    """Take the number of a period away, for a reason; history keeps it. `seen` is as for changing it."""
    measure = observation.measure
    lock(by, measure)
    if not (reason := reason.strip()):
        raise ValidationError({"reason": "Say why the number goes."})
    there = Observation.objects.filter(pk=observation.pk, measure=measure).first()
    if there is None:
        return
    if seen is not None and there.stamp != seen:
        raise PeriodTaken(there)
    was = entered(there.numerator, there.denominator)
    what = f"removed {period_name(there.period, measure.frequency)}, which was {was}"
    record(by=by, on=measure, what=what, text="\n".join(filter(None, [reason, there.note])))
    there.delete()
    _changed(measure)


@transaction.atomic
def import_observations(
    *, by: Membership, measure: Measure, rows: Iterable[NewNumber | tuple], source: str = ""
) -> tuple[int, int]:
    """Add and change many numbers, all or none, with one history row. Returns how many were added and changed.

    Each row is (period, numerator, denominator, note). Numbers that are there already stay untouched.
    """
    lock(by, measure)
    there = {seen.period: seen for seen in Observation.objects.filter(measure=measure)}
    write: dict[date, Observation] = {}
    lines: list[str] = []
    now = timezone.now()
    for row in rows:
        period, given, given_denominator, note = NewNumber(*row)
        numerator, denominator = _checked(measure, period, given, given_denominator)
        if period in write:
            raise ValidationError(f"{period_name(period, measure.frequency)} is among the rows twice.")
        old = there.get(period)
        if note is None:
            note = old.note if old else ""
        if old is not None and old.numbers == (numerator, denominator, note):
            continue
        if old is not None:
            now_says = line(numerator, denominator, note)
            lines.append(f"{period_name(period, measure.frequency)}: {line(*old.numbers)} → {now_says}")
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
    _changed(measure)
    return added, changed


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
    if problems := list(problems_with(measure, period, top, bottom, measure.network.today())):
        raise ValidationError(dict(problems))
    return top, bottom


def _changed(measure: Measure) -> None:
    moved_on(measure)
    show_project_moves(measure)


def _counted(word: str, number: int) -> str:
    return f"{number:,} {word}" if number else ""
