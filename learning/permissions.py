"""Who sees a cohort and who is in it, who sets it up, who takes attendance."""

from django.db.models import Q, QuerySet
from django.utils import timezone

from iocn.shared.permissions import YES, Answer, no
from iocn.shared.templatetags.components import day
from learning.models import Cohort, CohortQuerySet, Enrolment, Session
from people.models import Membership, MembershipQuerySet
from people.permissions import Permission, Role
from programmes.projects.models import PathwayProject
from programmes.projects.permissions import projects_for


def cohorts_for(membership: Membership) -> CohortQuerySet:
    """Return the cohorts that the membership may see: all, or those it facilitates or takes part in.

    Each knows the membership's part in it (`facilitated`, `taken_part`).
    """
    cohorts = Cohort.objects.filter(network_id=membership.network_id).with_part_of(membership)
    if membership.may(Permission.MANAGE_COHORTS) or membership.may(Permission.SEE_NUMBERS):
        return cohorts
    return cohorts.filter(Q(facilitated=True) | Q(taken_part=True))


def facilitated_by(membership: Membership, cohort: Cohort) -> bool:
    """Whether the membership runs the cohort's sessions, from `cohorts_for` where it was used, else read now."""
    if hasattr(cohort, "facilitated"):
        return cohort.facilitated
    return cohort.facilitators.now().filter(membership=membership).exists()


def takes_part(membership: Membership, cohort: Cohort) -> bool:
    """Whether the membership is enrolled, from `cohorts_for` where it was used, else read now."""
    if hasattr(cohort, "taken_part"):
        return cohort.taken_part
    return cohort.enrolments.now().filter(membership=membership).exists()


def may_manage(membership: Membership) -> Answer:
    """Whether the membership sets up cohorts and enrols people."""
    if membership.may(Permission.MANAGE_COHORTS):
        return YES
    return no("The network’s staff set up cohorts and enrol people.")


def may_run(membership: Membership, cohort: Cohort) -> Answer:
    """Whether the membership looks after sessions and takes attendance: staff, and who facilitates it."""
    if membership.may(Permission.MANAGE_COHORTS) or facilitated_by(membership, cohort):
        return YES
    return no("Only the cohort’s facilitators and the network’s staff take attendance and change sessions.")


def may_read_names(membership: Membership, cohort: Cohort) -> bool:
    """Whether names are shown: to all who see the cohort but evaluators, who read numbers."""
    return bool(may_run(membership, cohort)) or takes_part(membership, cohort)


def may_ask_from(membership: Membership, cohort: Cohort) -> Answer:
    """Whether the membership may raise an ask from the cohort: who is in it, runs it or staff."""
    if not membership.may(Permission.RAISE_ASK):
        return no("Ask through somebody of your project’s team.")
    if may_read_names(membership, cohort):
        return YES
    return no("Those in a cohort raise asks from it.")


def attendance_possible(session: Session) -> Answer:
    """Whether attendance can be taken now, whoever wants to."""
    if session.called_off_at:
        return no("This session was called off.")
    if not session.has_begun:
        return no(f"Attendance can be taken from {day(session.on_day)} on, when the session is.")
    return YES


def code_possible(session: Session) -> Answer:
    """Whether the session's code works now: on its day alone."""
    answer = attendance_possible(session)
    if answer and not session.is_today:
        return no(f"The code worked on {day(session.on_day)}, the session’s day.")
    return answer


def may_facilitate(membership: Membership) -> Answer:
    """Whether the membership can run a cohort, as its roles are."""
    if not membership.is_active:
        return no(f"{membership.name} is not an active member of the network.")
    if not membership.roles & {Role.COACH, Role.STAFF}:
        return no(f"{membership.name} is not a coach or staff of the network.")
    return YES


def may_take_part(membership: Membership) -> Answer:
    """Whether the membership can be enrolled: whoever is in the network, invited too, but not evaluators."""
    if membership.closed_at:
        return no(f"{membership.name} has left the network.")
    if membership.is_evaluator_only:
        return no(f"{membership.name} evaluates the network and cannot be in a cohort.")
    return YES


def facilitators_to_choose(membership: Membership) -> MembershipQuerySet:
    """Return who could run a cohort."""
    members = Membership.objects.active().filter(network_id=membership.network_id)
    return members.filter(roles_held__role__in=[Role.COACH, Role.STAFF]).distinct()


def may_choose_project(membership: Membership, enrolment: Enrolment) -> Answer:
    """Whether the membership may say which project the participant brings: who runs the cohort, and they."""
    if not enrolment.cohort.has_projects:
        return no("Participants of this programme bring no project.")
    if enrolment.membership_id == membership.pk:
        return YES
    return may_run(membership, enrolment.cohort)


def projects_to_choose(membership: Membership, enrolment: Enrolment) -> QuerySet[PathwayProject]:
    """Return the projects it may be: open ones that the reader sees; one's own alone for oneself."""
    projects = projects_for(membership).open()
    if may_run(membership, enrolment.cohort):
        return projects
    return projects.with_member(membership)


def own_sessions_today(membership: Membership) -> QuerySet[Session]:
    """Return today's sessions of the cohorts in which the membership takes part."""
    today = timezone.localdate()
    mine = Enrolment.objects.now().filter(membership=membership).values("cohort")
    return Session.objects.on().filter(cohort__in=mine, starts_at__date=today).select_related("cohort")
