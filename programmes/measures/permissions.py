"""Who sees which measures, and who may add to them."""

from collections.abc import Collection

from django.db.models import QuerySet

from iocn.shared.permissions import YES, Answer, no
from people.models import Level, Membership, Network, Organisation
from people.permissions import Permission
from programmes.measures.models import Import, Measure, MeasureQuerySet, Observation
from programmes.projects.models import PathwayProject, ProgrammeOfCare
from programmes.projects.permissions import goes_on, may_change_programmes, may_read_words, projects_for
from programmes.projects.permissions import may_change as may_change_project

Owner = PathwayProject | ProgrammeOfCare | Organisation | Network


def measures_for(membership: Membership) -> MeasureQuerySet:
    """Return the measures that the membership may see: all of the network, or those of its own projects."""
    measures = Measure.objects.filter(network_id=membership.network_id).with_owners()
    if membership.may(Permission.SEE_PROJECTS):
        return measures
    return measures.filter(project__in=projects_for(membership))


def numbers_of(_membership: Membership, measure: int) -> QuerySet[Observation]:
    """Return the numbers of a measure that the membership may see, with who added them: as a list takes its rows."""
    return Observation.objects.filter(measure=measure).select_related("added_by")


def counted_numbers_of(measures: Collection[int]) -> QuerySet[Observation]:
    """Return the numbers, of measures that a membership may see, that count: none that were left out of the lines."""
    return Observation.objects.filter(measure__in=measures, left_out="")


def may_add(membership: Membership, owner: Owner) -> Answer:
    """Whether the membership may give the owner a measure.

    A project: who may change it, while work goes on; its citizen partners log tries and comment, and leave the
    numbers to the team. Its sponsor once it was handed over, who sees whether the change holds. A programme and the
    network: staff. An organisation: its leaders and staff.
    """
    if isinstance(owner, PathwayProject):
        if owner.stage == PathwayProject.Stage.HANDED_OVER and owner.sponsor_id == membership.pk:
            return YES
        return goes_on(owner) and may_change_project(membership, owner)
    if isinstance(owner, ProgrammeOfCare):
        return may_change_programmes(membership)
    if membership.may(Permission.CHANGE_ANY_PROJECT):
        return YES
    if isinstance(owner, Network):
        return no("The network’s staff look after its measures.")
    leads = membership.is_leader and (
        membership.posts.current().filter(organisation=owner, level=Level.TOP).exists()
        or membership.remits.filter(organisation=owner).exists()
    )
    return YES if leads else no(f"Leaders of {owner} and the network’s staff look after its measures.")


def may_change(membership: Membership, measure: Measure) -> Answer:
    """Whether the membership may change the measure and its numbers: who may give its owner another."""
    return may_add(membership, measure.belongs_to)


def may_read_words_of(membership: Membership, measure: Measure) -> bool:
    """Whether names and free text are shown: to all but evaluators, who read numbers."""
    if measure.project:
        return may_read_words(membership, measure.project)
    return membership.may(Permission.SEE_PEOPLE)


def imports_for(membership: Membership) -> QuerySet[Import]:
    """Return the membership's own files of numbers, without what is in them."""
    imports = Import.objects.filter(network_id=membership.network_id, by=membership).defer("content")
    return imports.select_related("network", "measure__network", "measure__project", "programme")


def owner_of(brought: Import) -> Owner:
    """Return what the file's measures belong to; of many organisations it is the network, which staff look after."""
    return brought.measure.belongs_to if brought.measure else brought.programme or brought.network


def chosen_before(brought: Import) -> Import | None:
    """Return the file that somebody last brought into the same, for the columns that were chosen."""
    same = {
        "network_id": brought.network_id,
        "measure": brought.measure_id,
        "programme": brought.programme_id,
    }
    applied = Import.objects.filter(**same, state=Import.State.APPLIED).defer("content")
    return applied.order_by("-state_at", "-pk").first()
