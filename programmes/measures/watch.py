"""Who is told of a measure that has a new signal."""

from collections.abc import Sequence

from django.urls import reverse

from people.messages import tell
from people.models import Membership, Message
from programmes.measures.models import Measure, Result
from programmes.projects.models import PathwayProject, TeamMember


def tell_of_concerns(turned: Sequence[Result]) -> None:
    """Write to whoever looks after a handed-over project that one of its measures shows a concern.

    `turned` are results that say something else than before. While a project goes on, its team has the weekly
    update; once it is handed over nobody looks each week.
    """
    concerns = {result.pk: result for result in turned if result.attention == Result.Attention.CONCERN}
    if not concerns:
        return
    measures = Measure.objects.filter(
        pk__in=concerns, project__stage=PathwayProject.Stage.HANDED_OVER
    ).select_related("network", "organisation", "project__sponsor__network")
    for measure in measures:
        result = concerns[measure.pk]
        for person, why in _owners(measure):
            tell(
                person,
                kind=Message.Kind.CONCERN,
                cause=f"concern:{measure.pk}:{result.variation}:{result.last_period}",
                subject=f"{measure.full_name}: a concern since the project was handed over",
                paragraphs=[
                    f"“{measure.full_name}” of “{measure.belongs_to.name}”, which was handed over, shows a concern"
                    f" with its newest number: {result.latest} ({result.variation_reason}).",
                    "It is more than chance alone gives. Look at the chart, and ask the service what changed.",
                ],
                link=reverse("measures:measure", args=[measure.network.slug, measure.pk]),
                link_label="See the chart",
                why=why,
            )


def _owners(measure: Measure) -> list[tuple[Membership, str]]:
    """Return the project's sponsor, or else who leads its team."""
    project = measure.project
    if project is None:
        return []
    if project.sponsor is not None and project.sponsor.is_active:
        return [(project.sponsor, f"You get this because you sponsor “{project.name}”.")]
    leads = TeamMember.objects.now().filter(project=project, part=TeamMember.Part.LEAD)
    why = f"You get this because you led “{project.name}”."
    return [(place.membership, why) for place in leads.select_related("membership__network")]
