"""When somebody leaves, or stops being a leader: what waited on them goes to staff."""

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from iocn.shared.templatetags.components import day
from people.actions.staff_list import add_staff_task
from people.models import Membership, StaffTask
from programmes.escalations.actions.cases import leave_cases
from programmes.escalations.actions.common import lock, name_of, open_promise, write
from programmes.escalations.actions.raising import go_on
from programmes.escalations.models import Beside, Escalation
from programmes.escalations.states import WITH_TEAM, Move, State, Step, after
from programmes.projects.models import TeamMember


def leave_asks(membership: Membership, by: Membership | None) -> None:
    """Give what waited on a member who leaves to staff (people.hooks.membership_closing)."""
    stop_leading_asks(membership, by)
    for escalation in lock(Escalation.objects.filter(manager=membership)):
        go_on(by, escalation, text=f"{membership} has left.")
    answered = Escalation.objects.filter(raised_by=membership, state__in=WITH_TEAM)
    for escalation in lock(answered):
        give_word_to_staff_if_nobody_is_left(escalation, leaving=membership)


def stop_leading_asks(membership: Membership, by: Membership | None) -> None:
    """Give the asks of somebody who stops being a leader to staff (people.hooks.leader_role_ending)."""
    leave_cases(membership, by)
    Beside.objects.filter(membership=membership, escalation__in=Escalation.objects.open()).delete()
    for escalation in lock(Escalation.objects.open().filter(Q(owner=membership) | Q(sponsor=membership))):
        if escalation.owner_id == membership.pk:
            _release(escalation, membership, by)
        else:
            _pass_answerable(escalation, membership, by)


def _release(escalation: Escalation, leaving: Membership, by: Membership | None) -> None:
    """Leave the ask without an owner, and to staff."""
    kind, text = StaffTask.Kind.ASK, f"{name_of(escalation)} waited on {leaving}. Bring it to a leader."
    promise = open_promise(escalation).first()
    if promise is not None:
        promise.ended_at = timezone.now()
        promise.save(update_fields=["ended_at"])
        kind = StaffTask.Kind.PROMISE
        what = "something" if escalation.restricted else f"“{promise.what}”"
        text = f"{escalation.reference}: {leaving} had promised {what} by {day(promise.due_on)}. Bring it to a leader."
    escalation.owner = None
    if escalation.sponsor_id == leaving.pk:
        escalation.sponsor = None
    said = ""
    if escalation.waits_for_owner:
        escalation.waiting_since = timezone.now()
        escalation.hold_until = None
        escalation.step = Step.STAFF
        add_staff_task(kind=kind, subject=escalation, text=text, left_by=leaving)
        said = "Network staff find somebody who can decide it."
    state = after(Move.OWNER_LEFT, escalation.state) or State(escalation.state)
    write(escalation, leaving, Move.OWNER_LEFT, state, text=said, actor=by)


def _pass_answerable(escalation: Escalation, leaving: Membership, by: Membership | None) -> None:
    """Make whoever has the ask answerable for it; if nobody has it, the next leader who gets it will be."""
    escalation.sponsor = escalation.owner
    if escalation.owner is None:
        escalation.save(update_fields=["sponsor"])
        return
    state = State(escalation.state)
    write(escalation, leaving, Move.ANSWERABLE_LEFT, state, to=escalation.owner, actor=by)


def give_word_to_staff_if_nobody_is_left(escalation: Escalation, leaving: Membership | None = None) -> None:
    """Ask staff to say whether an answer settles the ask, if raiser and team have left."""
    raiser = escalation.raised_by
    if raiser.is_active and raiser != leaving:
        return
    if escalation.project_id and not escalation.restricted:
        team = TeamMember.objects.filter(project=escalation.project_id, left_on=None).exclude(
            part=TeamMember.Part.COACH
        )
        others = Membership.objects.active().filter(Exists(team.filter(membership=OuterRef("pk"))))
        if others.exclude(pk__in=[raiser.pk, escalation.owner_id or raiser.pk]).exists():
            return
    add_staff_task(
        kind=StaffTask.Kind.ASK,
        subject=escalation,
        text=f"{name_of(escalation)} has been answered, but whoever asked has left. Say whether that settles it.",
        left_by=raiser,
    )
