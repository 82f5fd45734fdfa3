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
    """Return the measures with a rhythm that are still counted, and the newest period of each, if it has one.

    Also once a project was handed over: without numbers nobody would see that its change does not hold.
    """
    return (
        Measure.objects.filter(network=network, reminds=True)
        .exclude(frequency=Measure.Frequency.IRREGULAR)
        .exclude(project__stage=PathwayProject.Stage.STOPPED)
        .annotate(newest=Max("observations__period"))
        .with_owners()
        .select_related("project__sponsor__network")
    )


def _who(measure: Measure) -> Iterator[tuple[Membership, str]]:
    """Yield who leads the project's team, and its sponsor once it was handed over; for other measures who added the
    last number, or else the measure itself.

    Only if they still may add to it.
    """
    if (project := measure.project) is not None:
        places = TeamMember.objects.now().filter(project=project, part=TeamMember.Part.LEAD)
        leads = [place.membership for place in _with_members(places)]
        yield from ((lead, f"You get this because you lead “{project.name}”.") for lead in leads)
        sponsor = project.sponsor if project.stage == PathwayProject.Stage.HANDED_OVER else None
        if sponsor is not None and sponsor.is_active and sponsor not in leads:
            yield sponsor, f"You get this because you sponsor “{project.name}”, which was handed over."
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
    name = period_name(period, measure.frequency)
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
