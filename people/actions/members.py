"""Who is in a network: invited, joined, with which roles, closed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import batched

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from iocn.shared.history import record, record_many
from people import hooks, invitations, messages
from people.actions.account import now_joined
from people.actions.staff_list import add_staff_task
from people.actions.standing_in import end_as_delegate, end_as_leader, may_act_for_others
from people.models import Level, Membership, Message, Network, Organisation, Person, Post, RoleHeld, StaffTask
from people.organisation_sign_in import is_linked
from people.permissions import Role


@dataclass(frozen=True)
class Invite:
    """Whom to invite: as whoever invites them knows them."""

    email: str
    name: str
    roles: tuple[str, ...] = (Role.MEMBER,)
    organisation: Organisation | None = None
    job_title: str = ""
    level: str = ""


def lock_members(network_id: int) -> None:
    """Let one at a time change who is in the network. Inserts that point to the network do not wait."""
    Network.objects.select_for_update(no_key=True).get(pk=network_id)


# --- Inviting and joining -------------------------------------------------------------------------------


@transaction.atomic
def invite_member(
    *,
    by: Membership | None,
    email: str,
    name: str,
    roles: Iterable[str] = (Role.MEMBER,),
    organisation: Organisation | None = None,
    job_title: str = "",
    level: str = "",
    send: bool = True,
    network: Network | None = None,
) -> Membership:
    """Invite somebody into the network of `by` (an operator names the `network`); a closed membership opens again."""
    network = by.network if by else network
    if network is None:
        raise ValueError("Say which network.")
    invite = Invite(email, name, tuple(roles), organisation, job_title, level)
    return invite_many(by=by, network=network, invites=[invite], send=send)[0]


@transaction.atomic
def invite_many(
    *, by: Membership | None, network: Network, invites: Sequence[Invite], send: bool = True
) -> list[Membership]:
    """Invite all of them, or raise ValidationError and invite none. Returns memberships in the order given.

    In few statements, however many there are. An address that is known in another network makes no difference
    that anyone here can see.
    """
    lock_members(network.pk)
    invites = [_checked(network, invite) for invite in invites]
    people = _people(invites)
    known = memberships_by_email(network, list(people))
    for invite in invites:
        if (membership := known.get(invite.email)) and membership.closed_at is None:
            raise ValidationError(_is_here_already(membership))
    # A second of difference would do; invitations are told apart by their moment.
    now = timezone.now()
    for invite in invites:
        membership = known.get(invite.email) or Membership(network=network, person=people[invite.email])
        if membership.joined_at is None:
            membership.name = invite.name  # who had joined keeps their own name
        membership.invited_at, membership.joined_at = now, None
        membership.closed_at, membership.closed_by = None, None
        known[invite.email] = membership
    memberships = [known[invite.email] for invite in invites]
    back = [membership for membership in memberships if membership.pk]
    new = [membership for membership in memberships if not membership.pk]
    Membership.objects.bulk_update(
        back, ["name", "invited_at", "joined_at", "closed_at", "closed_by"], batch_size=500
    )
    Membership.objects.bulk_create(new)
    _give_roles_and_posts(invites, memberships, back)
    record_many(by=by, on=new, what="invited them")
    record_many(by=by, on=back, what="invited them again")
    if send:
        _send_invitations(memberships, network)
    return memberships


def memberships_by_email(network: Network, emails: Iterable[str]) -> dict[str, Membership]:
    """Return the network's memberships, closed ones too, of these addresses."""
    return {
        membership.person.email: membership
        for some in batched(emails, 500)
        for membership in network.memberships.filter(person__email__in=some).select_related("person")
    }


def _checked(network: Network, invite: Invite) -> Invite:
    """Return the invite as it is kept, or refuse."""
    roles = tuple(Role(role) for role in invite.roles)
    if not roles:
        raise ValidationError("Choose at least one role.")
    organisation = invite.organisation
    if organisation and (organisation.network_id != network.pk or organisation.closed_at):
        raise ValidationError(f"{organisation} is not one of this network’s current organisations.")
    if organisation and not invite.level:
        raise ValidationError("Choose the level of the post.")
    level = Level(invite.level) if organisation else ""
    name, email = invite.name.strip(), invite.email.strip().lower()
    return Invite(email, name, roles, organisation, invite.job_title.strip(), level)


def _people(invites: Sequence[Invite]) -> dict[str, Person]:
    """Return the person of each address, made where nobody has it yet; they have no password until they join."""
    emails = sorted(invite.email for invite in invites)
    people = Person.objects.in_bulk(emails, field_name="email")
    names = {invite.email: invite.name for invite in invites}
    unknown = [email for email in emails if email not in people]
    if unknown:
        # Another network may invite the same address in this very moment.
        Person.objects.bulk_create(
            [Person(email=email, name=names[email], password=make_password(None)) for email in unknown],
            ignore_conflicts=True,
        )
        people |= Person.objects.in_bulk(unknown, field_name="email")
    return people


def _is_here_already(membership: Membership) -> str:
    email = membership.person.email
    if membership.joined_at:
        return f"{membership.name} ({email}) is a member already."
    return f"{membership.name} ({email}) has been invited already. You can send the invitation again."


def _give_roles_and_posts(
    invites: Sequence[Invite], memberships: Sequence[Membership], back: Sequence[Membership]
) -> None:
    # Roles and posts from before do not come back by themselves.
    RoleHeld.objects.filter(membership__in=[membership.pk for membership in back]).delete()
    pairs = list(zip(invites, memberships, strict=True))
    RoleHeld.objects.bulk_create(
        RoleHeld(membership=membership, role=role) for invite, membership in pairs for role in invite.roles
    )
    Post.objects.bulk_create(
        Post(
            membership=membership,
            organisation=invite.organisation,
            job_title=invite.job_title,
            level=invite.level,
            is_main=True,
        )
        for invite, membership in pairs
        if invite.organisation
    )


@transaction.atomic
def send_invitation_again(*, by: Membership, membership: Membership) -> None:
    """Send a new invitation; the link of the one before stops working."""
    membership = (
        Membership.objects.select_for_update(no_key=True, of=["self"])
        .select_related("network")
        .get(pk=membership.pk)
    )
    if membership.closed_at or membership.joined_at:
        raise ValidationError(f"{membership} is not awaited: they have joined, or left.")
    if membership.refused_mail:
        raise ValidationError(
            f"{membership} stopped invitations from this network by the link in the e-mail. Speak to them first."
        )
    membership.invited_at = timezone.now()
    membership.save(update_fields=["invited_at"])
    record(by=by, on=membership, what="sent the invitation again")
    _send_invitations([membership], membership.network)


def _send_invitations(memberships: Sequence[Membership], network: Network) -> None:
    messages.send_letters(
        messages.letter(
            membership,
            kind=Message.Kind.INVITATION,
            cause=f"invitation:{membership.invited_at:%Y%m%d%H%M%S%f}",
            subject=f"Join {network.name}",
            paragraphs=[
                f"Dear {membership.name},",
                f"You are invited to join {network.name}. Its organisations work together on improving"
                " health and care: you see the projects, log what was tried, and ask for what a team"
                " cannot settle itself.",
                "The link works for 14 days and only for you.",
            ],
            link=invitations.path(membership),
            link_label="Join the network",
            why=f"You get this e-mail because the staff of {network.name} invited this address.",
        )
        for membership in memberships
        if messages.wants(membership, Message.Kind.INVITATION)
    )


@transaction.atomic
def accept_invitation(membership: Membership) -> Membership:
    """Join, as the invited person. Joining twice is joining once."""
    membership = (
        Membership.objects.select_for_update(no_key=True, of=["self"])
        .select_related("person", "network")
        .get(pk=membership.pk)
    )
    if membership.closed_at:
        raise ValidationError("This invitation has been withdrawn.")
    if not membership.person.is_active:
        raise ValidationError(
            "Your sign-in has been ended by whoever runs this service. Speak to them first."
        )
    if not membership.joined_at:
        now_joined(membership, membership.person)
    return membership


@transaction.atomic
def join(*, membership: Membership, name: str, password: str) -> Membership:
    """Join as somebody who was not known anywhere: with one's own name and a new password."""
    person = Person.objects.select_for_update(no_key=True).get(pk=membership.person_id)
    if person.has_usable_password() or is_linked(person):
        raise ValidationError("You have an account already. Sign in to join.")
    person.name = name.strip()
    person.set_password(password)
    person.save(update_fields=["name", "password"])
    return accept_invitation(membership)


# --- Roles ----------------------------------------------------------------------------------------------


@transaction.atomic
def set_roles(*, by: Membership | None, membership: Membership, roles: Iterable[str]) -> None:
    """Give the membership these roles and no others. Who stops being a leader keeps no remit."""
    wanted = {Role(role) for role in roles}
    if not wanted:
        raise ValidationError("Choose at least one role.")
    lock_members(membership.network_id)
    now = _locked(membership)
    if now.closed_at:
        raise ValidationError(f"{membership} has left the network.")
    held = now.roles
    if wanted == held:
        return
    if Role.STAFF in held - wanted:
        _keep_one_staff_member(now)
    now.roles_held.filter(role__in=held - wanted).delete()
    RoleHeld.objects.bulk_create(RoleHeld(membership=now, role=role) for role in wanted - held)
    membership.__dict__.pop("roles", None)
    membership.__dict__.pop("role_keys", None)
    now.__dict__.pop("roles", None)
    for set_hook in hooks.roles_set:
        set_hook(now, by)
    if Role.LEADER in held - wanted:
        for hook in hooks.leader_role_ending:
            hook(now, by)
        _free_remits_and_sponsorships(now, by)
        _leave_table(now, by)
        end_as_leader(now, by)
    if not may_act_for_others(now):
        end_as_delegate(now, by)
    labels = ", ".join(role.label for role in Role if role in wanted)
    record(by=by, on=now, what="set their roles", text=labels)


@transaction.atomic
def set_at_table(*, by: Membership | None, membership: Membership, at_table: bool) -> None:
    """Give a leader a seat at the network table, or take it away."""
    now = _locked(membership)
    if at_table and not (now.is_active and now.is_leader):
        raise ValidationError(
            f"{membership} is not a leader of this network, or has not joined yet: only leaders sit at the table."
        )
    if now.at_table == at_table:
        return
    now.at_table = membership.at_table = at_table
    now.save(update_fields=["at_table"])
    record(
        by=by,
        on=now,
        what="gave them a seat at the network table" if at_table else "ended their seat at the network table",
    )


def _leave_table(membership: Membership, by: Membership | None) -> None:
    set_at_table(by=by, membership=membership, at_table=False)
    membership.at_table = False


def _locked(membership: Membership) -> Membership:
    return Membership.objects.select_for_update(no_key=True).get(pk=membership.pk)


def _keep_one_staff_member(membership: Membership) -> None:
    staff = Membership.objects.active().holding(Role.STAFF).filter(network_id=membership.network_id)
    if membership.is_active and not staff.exclude(pk=membership.pk).exists():
        raise ValidationError(
            f"{membership} is the last of the network’s staff. Make somebody else staff first."
        )


# --- Leaving --------------------------------------------------------------------------------------------


@transaction.atomic
def close_membership(*, by: Membership, membership: Membership) -> None:
    """End the membership: no access from now on, and what waits on them goes to the staff's list."""
    lock_members(membership.network_id)
    now = _locked(membership)
    if now.closed_at:
        who = "you have" if now.closed_by_id == by.pk else f"{now.closed_by} has"
        raise ValidationError(f"Nothing was changed: {who} closed {now}’s membership already.")
    if Role.STAFF in now.roles:
        _keep_one_staff_member(now)
    for hook in hooks.membership_closing:
        hook(now, by)
    _free_remits_and_sponsorships(now, by)
    _leave_table(now, by)
    end_as_leader(now, by)
    end_as_delegate(now, by)
    _end_posts(now)
    now.closed_at, now.closed_by = timezone.now(), by
    now.save(update_fields=["closed_at", "closed_by"])
    record(by=by, on=now, what="closed the membership")


def _free_remits_and_sponsorships(membership: Membership, by: Membership | None) -> None:
    """Take what only a leader holds, and ask staff who follows."""
    for remit in membership.remits.select_related("organisation"):
        label = remit.get_domain_display()
        add_staff_task(
            kind=StaffTask.Kind.REMIT,
            subject=remit.organisation,
            domain=remit.domain,
            text=f"Who can now decide on {label} at {remit.organisation}? {membership} could until now.",
            left_by=membership,
        )
        record(by=by, on=remit.organisation, what=f"ended that {membership} can decide on {label}")
    membership.remits.all().delete()
    for organisation in membership.sponsored_organisations.all():
        add_staff_task(
            kind=StaffTask.Kind.SPONSOR,
            subject=organisation,
            text=f"Who is now executive sponsor of {organisation}? {membership} was until now.",
            left_by=membership,
        )
        record(by=by, on=organisation, what=f"ended {membership}’s executive sponsorship")
    membership.sponsored_organisations.update(executive_sponsor=None)


def _end_posts(membership: Membership) -> None:
    today = timezone.localdate()
    for post in membership.posts.current():
        post.is_main, post.until_date = False, max(today, post.from_date)
        post.save(update_fields=["is_main", "until_date"])
