"""Cohorts on the pages of other rooms."""

from typing import Any

from django import template
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.template import Context
from django.utils import timezone

from iocn.shared.prepared import prepared
from learning.models import Attendance, CohortAsk, Enrolment, Facilitator, Session, number_of
from learning.permissions import cohorts_for, may_run
from people.models import Membership
from programmes.escalations.models import Escalation

register = template.Library()


@register.filter
def colour_of_cohort(state: str) -> str:
    """Return the colour of the tag that says whether a cohort is coming, running or past."""
    return {"Running": "green", "Past": "grey"}.get(state, "blue")


@register.inclusion_tag("learning/cohorts_of.html", takes_context=True)
def cohorts_of(context: Context, member: Membership) -> dict[str, Any]:
    """Show which cohorts a member is or was in, and how often they were there, as far as the reader may see.

    Attendance is read by the person, staff, and whoever facilitates the cohort.
    """
    reader: Membership = context["membership"]
    if reader.is_evaluator_only:
        return {"cohorts": []}
    own = Enrolment.objects.filter(cohort=OuterRef("pk"), membership=member)
    runs = Facilitator.objects.now().filter(cohort=OuterRef("pk"), membership=member)
    held = Session.objects.on().filter(
        cohort=OuterRef("pk"),
        starts_at__date__lte=timezone.localdate(),
        starts_at__date__gte=OuterRef("enrolled_on"),
    )
    here = Attendance.objects.filter(
        enrolment__cohort=OuterRef("pk"),
        enrolment__membership=member,
        mark__in=Attendance.HERE,
        session__called_off_at=None,
    )
    rows: Any = (
        cohorts_for(reader)
        .annotate(
            enrolled_on=Subquery(own.values("enrolled_on")[:1]),
            left_on=Subquery(own.values("left_on")[:1]),
            is_run=Exists(runs),
        )
        .filter(Q(enrolled_on__isnull=False) | Q(is_run=True))
        .annotate(held=number_of(held, "cohort"), here=number_of(here, "enrolment__cohort"))
        .order_by("-begins_on", "-pk")
    )
    found = list(rows)
    for cohort in found:
        cohort.counts = cohort.enrolled_on and (member.pk == reader.pk or bool(may_run(reader, cohort)))
    counted = [cohort for cohort in found if cohort.counts]
    return {
        "cohorts": found,
        "network": reader.network,
        "here": sum(cohort.here for cohort in counted),
        "held": sum(cohort.held for cohort in counted),
        "is_over_all": len(counted) > 1,
    }


@register.inclusion_tag("learning/cohort_of_ask.html", takes_context=True)
def cohort_of_ask(context: Context, ask: Escalation) -> dict[str, Any]:
    """Show from which cohort an ask was raised, to those who may see the cohort."""
    reader: Membership = context["membership"]
    return {"tie": next(iter(_ties(reader, ask.pk)), None), "network": reader.network}


@prepared
def _ties(reader: Membership, ask: int) -> QuerySet[CohortAsk]:
    found = CohortAsk.objects.filter(escalation=ask, cohort__in=cohorts_for(reader).values("pk"))
    return found.select_related("cohort").order_by("pk")
