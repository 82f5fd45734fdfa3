"""Posts, and what a leader can decide on."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from iocn.shared.history import record
from people.actions.organisations import current_organisation, require_leader
from people.actions.staff_list import settle_what_waits
from people.models import Domain, Level, Membership, Organisation, Post, Remit, StaffTask


@transaction.atomic
def add_post(
    *,
    by: Membership | None,
    membership: Membership,
    organisation: Organisation,
    job_title: str,
    level: str,
    is_main: bool = False,
    from_date: date | None = None,
) -> Post:
    """Give the membership a post. The first one is the main one; a new main post takes over from the old."""
    _lock_open(membership)
    current_organisation(membership.network_id, organisation)
    had_main = membership.posts.filter(is_main=True)
    if is_main or not had_main.exists():
        had_main.update(is_main=False)
        is_main = True
    post = Post.objects.create(
        membership=membership,
        organisation=organisation,
        job_title=job_title.strip(),
        level=Level(level),
        is_main=is_main,
        from_date=from_date or timezone.localdate(),
    )
    record(by=by, on=membership, what="added a post", text=f"{post} ({Level(level).label})")
    return post


@transaction.atomic
def change_post(*, by: Membership, post: Post, job_title: str, level: str, is_main: bool) -> Post:
    """Put a post right. Another organisation is another post: end this one and add it."""
    _lock_open(post.membership)
    if is_main and not post.is_current:
        raise ValidationError("A post that has an end cannot be the main one.")
    before = f"{post} ({post.get_level_display()})"
    if is_main and not post.is_main:
        post.membership.posts.filter(is_main=True).update(is_main=False)
    post.job_title, post.level, post.is_main = job_title.strip(), level, is_main or post.is_main
    post.save(update_fields=["job_title", "level", "is_main"])
    after = f"{post} ({post.get_level_display()})"
    record(by=by, on=post.membership, what="changed a post", text=f"{before} → {after}")
    return post


@transaction.atomic
def end_post(*, by: Membership | None, post: Post, until: date) -> None:
    """End a post. When it was the main one, the latest of the others becomes it."""
    _lock_open(post.membership)
    if until < post.from_date:
        raise ValidationError("A post cannot end before it began.")
    was_main, post.is_main, post.until_date = post.is_main, False, until
    post.save(update_fields=["is_main", "until_date"])
    if was_main and (next_main := post.membership.posts.filter(until_date=None).first()):
        next_main.is_main = True
        next_main.save(update_fields=["is_main"])
    record(by=by, on=post.membership, what="ended a post", text=str(post))


@transaction.atomic
def give_remit(
    *, by: Membership | None, membership: Membership, organisation: Organisation, domain: str, order: int = 1
) -> Remit:
    """Say that the leader can decide on a domain of an organisation; with several, the lowest order is asked."""
    require_leader(membership, organisation)
    label = Domain(domain).label
    remit, is_new = Remit.objects.update_or_create(
        membership=membership, organisation=organisation, domain=domain, defaults={"order": order}
    )
    settle_what_waits(by=by, kind=StaffTask.Kind.REMIT, subject=organisation, domain=domain)
    if is_new:
        record(by=by, on=membership, what=f"said that they can decide on {label} at {organisation}")
        record(by=by, on=organisation, what=f"said that {membership} can decide on {label}")
    return remit


@transaction.atomic
def take_remit(*, by: Membership | None, remit: Remit) -> None:
    """Say that the leader no longer decides on it."""
    deleted, _ = Remit.objects.filter(pk=remit.pk).delete()
    if deleted:
        label, organisation, membership = remit.get_domain_display(), remit.organisation, remit.membership
        record(by=by, on=membership, what=f"said that they no longer decide on {label} at {organisation}")
        record(by=by, on=organisation, what=f"said that {membership} no longer decides on {label}")


def _lock_open(membership: Membership) -> None:
    """Lock the membership, and refuse if it has been closed."""
    now = Membership.objects.select_for_update(no_key=True).get(pk=membership.pk)
    if now.closed_at:
        raise ValidationError(f"{membership} has left the network.")
