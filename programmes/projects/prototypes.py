"""What a project has tried, as its page shows it."""

from collections import defaultdict

from django.db.models import QuerySet, Window
from django.db.models.functions import RowNumber

from iocn.shared.prepared import prepared
from programmes.projects.models import PathwayProject, Prototype, PrototypeQuerySet, TestCycle

# So many tries of each prototype are read.
TRIES_SHOWN = 2


def prototypes_of(project: PathwayProject) -> list[Prototype]:
    """Return the project's prototypes, the one tried last first, each with its `last_tries`."""
    tries: dict[int, list[TestCycle]] = defaultdict(list)
    for one in _last_tries(project.pk):
        tries[one.prototype_id].append(one)
    found = list(_tried_last(project.pk))
    for prototype in found:
        prototype.last_tries = tries[prototype.pk]  # type: ignore[attr-defined]
    return found


@prepared
def _tried_last(project: int) -> PrototypeQuerySet:
    return Prototype.objects.filter(project=project).last_tried_first()


@prepared
def _last_tries(project: int) -> QuerySet[TestCycle]:
    newest_first = ("-on", "-number")
    place = Window(RowNumber(), partition_by="prototype", order_by=newest_first)
    tries = TestCycle.objects.filter(prototype__project=project).alias(place=place)
    return tries.filter(place__lte=TRIES_SHOWN).select_related("logged_by").order_by(*newest_first)
