"""How a measure's chart is drawn: phases, baseline, points that do not count, and what is written on it."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from iocn.shared.history import record
from people.models import Membership
from programmes.measures.actions.common import lock, moved_on
from programmes.measures.figures import period_name
from programmes.measures.meaning import Series
from programmes.measures.models import Annotation, Measure, Observation, Phase
from programmes.measures.spc import FEWEST_FIXED


# --- Phases ------------------------------------------------------------------------------------------------
@transaction.atomic
def begin_phase(*, by: Membership, measure: Measure, begins: date, reason: str) -> Phase:
    """Work the lines out anew from a period on, for a reason (a rebase). It must be a later number's than the first."""
    there = lock(by, measure)
    reason = _given(reason, "Say what changed, so that others understand why the lines move.")
    if there.phases.filter(begins=begins).exists():
        raise ValidationError(
            {"begins": f"A phase begins with {period_name(begins, there.frequency)} already."}
        )
    numbers = there.observations
    if not (numbers.filter(period=begins).exists() and numbers.filter(period__lt=begins).exists()):
        raise ValidationError({"begins": "Choose a period that has a number, and not the first one."})
    phase = there.phases.create(begins=begins, reason=reason, by=by)
    record(
        by=by, on=there, what=f"began a new phase with {period_name(begins, there.frequency)}", text=reason
    )
    moved_on(there)
    return phase


@transaction.atomic
def join_phases(*, by: Membership, phase: Phase) -> None:
    """Take a phase's beginning away: its points join those before."""
    there = lock(by, phase.measure)
    if Phase.objects.filter(pk=phase.pk).delete()[0]:
        what = f"took away the phase that began with {period_name(phase.begins, there.frequency)}"
        record(by=by, on=there, what=what, text=phase.reason)
        moved_on(there)


@transaction.atomic
def keep_lines(*, by: Membership, measure: Measure, begins: date, reason: str) -> Measure:
    """Leave the lines as they are where it was proposed to begin them anew; that is not proposed again."""
    there = lock(by, measure)
    reason = _given(reason, "Say why the lines stay as they are.")
    there.lines_kept_from = max(begins, there.lines_kept_from or begins)
    there.save(update_fields=["lines_kept_from"])
    record(
        by=by,
        on=there,
        what=f"let the lines go on through {period_name(begins, there.frequency)}",
        text=reason,
    )
    return there


@transaction.atomic
def propose_again(*, by: Membership, measure: Measure) -> Measure:
    """Let it be proposed again that the lines begin anew."""
    there = lock(by, measure)
    if there.lines_kept_from is None:
        return there
    there.lines_kept_from = None
    there.save(update_fields=["lines_kept_from"])
    record(by=by, on=there, what="wants it proposed again that the lines begin anew")
    return there


# --- The baseline ------------------------------------------------------------------------------------------
@transaction.atomic
def set_baseline(*, by: Membership, measure: Measure, until: date, reason: str) -> Measure:
    """Freeze the lines: they come from the points up to a period, for a reason.

    An XmR chart is refused fewer than 12. Where numbers are taken away or the kind is changed later, the chart itself
    says that the baseline holds too few, and does without.
    """
    there = lock(by, measure)
    reason = _given(reason, "Say why the limits stay as they are.")
    if not there.observations.filter(period=until).exists():
        raise ValidationError({"until": "Choose a period that has a number."})
    series = Series.of(there)
    if series.is_short_for_baseline(until):
        raise ValidationError(
            {
                "until": f"An XmR chart takes fixed lines from {FEWEST_FIXED} numbers or more, and since its lines"
                f" begin there are {series.fixed_by(until)} up to {period_name(until, there.frequency)}. Choose a later period, or"
                " freeze the baseline when there are more."
            }
        )
    if there.baseline_until == until and there.baseline_reason == reason:
        return there
    there.baseline_until, there.baseline_reason = until, reason
    there.baseline_by, there.baseline_at = by, timezone.now()
    there.save(update_fields=["baseline_until", "baseline_reason", "baseline_by", "baseline_at"])
    record(
        by=by, on=there, what=f"froze the baseline with {period_name(until, there.frequency)}", text=reason
    )
    moved_on(there)
    return there


@transaction.atomic
def end_baseline(*, by: Membership, measure: Measure) -> Measure:
    """Let the lines move with every point again."""
    there = lock(by, measure)
    if there.baseline_until is None:
        return there
    there.baseline_until, there.baseline_reason = None, ""
    there.baseline_by = there.baseline_at = None
    there.save(update_fields=["baseline_until", "baseline_reason", "baseline_by", "baseline_at"])
    record(by=by, on=there, what="let the baseline move again")
    moved_on(there)
    return there


# --- Points that do not count ------------------------------------------------------------------------------
@transaction.atomic
def leave_out(*, by: Membership, observation: Observation, reason: str) -> Observation:
    """Leave a number out of centre and limits, for a reason; it is drawn still."""
    measure = lock(by, observation.measure)
    reason = _given(reason, "Say why the number does not count.")
    there = measure.observations.get(pk=observation.pk)
    if there.left_out == reason:
        return there
    there.left_out, there.left_out_by, there.left_out_at = reason, by, timezone.now()
    there.save(update_fields=["left_out", "left_out_by", "left_out_at"])
    record(
        by=by,
        on=measure,
        what=f"left {period_name(there.period, measure.frequency)} out of the limits",
        text=reason,
    )
    moved_on(measure)
    return there


@transaction.atomic
def count_again(*, by: Membership, observation: Observation) -> Observation:
    """Let a number count that was left out."""
    measure = lock(by, observation.measure)
    there = measure.observations.get(pk=observation.pk)
    if not there.left_out:
        return there
    there.left_out, there.left_out_by, there.left_out_at = "", None, None
    there.save(update_fields=["left_out", "left_out_by", "left_out_at"])
    record(by=by, on=measure, what=f"let {period_name(there.period, measure.frequency)} count again")
    moved_on(measure)
    return there


# --- What is written on it ---------------------------------------------------------------------------------
@transaction.atomic
def annotate(*, by: Membership, measure: Measure, on: date, text: str) -> Annotation:
    """Write on the chart what happened on a day."""
    there = lock(by, measure)
    note = there.annotations.create(on=on, text=_given(text, "Say what happened.", field="text"), by=by)
    record(by=by, on=there, what=f"wrote on the chart at {on.day} {on:%B %Y}", text=note.text)
    return note


@transaction.atomic
def remove_annotation(*, by: Membership, annotation: Annotation) -> None:
    """Take away what somebody wrote on the chart; history keeps it."""
    there = lock(by, annotation.measure)
    if Annotation.objects.filter(pk=annotation.pk).delete()[0]:
        record(by=by, on=there, what="removed from the chart", text=str(annotation))


def _given(text: str, otherwise: str, field: str = "reason") -> str:
    if not (text := text.strip()):
        raise ValidationError({field: otherwise})
    return text
