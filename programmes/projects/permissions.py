"""Who sees which programmes and projects, and who may do what to them."""

from django.db.models import Exists, OuterRef, QuerySet

from iocn.shared.permissions import YES, Answer, no
from people.actions.standing_in import may_act_for_others
from people.models import Membership
from people.permissions import Permission, Role
from programmes.projects.models import (
    PathwayProject,
    PathwayProjectQuerySet,
    ProgrammeOfCare,
    TeamMember,
    TestCycle,
)

Part = TeamMember.Part


def programmes_for(membership: Membership) -> QuerySet[ProgrammeOfCare]:
    """Return the programmes of care that the membership may see: all of its network, or none."""
    programmes = ProgrammeOfCare.objects.filter(network_id=membership.network_id)
    return programmes if membership.may(Permission.SEE_PROJECTS) else programmes.none()


def projects_for(membership: Membership) -> PathwayProjectQuerySet:
    """Return the projects that the membership may see: all of its network, or those whose team it is in."""
    projects = PathwayProject.objects.filter(network_id=membership.network_id)
    return projects if membership.may(Permission.SEE_PROJECTS) else projects.with_member(membership)


def teammates(membership: Membership) -> QuerySet[Membership]:
    """Return everybody who is now in a team with the membership (people.hooks.teammates)."""
    places = TeamMember.objects.now().filter(project__in=PathwayProject.objects.with_member(membership))
    return Membership.objects.filter(Exists(places.filter(membership=OuterRef("pk"))))


def part_in(membership: Membership, project: PathwayProject) -> str:
    """Return the membership's part in the project's team now, empty if it has none.

    From `with_part_of(membership)` where it was used, else read now.
    """
    if hasattr(project, "own_part"):
        return project.own_part or ""
    found = TeamMember.objects.now().filter(project=project, membership=membership)
    return found.order_by().values_list("part", flat=True).first() or ""


def may_read_words(membership: Membership, project: PathwayProject) -> bool:
    """Whether names and free text are shown: to all but evaluators, who read numbers."""
    return membership.may(Permission.SEE_PEOPLE) or bool(part_in(membership, project))


def tries_for(membership: Membership, project: PathwayProject) -> QuerySet[TestCycle]:
    """Return the project's tries, whose words evaluators do not read."""
    tries = TestCycle.objects.filter(prototype__project=project)
    return tries if may_read_words(membership, project) else tries.none()


def may_read_aims(membership: Membership) -> bool:
    """The same for a list, where a citizen partner sees own projects only."""
    return membership.may(Permission.SEE_PEOPLE) or membership.is_citizen_only


def may_change_programmes(membership: Membership) -> Answer:
    """Whether the membership may create and change programmes of care."""
    if membership.may(Permission.CHANGE_ANY_PROJECT):
        return YES
    return no("The network’s staff set up and change programmes.")


def may_create(membership: Membership) -> Answer:
    """Whether the membership may start a project, which it then leads."""
    if membership.may(Permission.CREATE_PROJECT):
        return YES
    return no("Your role does not include starting projects. The network’s staff can help.")


def may_change(membership: Membership, project: PathwayProject) -> Answer:
    """Whether the membership may change the project, its stage and its team: staff, its team and its coach."""
    if membership.may(Permission.CHANGE_ANY_PROJECT):
        return YES
    if part_in(membership, project) in (Part.LEAD, Part.TEAM, Part.COACH):
        return YES
    return no("Only the project’s team, its coach and the network’s staff change it.")


def goes_on(project: PathwayProject) -> Answer:
    """Whether work on the project goes on, whoever asks."""
    if project.stage == PathwayProject.Stage.STOPPED:
        return no("This project is stopped. Its team can take it up again by changing its stage.")
    return YES


def may_log(membership: Membership, project: PathwayProject) -> Answer:
    """Whether the membership may log tries: who may change the project, and its citizen partners."""
    if not (answer := goes_on(project)):
        return answer
    if membership.may(Permission.CHANGE_ANY_PROJECT) or part_in(membership, project):
        return YES
    return no("Only the project’s team, its coach, its citizen partners and the network’s staff log in it.")


def may_end_place(membership: Membership, place: TeamMember) -> Answer:
    """Whether the membership may end a place in a team: one's own, or in a project that one may change."""
    if place.membership_id == membership.pk:
        return YES
    return may_change(membership, place.project)


def may_sponsor(membership: Membership) -> Answer:
    """Whether the membership can sponsor a project's team, as its roles are."""
    if not membership.is_active:
        return no(f"{membership.name} is not an active member of the network.")
    if not may_act_for_others(membership):
        return no(f"{membership.name} is here as a citizen partner or an evaluator, and sponsors no team.")
    return YES


def may_have_part(membership: Membership, part: str) -> Answer:
    """Whether the membership can have the part in a team, as its roles are."""
    name = membership.name
    if not membership.is_active:
        return no(f"{name} is not an active member of the network.")
    if membership.is_evaluator_only:
        return no(f"{name} reads numbers only and cannot be in a team.")
    if part == Part.CITIZEN_PARTNER and Role.CITIZEN_PARTNER not in membership.roles:
        return no(f"{name} is not a citizen partner of the network. Its staff give that role.")
    if part != Part.CITIZEN_PARTNER and membership.is_citizen_only:
        return no(f"{name} is a citizen partner. Choose that part.")
    return YES
