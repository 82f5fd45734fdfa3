"""Who sees which members and organisations, and who may do what to them.

(Apart from permissions.py, which models.py imports.)
"""

from django.db.models import CharField, Exists, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery

from iocn.shared.permissions import YES, Answer, no
from people import hooks, second_factor
from people.models import (
    Absence,
    AbsenceQuerySet,
    Delegate,
    DelegateQuerySet,
    Level,
    Membership,
    MembershipQuerySet,
    Organisation,
    OrganisationQuerySet,
    Post,
    PostQuerySet,
    RoleHeld,
    SignIn,
    SignInQuerySet,
    StaffTask,
    Upload,
)
from people.permissions import Permission, Role


def listed_members_for(membership: Membership) -> MembershipQuerySet:
    """Return the members whom the membership finds in the list of members.

    Staff: all, also invited and closed. Others: who has joined and not left, but citizen partners only inside
    their own projects. Without the permission: those of one's own teams.
    """
    members = Membership.objects.filter(network_id=membership.network_id)
    if membership.may(Permission.MANAGE_NETWORK):
        return members
    if membership.may(Permission.SEE_PEOPLE):
        other_roles = RoleHeld.objects.filter(membership=OuterRef("pk")).exclude(role=Role.CITIZEN_PARTNER)
        return members.active().filter(Exists(other_roles))
    return _teammates(membership)


def members_for(membership: Membership) -> MembershipQuerySet:
    """Return the members whose pages the membership may open: those listed, its teammates and itself."""
    if membership.may(Permission.MANAGE_NETWORK):
        return listed_members_for(membership)
    seen = Q(pk__in=listed_members_for(membership).values("pk")) | Q(pk=membership.pk)
    if not membership.is_evaluator_only:
        seen |= Q(pk__in=_teammates(membership).values("pk"))
    return Membership.objects.active().filter(seen, network_id=membership.network_id)


def _teammates(membership: Membership) -> MembershipQuerySet:
    members = Membership.objects.active().filter(network_id=membership.network_id)
    if not hooks.teammates or membership.is_evaluator_only:
        return members.none()
    seen = Q()
    for hook in hooks.teammates:
        seen |= Q(pk__in=hook(membership).values("pk"))
    return members.filter(seen)


def leaders_looked_after_by(membership: Membership) -> MembershipQuerySet:
    """Return the leaders whose absences and delegates the membership keeps: for staff all, else itself."""
    leaders = Membership.objects.leaders().filter(network_id=membership.network_id)
    return leaders if membership.may(Permission.MANAGE_NETWORK) else leaders.filter(pk=membership.pk)


def absences_for(membership: Membership) -> AbsenceQuerySet:
    """Return the absences that the membership keeps."""
    return Absence.objects.filter(membership__in=leaders_looked_after_by(membership))


def delegates_for(membership: Membership) -> DelegateQuerySet:
    """Return who acts for the leaders whom the membership looks after."""
    return Delegate.objects.filter(leader__in=leaders_looked_after_by(membership))


def organisations_for(membership: Membership) -> OrganisationQuerySet:
    """Return the network's organisations, closed ones too, or none."""
    organisations = Organisation.objects.filter(network_id=membership.network_id)
    may_see = membership.may(Permission.SEE_PEOPLE) or membership.may(Permission.SEE_NUMBERS)
    return organisations if may_see else organisations.none()


def staff_tasks_for(membership: Membership) -> QuerySet[StaffTask]:
    """Return what waits for the network's staff."""
    tasks = StaffTask.objects.filter(network_id=membership.network_id)
    return tasks if membership.may(Permission.MANAGE_NETWORK) else tasks.none()


def sign_ins_for(membership: Membership) -> SignInQuerySet:
    """Return when the network's members signed in, while they belonged to it: for staff. With whose it is
    (`member_name`, `member_pk`)."""
    here = FilteredRelation(
        "person__memberships", condition=Q(person__memberships__network=membership.network_id)
    )
    sign_ins = SignIn.objects.alias(here=here).filter(
        Q(here__closed_at=None) | Q(here__closed_at__gte=F("at")), here__joined_at__lte=F("at")
    )
    if not membership.may(Permission.MANAGE_NETWORK):
        return sign_ins.none()
    return sign_ins.annotate(member_name=F("here__name"), member_pk=F("here__pk"))


def open_sign_ins_of(person_id: int | None) -> SignInQuerySet:
    """Return where a person is signed in now."""
    return SignIn.objects.open().filter(person=person_id)


def member_uploads_of(membership: Membership) -> QuerySet[Upload]:
    """Return the files of members that the membership itself has brought."""
    return Upload.objects.filter(network_id=membership.network_id, by=membership, kind=Upload.Kind.MEMBERS)


def is_gone(upload: int) -> bool:
    """Whether no such file waits any more, whoever brought it."""
    return not Upload.objects.filter(pk=upload).exists()


def counted_members_for(membership: Membership) -> MembershipQuerySet:
    """Return the active members to be counted, for whoever may see at least numbers about people."""
    members = Membership.objects.active().filter(network_id=membership.network_id)
    may_count = membership.may(Permission.SEE_PEOPLE) or membership.may(Permission.SEE_NUMBERS)
    return members if may_count else members.none()


def lacking_second_factor_for(membership: Membership) -> MembershipQuerySet:
    """Return the members who must have a second factor and have none: for staff, where their network asks."""
    members = Membership.objects.filter(network_id=membership.network_id).select_related("network")
    if not membership.network.second_factor_required or not membership.may(Permission.MANAGE_NETWORK):
        return members.none()
    return second_factor.lacking(members)


def posts_of(members: MembershipQuerySet) -> PostQuerySet:
    """Return the posts that these members hold now."""
    return Post.objects.current().filter(membership__in=members.values("pk"))


def with_main_post_columns(members: MembershipQuerySet) -> QuerySet[Membership]:
    """Annotate the main post's parts, so that a list sorts by them and reads no further row."""
    main = Post.objects.filter(membership=OuterRef("pk"), is_main=True)
    return (
        members.with_roles()
        .annotate(
            email=F("person__email"),
            main_organisation=Subquery(main.values("organisation__name")[:1], output_field=CharField()),
            main_job_title=Subquery(main.values("job_title")[:1], output_field=CharField()),
            main_level=Subquery(main.values("level")[:1], output_field=CharField()),
        )
        .select_related("network")
    )


def may_manage(membership: Membership) -> Answer:
    """Whether the membership administers its network."""
    if membership.may(Permission.MANAGE_NETWORK):
        return YES
    return no("The network’s staff look after members and organisations.")


def may_set_mandates(membership: Membership, organisation: Organisation) -> Answer:
    """Whether the membership may say what teams may do without asking: staff, and the organisation's leaders."""
    if organisation.closed_at:
        return no(f"{organisation} is closed.")
    if membership.may(Permission.MANAGE_NETWORK):
        return YES
    if membership.is_leader and (
        membership.posts.current().filter(organisation=organisation, level=Level.TOP).exists()
        or membership.remits.filter(organisation=organisation).exists()
    ):
        return YES
    return no(f"Leaders of {organisation} and the network’s staff set what teams may do without asking.")
