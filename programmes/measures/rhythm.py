"""When a measure's next number is due, and who is reminded of it."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Max, QuerySet
from django.urls import reverse

from iocn.shared.models import History
from people.messages import tell
from people.models import Membership, Message, Network
from programmes.measures.figures import period_name
from programmes.measures.models import Measure
from programmes.measures.periods import period_after, period_of
from programmes.measures.permissions import may_change
from programmes.projects.models import PathwayProject, TeamMember


def due(measure: Measure, last: date | None, today: date) -> date | None:
    """Return the period whose number is due: the one after the last, once it is over and its number known.

    Of a measure without numbers it is the period in which the measure was agreed.
    """
    if last is None:
        period = period_of(measure.frequency, measure.network.day_of(measure.created_at))
    else:
        period = period_after(measure.frequency, last)
    after = period and period_after(measure.frequency, period)
    if period is None or after is None or after + timedelta(measure.ready_after) > today:
        return None
    return period


def remind(network: Network) -> None:
    """Write to whoever adds a measure's numbers that one is due: once for each measure and period."""
    today = network.today()
    for measure in _that_remind(network):
        period = due(measure, measure.newest, today)  # type: ignore[attr-defined]  # an annotation
        if period is not None:
            with transaction.atomic():
                for person, why in _who(measure):
                    _tell(person, measure, period, why)


def _that_remind(network: Network) -> QuerySet[Measure]:
    """Return the measures with a rhythm on which work goes on, and the newest period of each, if it has one."""
    ended = [PathwayProject.Stage.HANDED_OVER, PathwayProject.Stage.STOPPED]
    return (
        Measure.objects.filter(network=network, reminds=True)
        .exclude(frequency=Measure.Frequency.IRREGULAR)
        .exclude(project__stage__in=ended)
        .annotate(newest=Max("observations__period"))
        .with_owners()
    )


def _who(measure: Measure) -> Iterator[tuple[Membership, str]]:
    """Yield who leads the project's team; for other measures who added the last number, or else the measure itself.

    Only if they still may add to it.
    """
    if measure.project_id:
        leads = TeamMember.objects.now().filter(project=measure.project_id, part=TeamMember.Part.LEAD)
        why = f"You get this because you lead “{measure.belongs_to.name}”."
        yield from ((place.membership, why) for place in _with_members(leads))
        return
    last = measure.observations.select_related("added_by__network").order_by("-period").first()
    if last is not None:
        person, why = last.added_by, "You get this because you added the last number."
    else:
        first = History.objects.of(measure).select_related("by__network").exclude(by=None).last()
        if first is None or first.by is None:
            return
        person, why = first.by, "You get this because you added the measure."
    if person.is_active and may_change(person, measure):
        yield person, why


def _with_members(places: QuerySet[TeamMember]) -> Iterable[TeamMember]:
    return places.select_related("membership__network")


def _tell(person: Membership, measure: Measure, period: date, why: str) -> None:
    name = period_name(period)
    tell(
        person,
        kind=Message.Kind.NUMBER,
        cause=f"number-due:{measure.pk}:{period}",
        subject=f"{measure.full_name}: {name} is due",
        paragraphs=[f"The number for {name} of “{measure.full_name}” can be added. It takes a minute."],
        link=reverse("measures:add_number", args=[measure.network.slug, measure.pk]),
        link_label=f"Add {name}",
        why=f"{why} The measure’s page says whether it reminds.",
    )
