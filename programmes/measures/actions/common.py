"""What all actions on measures do."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from iocn.shared import waking
from people.models import Membership
from programmes.measures.figures import entered, period_name
from programmes.measures.models import WORKING_OUT, Measure, MeasureQuerySet, Observation
from programmes.projects.models import PathwayProject


class PeriodTaken(Exception):
    """The period has another number already; `.there` is it. The person decides whether to change it."""

    def __init__(self, there: Observation) -> None:
        super().__init__(f"{period_name(there.period, there.measure.frequency)} has a number already.")
        self.there = there


class NewNumber(NamedTuple):
    """One number to import. A note of None leaves the note that is there."""

    period: date
    numerator: Decimal
    denominator: Decimal | None = None
    note: str | None = None


def lock(by: Membership, measure: Measure) -> Measure:
    """Let one person at a time change a measure, so that the second sees what the first wrote; return it as it is."""
    return Measure.objects.select_for_update(no_key=True).get(pk=measure.pk, network_id=by.network_id)


def moved_on(measure: Measure) -> None:
    """Say that what the measure's chart is made of is another now."""
    all_moved_on(Measure.objects.filter(pk=measure.pk))


def all_moved_on(measures: MeasureQuerySet) -> None:
    """Say it of many, in one statement."""
    measures.update(version=F("version") + 1, attention=WORKING_OUT)
    wake_results()


def wake_results() -> None:
    """Have a worker work out what measures show, once the transaction has committed. Beat sweeps what is missed."""
    transaction.on_commit(_wake_a_worker, robust=True)


def _wake_a_worker() -> None:
    from programmes.measures.tasks import work_out_results  # the task's module imports the actions

    waking.wake(work_out_results)


def show_project_moves(measure: Measure) -> None:
    """Show that the measure's project, if it is one's, is not stalled."""
    if measure.project_id:
        PathwayProject.objects.filter(pk=measure.project_id).update(moved_at=timezone.now())


def line(numerator: Decimal, denominator: Decimal | None, note: str) -> str:
    """Return a number as history tells it: "12 of 240 – strike"."""
    return " – ".join(filter(None, [entered(numerator, denominator), note]))
