"""Who sees an ask, for whom it waits, and who may do what to it.

"May this person?" (`may`) is asked apart from "can it be done now?" (`possible_now`).
"""

from django.db.models import Exists, OuterRef, Q, QuerySet

from iocn.shared.permissions import YES, Answer, no
from people.models import Membership
from people.permissions import Permission
from programmes.escalations.models import (
    Escalation,
    EscalationEvent,
    EscalationQuerySet,
    speaking_for_teams,
)
from programmes.escalations.states import OPEN, WITH_OWNER, WITH_TEAM, Move, State, after
from programmes.projects.models import PathwayProject, TeamMember
from programmes.projects.permissions import part_in

OWNERS_MOVES = (Move.ACKNOWLEDGE, Move.HAND_ON, Move.ACCEPT, Move.DECLINE, Move.DONE)
TEAMS_MOVES = (Move.CONFIRM, Move.NOT_SETTLED, Move.WITHDRAW)


def asks_for(membership: Membership) -> EscalationQuerySet:
    """Return the asks that the membership may see; the others do not exist for it.

    A restricted ask: raiser, owner, answerable leader and staff. Any other: its team and coaches too, those on
    its route so far, all leaders where the network opened asks to them, and all leaders while nobody has it.
    """
    asks = Escalation.objects.filter(network=membership.network_id)
    if membership.may(Permission.SEE_ALL_ASKS):
        return asks
    if membership.is_evaluator_only or not membership.roles:
        return asks.none()
    named = Q(raised_by=membership) | Q(owner=membership) | Q(sponsor=membership)
    if membership.is_leader and membership.network.leaders_see_all_asks:
        return asks.filter(named | Q(restricted=False))
    team = TeamMember.objects.filter(membership=membership, left_on=None, project=OuterRef("project"))
    steps = EscalationEvent.objects.filter(escalation=OuterRef("pk"))
    # To comment or to speak for the team is no step of the way: who has left the team sees it no more.
    on_route = steps.filter(Q(to=membership) | Q(by=membership, move=Move.TAKE))
    shared = Exists(team) | Exists(on_route)
    if membership.is_leader:
        shared |= Q(owner=None, state__in=WITH_OWNER)
    return asks.filter(named | (Q(restricted=False) & shared))


def asks_waiting_for(membership: Membership) -> EscalationQuerySet:
    """Return the asks that wait for the membership, the longest first.

    For an owner those to answer or to do; for a team those that are answered and want its word; for staff
    those that nobody has.
    """
    # Each way is whole and none begins with the network, so that indexes read them one by one: a network has
    # a hundred thousand asks, and few of one owner, one raiser, one's projects.
    answered = Q(state__in=WITH_TEAM) & _not_owned_by(membership)
    own_teams = speaking_for_teams(membership).values("project")
    waiting = Q(owner=membership, state__in=WITH_OWNER) | (Q(raised_by=membership) & answered)
    waiting |= Q(project__in=own_teams, restricted=False) & answered
    if membership.may(Permission.ROUTE_ASK):
        waiting |= Q(network=membership.network_id, owner=None, state__in=WITH_OWNER)
    found = Escalation.objects.filter(waiting).order_by().values("pk")
    return asks_for(membership).filter(pk__in=found).order_by("waiting_since", "id")


def _not_owned_by(membership: Membership) -> Q:
    # `owner <> me` is unknown, hence false, where there is no owner.
    return Q(owner=None) | ~Q(owner=membership)


def projects_to_ask_for(membership: Membership) -> QuerySet[PathwayProject]:
    """Return the open projects for which the membership may raise an ask: of its own teams; for staff, all."""
    projects = PathwayProject.objects.filter(network=membership.network_id).exclude(
        stage__in=[PathwayProject.Stage.HANDED_OVER, PathwayProject.Stage.STOPPED]
    )
    if membership.is_staff:
        return projects
    # A citizen partner asks through the team.
    places = TeamMember.objects.filter(membership=membership, left_on=None).exclude(
        part=TeamMember.Part.CITIZEN_PARTNER
    )
    return projects.filter(Exists(places.filter(project=OuterRef("pk"))))


def _may_ask_for(membership: Membership, project: PathwayProject) -> bool:
    """Whether the project is one of `projects_to_ask_for`."""
    if project.network_id != membership.network_id or not project.is_open:
        return False
    parts = (TeamMember.Part.LEAD, TeamMember.Part.TEAM, TeamMember.Part.COACH)
    return membership.is_staff or part_in(membership, project) in parts


def may_raise(membership: Membership, project: PathwayProject | None = None) -> Answer:
    """Say whether the membership may raise an ask, for the project if one is given."""
    if not membership.may(Permission.RAISE_ASK):
        return no("Ask through somebody of your project’s team.")
    if project is not None and not _may_ask_for(membership, project):
        return no("Only its team asks for a project, while work on it goes on.")
    return YES


def may(membership: Membership, escalation: Escalation, move: Move) -> Answer:
    """Say whether the membership, who sees the ask, may do this to it, whatever state it is in."""
    if move == Move.COMMENT:
        return YES
    if move in OWNERS_MOVES:
        return _may_decide(membership, escalation)
    if move == Move.TAKE:
        if escalation.raised_by_id == membership.pk:
            return no("You raised this ask, so somebody else decides it.")
        return YES if membership.may(Permission.DECIDE_ASK) else no("Only a leader may take an ask.")
    if move == Move.ROUTE:
        if membership.may(Permission.ROUTE_ASK):
            return YES
        return no("Only network staff bring an ask to somebody else.")
    if move in TEAMS_MOVES:
        return _may_speak_for_team(membership, escalation)
    return no("Nobody does this by hand.")


def _may_decide(membership: Membership, escalation: Escalation) -> Answer:
    if escalation.raised_by_id == membership.pk:
        return no("You raised this ask, so somebody else decides it.")
    if escalation.owner_id is None:
        return no("Nobody has this ask yet. A leader may take it.")
    if escalation.owner_id != membership.pk:
        return no(f"The ask is with {escalation.owner}, who answers it.")
    return YES if membership.may(Permission.DECIDE_ASK) else no("Only a leader answers an ask.")


def _may_speak_for_team(membership: Membership, escalation: Escalation) -> Answer:
    if escalation.raised_by_id == membership.pk:
        return YES
    if escalation.owner_id == membership.pk:
        return no("You answered this ask, so somebody else of the team says whether that settles it.")
    if membership.is_staff:
        return YES
    if not escalation.restricted and escalation.speaks_for_team(membership):
        return YES
    return no(f"{escalation.raised_by} and the team say whether this is settled.")


def possible_now(escalation: Escalation, move: Move) -> Answer:
    """Say whether this can be done to the ask now, whoever wants to."""
    if after(move, escalation.state) is None:
        return no(_why_not_now(escalation, move))
    if move == Move.TAKE and escalation.owner_id is not None:
        return no(f"{escalation.owner} has this ask already.")
    return YES


def _why_not_now(escalation: Escalation, move: Move) -> str:
    if escalation.state not in OPEN:
        return f"This ask is {State(escalation.state).label.lower()}: only a comment can be added."
    if escalation.waits_for_team:
        return "This ask has been answered and waits for the team."
    if move in (Move.CONFIRM, Move.NOT_SETTLED):
        return "This ask has not been answered yet."
    if move == Move.DONE:
        return "Say first what you promise, and by when."
    if escalation.state == State.ACCEPTED:
        return "A promise has been made already."
    return "This ask has had its first reply already."
