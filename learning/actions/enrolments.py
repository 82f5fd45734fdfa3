"""Who is in a cohort, and which project they bring."""

from collections import defaultdict
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from iocn.shared.history import record
from learning.actions.cohorts import locked
from learning.addresses import Outcome, Plan, make_plan
from learning.models import Cohort, Enrolment
from learning.permissions import may_take_part
from people.actions.members import Invite, invite_many, lock_members
from people.models import Membership
from programmes.projects.models import PathwayProject, TeamMember
from programmes.projects.states import OPEN


class PlanChanged(Exception):
    """What the person confirmed is not what would happen now; `plan` is."""

    def __init__(self, plan: Plan) -> None:
        super().__init__("What these addresses do has changed since you looked at it.")
        self.plan = plan


@transaction.atomic
def enrol(*, by: Membership, cohort: Cohort, memberships: Sequence[Membership]) -> list[Enrolment]:
    """Put members into a cohort, all or none. Who was in it before has their place again.

    In a PLP whoever is in the team of one open project brings that project.
    """
    # Nobody leaves between being looked at and being enrolled, and no two take the last place.
    lock_members(cohort.network_id)
    now = locked(cohort)
    known = {enrolment.membership_id: enrolment for enrolment in now.enrolments.all()}
    wanted = {
        membership.pk: membership
        for membership in memberships
        if membership.pk not in known or known[membership.pk].left_on
    }
    for membership in wanted.values():
        if membership.network_id != now.network_id:
            raise ValidationError("This belongs to another network.")
        if not (answer := may_take_part(membership)):
            raise ValidationError(answer.reason)
    inside = sum(enrolment.left_on is None for enrolment in known.values())
    if inside + len(wanted) > now.capacity:
        raise ValidationError(
            f"{now.name} has {now.capacity} places and {inside} people in it: {len(wanted)} more do not fit."
        )
    if not wanted:
        return []
    projects = _only_projects(list(wanted.values())) if now.has_projects else {}
    back = [known[pk] for pk in wanted if pk in known]
    for enrolment in back:
        enrolment.left_on = None
        enrolment.save(update_fields=["left_on"])
    new = [
        Enrolment(cohort=now, membership=membership, project=projects.get(pk))
        for pk, membership in wanted.items()
        if pk not in known
    ]
    Enrolment.objects.bulk_create(new)
    names = [membership.name for membership in wanted.values()]
    what = f"enrolled {names[0]}" if len(names) == 1 else f"enrolled {len(names)} people"
    record(by=by, on=now, what=what, text="" if len(names) == 1 else "\n".join(names))
    return back + new


def _only_projects(memberships: Sequence[Membership]) -> dict[int, PathwayProject]:
    """Return the project of each who is in the team of exactly one that goes on."""
    places = TeamMember.objects.now().filter(
        membership__in=memberships,
        project__stage__in=OPEN,
        part__in=[TeamMember.Part.LEAD, TeamMember.Part.TEAM],
    )
    found: dict[int, list[PathwayProject]] = defaultdict(list)
    for place in places.select_related("project"):
        found[place.membership_id].append(place.project)
    return {pk: projects[0] for pk, projects in found.items() if len(projects) == 1}


@transaction.atomic
def enrol_addresses(*, by: Membership, cohort: Cohort, text: str, seen: str) -> Plan:
    """Do what the preview of pasted addresses said, all or nothing. `seen` is the plan's fingerprint.

    Raises PlanChanged if the same addresses do something else by now, or one of them is wrong.
    """
    lock_members(cohort.network_id)
    now = locked(cohort)
    plan = make_plan(now, text)
    if not plan.is_right or plan.fingerprint != seen:
        raise PlanChanged(plan)
    invited = [row for row in plan.rows if row.outcome in (Outcome.INVITE, Outcome.AGAIN)]
    memberships = [row.membership for row in plan.rows if row.outcome == Outcome.ENROL and row.membership]
    if invited:
        invites = [Invite(row.email, row.name) for row in invited]
        memberships += invite_many(by=by, network=now.network, invites=invites)
    enrol(by=by, cohort=now, memberships=memberships)
    return plan


@transaction.atomic
def end_enrolment(*, by: Membership, enrolment: Enrolment) -> None:
    """Take somebody out of a cohort; what they attended stays. Ended twice is ended once."""
    now = (
        Enrolment.objects.select_for_update(no_key=True, of=["self"])
        .select_related("cohort", "membership")
        .get(pk=enrolment.pk)
    )
    if now.left_on:
        return
    now.left_on = timezone.localdate()
    now.save(update_fields=["left_on"])
    record(by=by, on=now.cohort, what=f"took {now.membership.name} out of the cohort")


@transaction.atomic
def choose_project(*, by: Membership, enrolment: Enrolment, project: PathwayProject | None) -> None:
    """Say which project the participant brings, or none."""
    now = (
        Enrolment.objects.select_for_update(no_key=True, of=["self"])
        .select_related("cohort", "membership")
        .get(pk=enrolment.pk)
    )
    if not now.cohort.has_projects:
        raise ValidationError("Participants of this programme bring no project.")
    if project is not None and project.network_id != now.cohort.network_id:
        raise ValidationError("This belongs to another network.")
    if now.project_id == (project.pk if project else None):
        return
    now.project = project
    now.save(update_fields=["project"])
    what = f"chose “{project.name}” as" if project else "took away"
    record(by=by, on=now.cohort, what=f"{what} the project of {now.membership.name}"[:200])
