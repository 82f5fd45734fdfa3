"""Who sees an ask, for whom it waits, and who may do what to it.

"May this person?" (`may`) is asked apart from "can it be done now?" (`possible_now`).
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from iocn.shared.permissions import YES, Answer, no
from people.delegates import leaders_acted_for, powers_for
from people.models import Delegate, Membership, Post
from people.permissions import Permission
from programmes.escalations.clocks import BEGINNINGS, Reminder
from programmes.escalations.models import (
    AskFigures,
    Attachment,
    Beside,
    BusinessCase,
    Escalation,
    EscalationEvent,
    EscalationQuerySet,
    FiguresBuilt,
    Voice,
    speaking_for_teams,
)
from programmes.escalations.states import OPEN, QUIET, WITH_TEAM, Move, State, Step, after
from programmes.projects.models import PathwayProject, TeamMember
from programmes.projects.permissions import part_in

# A delegate who acts may do these; the others want one who decides.
DELEGATES_MOVES = (Move.ACKNOWLEDGE, Move.HOLD, Move.WAKE, Move.HAND_ON)
OWNERS_MOVES = (*DELEGATES_MOVES, Move.ACCEPT, Move.CHANGE_PROMISE, Move.DECLINE, Move.DONE)
MANAGERS_MOVES = (Move.SETTLE, Move.GO_ON)
TEAMS_MOVES = (Move.CONFIRM, Move.NOT_SETTLED, Move.ASK_AGAIN, Move.WAIT, Move.WITHDRAW)
# The owner's turn, and no clock rests.
_TO_DO = (State.RAISED, State.ACKNOWLEDGED, State.ACCEPTED)


def asks_for(membership: Membership) -> EscalationQuerySet:
    """Return the asks that the membership may see; the others do not exist for it.

    A restricted ask: raiser, owner, answerable leader and staff. Any other: its team and coaches too, those on
    its route so far and who acts for them, all leaders where the network opened asks to them, and all leaders
    while nobody has it.
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
    on_route = Q(to=membership) | Q(by=membership, move=Move.TAKE)
    brought = Beside.objects.filter(escalation=OuterRef("pk"), part=Beside.Part.BROUGHT_IN)
    voices = Voice.objects.filter(escalation=OuterRef("pk")).order_by()
    shared = (
        Q(manager=membership)
        | Q(Exists(voices.filter(leader=membership)))
        | Q(Exists(team))
        | Q(Exists(brought.filter(membership=membership)))
    )
    if not membership.is_citizen_only:
        leaders = leaders_acted_for(membership)
        shared |= Q(owner__in=leaders) | Q(sponsor__in=leaders)
        shared |= Q(Exists(brought.filter(membership__in=leaders)))
        shared |= Q(Exists(voices.filter(leader__in=leaders)))
        on_route |= Q(to__in=leaders) | Q(by__in=leaders, move=Move.TAKE)
    shared |= Q(Exists(steps.filter(on_route)))
    if membership.is_leader:
        shared |= Q(owner=None, state__in=_TO_DO) & ~Q(step=Step.MANAGER)
    return asks.filter(named | (Q(restricted=False) & shared))


def in_reach_of(membership: Membership) -> QuerySet[Any, int] | None:
    """Return ids of asks among which are all that the membership may see, None for who sees most of a network's.

    For a search: who sees few of a hundred thousand asks finds them by what is theirs, each way by an index of its
    own, and only these have their words looked at. `asks_for` decides which of them they see.
    """
    sees_all = membership.may(Permission.SEE_ALL_ASKS)
    if sees_all or (membership.is_leader and membership.network.leaders_see_all_asks):
        return None
    asks = Escalation.objects.order_by().values_list("pk", flat=True)
    steps = EscalationEvent.objects.order_by().values("escalation")
    beside = Beside.objects.filter(part=Beside.Part.BROUGHT_IN).order_by().values("escalation")
    voices = Voice.objects.order_by().values("escalation")
    teams = TeamMember.objects.filter(membership=membership, left_on=None).order_by().values("project")
    ways: list[QuerySet[Any, Any]] = [
        asks.filter(owner=membership),
        asks.filter(sponsor=membership),
        asks.filter(manager=membership),
        asks.filter(project__in=teams),
        steps.filter(to=membership),
        steps.filter(by=membership, move=Move.TAKE),
        beside.filter(membership=membership),
        voices.filter(leader=membership),
    ]
    if not membership.is_citizen_only:
        leaders = leaders_acted_for(membership).values("pk")
        ways += [
            asks.filter(owner__in=leaders),
            asks.filter(sponsor__in=leaders),
            steps.filter(to__in=leaders),
            steps.filter(by__in=leaders, move=Move.TAKE),
            beside.filter(membership__in=leaders),
            voices.filter(leader__in=leaders),
        ]
    if membership.is_leader:
        ways.append(asks.filter(network=membership.network_id, owner=None, waits=1))
    # A union is ordered as its first part's table otherwise.
    return asks.filter(raised_by=membership).union(*ways).order_by()


def asks_waiting_for(membership: Membership) -> EscalationQuerySet:
    """Return the asks that wait for the membership, the longest first.

    For an owner, for one brought in and for who acts for them those to answer or to do; for a manager those to
    settle first; for a team those that are answered and want its word; for staff those that nobody has.
    """
    # A union of ways, each of which has an index: a network has a hundred thousand asks, and few of one owner, one
    # raiser, one's projects. With an "or" PostgreSQL would look through all.
    asks = Escalation.objects.order_by().values("pk")
    answered = asks.filter(_not_owned_by(membership), state__in=WITH_TEAM)
    to_do = asks.filter(waits=1, state__in=_TO_DO)
    own_teams = speaking_for_teams(membership).order_by().values("project")
    ways = [
        answered.filter(raised_by=membership),
        asks.filter(manager=membership),
        answered.filter(project__in=own_teams, restricted=False),
    ]
    if not membership.is_citizen_only:
        leaders = leaders_acted_for(membership).values("pk")
        ways.append(to_do.filter(owner__in=leaders, restricted=False).exclude(raised_by=membership))
    if membership.is_leader:
        brought = Beside.objects.filter(membership=membership, part=Beside.Part.BROUGHT_IN)
        brought_in = brought.order_by().values("escalation")
        ways.append(asks.filter(pk__in=brought_in, state__in=(State.RAISED, State.ACKNOWLEDGED)))
    awaited = voices_awaited_from(membership).values("escalation")
    ways.append(asks.filter(pk__in=awaited, state=State.DECIDING))
    if membership.may(Permission.ROUTE_ASK):
        ways.append(to_do.filter(network=membership.network_id, owner=None, manager=None))
    found = to_do.filter(owner=membership).union(*ways).order_by()
    return asks_for(membership).filter(pk__in=found).order_by("waiting_since", "id")


def voices_awaited_from(membership: Membership) -> QuerySet[Voice]:
    """Return the answers to business cases that the membership, or a leader for whom it acts, has not given."""
    whose = Q(leader=membership)
    if not membership.is_citizen_only:
        whose |= Q(leader__in=leaders_acted_for(membership).values("pk"))
    return Voice.objects.filter(whose, answer="").order_by()


def voices_of(membership: Membership, escalation: Escalation) -> list[Voice]:
    """Return the answers that the membership may give: its own first, then those of leaders for whom it decides."""
    if escalation.raised_by_id == membership.pk:
        return []
    voices = list(escalation.voices.all())
    own = [one for one in voices if one.leader_id == membership.pk and membership.is_leader]
    if membership.is_citizen_only:
        return own
    powers = _powers_of(membership)
    return own + [one for one in voices if Delegate.Power.DECIDE in powers.get(one.leader_id, ())]


def _powers_of(membership: Membership) -> dict[int, set[str]]:
    if not hasattr(membership, "powers_read"):  # once a request, for all moves of an ask
        membership.powers_read = powers_for(membership)  # type: ignore[attr-defined]
    return membership.powers_read  # type: ignore[attr-defined]


def attachments_for(membership: Membership) -> QuerySet[Attachment]:
    """Return the files on asks that the membership may see."""
    return Attachment.objects.filter(event__escalation__in=asks_for(membership).values("pk"))


def may_remove_file(membership: Membership, attachment: Attachment) -> Answer:
    """Say whether the membership may take a file away from an ask that it sees."""
    if attachment.event.by_id == membership.pk or membership.is_staff:
        return YES
    return no(f"{attachment.event.by}, who attached it, or network staff take this file away.")


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


def cases_for(membership: Membership) -> QuerySet[BusinessCase]:
    """Return the business cases that the membership may see: those it sees as asks, and drafts of its own teams."""
    cases = BusinessCase.objects.filter(network=membership.network_id)
    if membership.is_evaluator_only or not membership.roles:
        return cases.none()
    put = Q(escalation__in=asks_for(membership).order_by().values("pk"))
    draft = Q(escalation=None)
    if not membership.is_staff:
        team = TeamMember.objects.filter(membership=membership, left_on=None).order_by()
        draft &= Q(project__in=team.values("project"))
    return cases.filter(put | draft)


def may_see_meeting(membership: Membership) -> bool:
    """Whether the membership sees the agenda of the network table: leaders who sit there, and staff, who prepare it."""
    return membership.is_staff or (membership.is_leader and membership.at_table)


def may_write_case(membership: Membership, project: PathwayProject) -> Answer:
    """Say whether the membership may draft, change and put business cases of the project: its team, while work on it
    goes on."""
    if membership.may(Permission.RAISE_ASK) and _may_ask_for(membership, project):
        return YES
    return no("Only the project’s team writes its business cases, while work on it goes on.")


def may_raise(membership: Membership, project: PathwayProject | None = None) -> Answer:
    """Say whether the membership may raise an ask, for the project if one is given."""
    if not membership.may(Permission.RAISE_ASK):
        return no("Ask through somebody of your project’s team.")
    if project is not None and not _may_ask_for(membership, project):
        return no("Only its team asks for a project, while work on it goes on.")
    return YES


def may_see_routes(membership: Membership) -> bool:
    """Whether the membership may look up where any ask goes and how long it may wait: staff, who set it, and leaders,
    whom it binds."""
    return membership.may(Permission.MANAGE_NETWORK) or membership.may(Permission.DECIDE_ASK)


def may_see_figures(membership: Membership) -> bool:
    """Whether the membership may see how asks are answered: all but who is a citizen partner alone."""
    return membership.may(Permission.SEE_PEOPLE) or membership.may(Permission.SEE_NUMBERS)


def sees_all_figures(membership: Membership) -> bool:
    """Whether the membership sees organisations side by side: staff, and all once the network decided so."""
    return membership.may(Permission.MANAGE_NETWORK) or membership.network.compares_organisations


def figures_for(membership: Membership, *, side_by_side: bool = True) -> QuerySet[AskFigures]:
    """Return the figures of asks of which the membership may see what `sight` shows: the network's total and its
    own organisation's; or all, unless they are not to stand side by side."""
    figures = AskFigures.objects.filter(network=membership.network_id)
    if not may_see_figures(membership):
        return figures.none()
    if side_by_side and sees_all_figures(membership):
        return figures
    own = Post.objects.filter(membership=membership, is_main=True).values(
        place=Coalesce("organisation__succeeded_by", "organisation")
    )
    return figures.filter(Q(organisation=None) | Q(organisation__in=own))


def figures_built_for(membership: Membership) -> QuerySet[FiguresBuilt]:
    """Return as of when the figures are."""
    return FiguresBuilt.objects.filter(network=membership.network_id)


@dataclass(frozen=True)
class Acting:
    """In whose place somebody acts on an ask (`leader`; None: in their own), and whether they may decide."""

    leader: Membership | None = None
    decides: bool = True


def acting_on(membership: Membership, escalation: Escalation) -> Acting | None:
    """Return how the membership may act on an ask as its owner does, None if it may not.

    In this order: the owner, one to whom it climbed, who decides for either of them, who acts for either.
    Nobody acts for somebody else on a restricted ask, or on one that they raised.
    """
    if escalation.raised_by_id == membership.pk:
        return None
    if membership.is_leader and membership.pk == escalation.owner_id:
        return Acting()
    if escalation.owner is None or membership.is_citizen_only:
        return None
    brought = escalation.brought_in
    if membership.is_leader and membership in brought:
        return Acting()
    if escalation.restricted:
        return None
    powers = _powers_of(membership)
    for power in (Delegate.Power.DECIDE, Delegate.Power.ACT):
        for leader in (escalation.owner, *brought):
            if power in powers.get(leader.pk, ()):
                return Acting(leader, decides=power == Delegate.Power.DECIDE)
    return None


def may(membership: Membership, escalation: Escalation, move: Move) -> Answer:
    """Say whether the membership, who sees the ask, may do this to it, whatever state it is in."""
    if move in (Move.COMMENT, Move.ATTACH):
        return YES
    if move in OWNERS_MOVES:
        return _may_act(membership, escalation, move)
    if move == Move.VOICE:
        return _may_voice(membership, escalation)
    if move in MANAGERS_MOVES:
        if escalation.manager_id == membership.pk:
            return YES
        return no("Only the manager who sponsors the team does this, within their day.")
    if move == Move.TAKE:
        if escalation.raised_by_id == membership.pk:
            return no("You raised this ask, so somebody else decides it.")
        return YES if membership.may(Permission.DECIDE_ASK) else no("Only a leader may take an ask.")
    if move in (Move.ROUTE, Move.ELSEWHERE):
        if membership.may(Permission.ROUTE_ASK):
            return YES
        return no("Only network staff bring an ask to somebody else.")
    if move == Move.REOPEN and escalation.state == State.MOVED:
        return YES if membership.may(Permission.ROUTE_ASK) else no("Only network staff bring it back.")
    if move in (*TEAMS_MOVES, Move.REOPEN):
        return _may_speak_for_team(membership, escalation)
    if move == Move.JOIN:
        return _may_join(membership, escalation)
    return no("Nobody does this by hand.")


def _may_act(membership: Membership, escalation: Escalation, move: Move) -> Answer:
    if escalation.raised_by_id == membership.pk:
        return no("You raised this ask, so somebody else decides it.")
    if escalation.owner_id is None:
        if escalation.manager:
            return no(f"{escalation.manager}, who sponsors the team, has a working day to settle it first.")
        return no("Nobody has this ask yet. A leader may take it.")
    acting = acting_on(membership, escalation)
    if acting is None:
        if escalation.owner_id == membership.pk:
            return no("Only a leader answers an ask.")
        return no(f"The ask is with {escalation.owner}, who answers it.")
    if not acting.decides and move not in DELEGATES_MOVES:
        return no(f"{acting.leader} decides this themselves.")
    return YES


def _may_voice(membership: Membership, escalation: Escalation) -> Answer:
    if escalation.raised_by_id == membership.pk:
        return no("You put this business case, so the leaders who are asked decide it.")
    if escalation.state == State.DECIDING and voices_of(membership, escalation):
        return YES
    return no("Only the leaders whom a business case asks answer it, until the last of them has.")


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


def _may_join(membership: Membership, escalation: Escalation) -> Answer:
    if not membership.may(Permission.RAISE_ASK) or membership.is_staff:
        return no("Staff see every ask already.")
    if membership.pk in (escalation.raised_by_id, escalation.owner_id, escalation.sponsor_id):
        return no("You are told of every step of this ask already.")
    return YES


def possible_now(escalation: Escalation, move: Move) -> Answer:
    """Say whether this can be done to the ask now, whoever wants to."""
    if after(move, escalation.state) is None:
        return no(_why_not_now(escalation, move))
    with_manager = escalation.step == Step.MANAGER
    if move in MANAGERS_MOVES and not with_manager:
        return no("The manager’s working day to settle it first is over.")
    if move == Move.TAKE and with_manager:
        return no(f"{escalation.manager} has a working day to settle it first.")
    if move == Move.TAKE and escalation.owner_id is not None:
        return no(f"{escalation.owner} has this ask already.")
    if move == Move.WAIT and not is_about_to_climb(escalation):
        return no("Nobody is about to be brought in now.")
    if move == Move.ASK_AGAIN and any(event.move == move for event in escalation.events.all()):
        return no("This has been asked once more already. You can raise a new ask with what is new.")
    return YES


def is_about_to_climb(escalation: Escalation) -> bool:
    """Whether a time has run out and the first climb is next: the raiser may say "wait"."""
    if escalation.owner_id is None or not escalation.is_undecided:
        return False
    told: bool | None = None  # what the last event says that says anything about it
    for event in reversed(escalation.events.all()):
        if event.move == Move.CLIMB:
            return False
        if told is None and event.move == Move.REMIND:
            told = event.step in (Reminder.ACKNOWLEDGE, Reminder.DECIDE)
        elif told is None and (event.move == Move.WAIT or event.move not in QUIET):
            told = False
        if event.move in BEGINNINGS:
            break
    return bool(told)


def _why_not_now(escalation: Escalation, move: Move) -> str:
    if escalation.state not in OPEN:
        return f"This ask is {State(escalation.state).label.lower()}: only a comment can be added."
    if escalation.state == State.DECIDING:
        return "This is a business case: the leaders who are asked decide it together."
    if move == Move.VOICE:
        return "This is not a business case that is being decided."
    if move == Move.NOT_SETTLED and escalation.state == State.DECLINED:
        return "Ask once more, with something new, instead."
    if escalation.waits_for_team:
        return "This ask has been answered and waits for the team."
    if move in (Move.CONFIRM, Move.NOT_SETTLED, Move.ASK_AGAIN):
        return "This ask has not been answered yet."
    if move in (Move.DONE, Move.CHANGE_PROMISE):
        return "Say first what you promise, and by when."
    if move == Move.WAKE:
        return "This ask is not on hold."
    if move == Move.REOPEN:
        return "This ask is open."
    if escalation.state == State.ACCEPTED:
        return "A promise has been made already."
    if escalation.state == State.ON_HOLD:
        return "This ask is on hold. Take it off hold first."
    return "This ask has had its first reply already."
