"""What a measure is: adding and changing it."""

from decimal import Decimal
from typing import TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import transaction

from iocn.shared.history import record
from people.models import Membership, Network, Organisation
from programmes.measures.actions.common import lock, moved_on, show_project_moves, wake_results
from programmes.measures.models import CHARTS, Measure
from programmes.projects.models import PathwayProject, ProgrammeOfCare


class Facts(TypedDict, total=False):
    """What a measure is; what is not given stays as it is, or begins as the model says."""

    name: str
    subgroup: str
    kind: str
    shape: str
    better: str
    unit: str
    per: int
    target: Decimal | None
    chart: str
    source: str
    made_up: bool
    frequency: str
    ready_after: int
    reminds: bool


# Of these a chart is made, and what lists say of it, so with them what was worked out is old.
_DRAWN = {"shape", "better", "per", "target", "chart", "frequency"}


@transaction.atomic
def create_measure(
    *,
    by: Membership,
    project: PathwayProject | None = None,
    programme: ProgrammeOfCare | None = None,
    organisation: Organisation | None = None,
    **facts: Unpack[Facts],
) -> Measure:
    """Give a project, a programme, an organisation or else the network a measure.

    Beside a project or a programme, the organisation says whose numbers they are.
    """
    measure = Measure(
        network=by.network, project=project, programme=programme, organisation=organisation, **facts
    )
    _lock_owner(measure)
    _check(measure)
    measure.save()
    record(by=by, on=measure, what="added the measure")
    show_project_moves(measure)
    wake_results()
    return measure


@transaction.atomic
def change_measure(*, by: Membership, measure: Measure, **facts: Unpack[Facts]) -> Measure:
    """Change what a measure is. Its shape stays once it has numbers, which would mean something else."""
    _lock_owner(measure)
    there = lock(by, measure)
    if facts.get("shape", there.shape) != there.shape and there.observations.exists():
        raise ValidationError({"shape": "It has numbers already, which would come to mean something else."})
    changed = [key for key, value in facts.items() if getattr(there, key) != value]
    if not changed:
        return there
    before = {key: _in_words(there, key) for key in changed}
    for key in changed:
        setattr(there, key, facts[key])  # type: ignore[literal-required]
    _check(there)
    there.save(update_fields=changed)
    lines = [
        f"{_label(key)}: {before[key] or 'empty'} → {_in_words(there, key) or 'empty'}" for key in changed
    ]
    record(by=by, on=there, what="changed the measure", text="\n".join(lines))
    if _DRAWN.intersection(changed):
        moved_on(there)
    return there


def _lock_owner(measure: Measure) -> None:
    """Let one at a time name a measure of the owner."""
    owner = measure.belongs_to
    type(owner)._default_manager.select_for_update(no_key=True).get(pk=owner.pk)
    if not isinstance(owner, Network) and owner.network_id != measure.network_id:
        raise ValueError("A measure is of one network.")


def _check(measure: Measure) -> None:
    same = Measure.objects.filter(
        network=measure.network_id,
        project=measure.project_id,
        programme=measure.programme_id,
        organisation=measure.organisation_id,
        name=measure.name,
        subgroup=measure.subgroup,
    )
    if same.exclude(pk=measure.pk).exists():
        owner = measure.belongs_to
        whose = "The project" if isinstance(owner, PathwayProject) else owner.name
        raise ValidationError(
            {"name": f"{whose} has a measure called “{measure.name}” already. Give it another name."}
        )
    if measure.chart not in CHARTS[measure.shape]:
        what = Measure.Shape(measure.shape).label.split(":")[0].lower()
        raise ValidationError({"chart": f"This chart is not for a {what}. Choose another."})


def _label(key: str) -> str:
    return str(Measure._meta.get_field(key).verbose_name).capitalize()  # type: ignore[union-attr]


def _in_words(measure: Measure, key: str) -> str:
    value = getattr(measure, key)
    if isinstance(value, bool):
        return "yes" if value else "no"
    choice = getattr(measure, f"get_{key}_display", None)
    if choice:
        return str(choice())
    return "" if value is None else f"{value:f}" if isinstance(value, Decimal) else str(value)
