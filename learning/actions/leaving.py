"""What becomes of cohorts when somebody leaves the network or their roles change."""

from django.utils import timezone

from iocn.shared.history import record
from learning.models import Enrolment, Facilitator
from learning.permissions import may_facilitate, may_take_part
from people.actions.staff_list import add_staff_task
from people.models import Membership, StaffTask


def leave_cohorts(membership: Membership, by: Membership | None) -> None:
    """End the enrolments of a membership that is being closed, and ask staff who facilitates after them
    (people.hooks.membership_closing)."""
    _end(membership, by, "who left the network", enrolments=True, facilitating=True)


def leave_cohorts_closed_to(membership: Membership, by: Membership | None) -> None:
    """End what the membership's new roles no longer allow (people.hooks.roles_set)."""
    _end(
        membership,
        by,
        "whose roles changed",
        enrolments=not may_take_part(membership),
        facilitating=not may_facilitate(membership),
    )


def _end(
    membership: Membership, by: Membership | None, why: str, *, enrolments: bool, facilitating: bool
) -> None:
    today = timezone.localdate()
    name = membership.name
    # A cohort that has ended keeps who was in it.
    running = {"membership": membership, "cohort__ends_on__gte": today}
    if enrolments:
        for enrolment in Enrolment.objects.now().filter(**running).select_related("cohort"):
            enrolment.left_on = today
            enrolment.save(update_fields=["left_on"])
            record(by=by, on=enrolment.cohort, what=f"ended the enrolment of {name}, {why}")
    if facilitating:
        for place in Facilitator.objects.now().filter(**running).select_related("cohort"):
            place.left_on = today
            place.save(update_fields=["left_on"])
            record(by=by, on=place.cohort, what=f"ended that {name} facilitates, {why}")
            add_staff_task(
                kind=StaffTask.Kind.COHORT,
                subject=place.cohort,
                text=f"Who facilitates “{place.cohort.name}” now? {name} did until now.",
                left_by=membership,
            )
