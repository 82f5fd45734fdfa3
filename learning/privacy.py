"""What this room holds about people and in their words (iocn.shared.privacy)."""

from django.db.models import QuerySet

from iocn.shared.privacy import Held, declare
from learning.models import Attendance, Cohort, CohortAsk, Enrolment, Facilitator, Session
from learning.permissions import cohorts_for
from people.models import Membership
from programmes.escalations.permissions import asks_for


def _sessions_for(membership: Membership) -> QuerySet[Session]:
    return Session.objects.filter(cohort__in=cohorts_for(membership).values("pk"))


def _asks_for(membership: Membership) -> QuerySet[CohortAsk]:
    return CohortAsk.objects.filter(escalation__in=asks_for(membership).values("pk"))


def declare_tables() -> None:
    """Enter this room's tables."""
    declare(
        Held(Cohort, "Cohorts", words=("name",), thing="self", seen_by=cohorts_for),
        Held(Facilitator, "Facilitators of cohorts", network="cohort__network"),
        Held(Enrolment, "Places in cohorts", network="cohort__network"),
        Held(
            Session,
            "Sessions",
            network="cohort__network",
            words=("title", "place"),
            plain=("link", "code"),
            thing="cohort",
            seen_by=_sessions_for,
        ),
        Held(
            Attendance,
            "Attendance",
            network="session__cohort__network",
            words=("substitute",),
            thing="session.cohort",
            people=("enrolment__membership",),
        ),
        Held(CohortAsk, "Asks from cohorts", network="cohort__network", seen_by=_asks_for),
    )
