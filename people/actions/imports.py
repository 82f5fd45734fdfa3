"""Bringing many members in at once."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from iocn.shared.history import record_many
from iocn.shared.tables import read_csv
from people.actions.members import Invite, invite_many, lock_members
from people.member_import import Outcome, Plan, PlannedRow, make_plan
from people.models import Membership, Post, Upload


class PlanChanged(Exception):
    """What the person confirmed is not what would happen now; `plan` is."""

    def __init__(self, plan: Plan) -> None:
        super().__init__("What this file does has changed since you looked at it.")
        self.plan = plan


def keep_upload(*, by: Membership, name: str, content: bytes, columns: dict[str, str]) -> Upload:
    """Keep a file of members, as CSV, until it is confirmed or discarded. Not in the history: nothing is changed yet."""
    return Upload.objects.create(
        network_id=by.network_id,
        by=by,
        kind=Upload.Kind.MEMBERS,
        name=name[:200],
        content=content,
        columns=columns,
    )


@transaction.atomic
def import_members(*, by: Membership, upload: Upload, seen: str) -> Plan:
    """Do what the file's preview said, all or nothing, and forget the file. `seen` is the plan's fingerprint.

    Raises ValidationError if somebody confirmed it before, PlanChanged if the same file does something else by
    now or holds a wrong row.
    """
    lock_members(by.network_id)
    now = Upload.objects.select_for_update().filter(pk=upload.pk, by=by, kind=Upload.Kind.MEMBERS).first()
    if now is None:
        raise ValidationError("This file has been imported already.")
    plan = make_plan(by.network, read_csv(bytes(now.content)), now.columns)
    if not plan.is_right or plan.fingerprint != seen:
        raise PlanChanged(plan)
    _invite(by, plan)
    _change([row for row in plan.rows if row.outcome == Outcome.CHANGE], by)
    now.delete()
    return plan


def _invite(by: Membership, plan: Plan) -> None:
    invites = [
        Invite(row.email, row.name, row.roles, row.organisation, row.job_title, row.level)
        for row in plan.rows
        if row.outcome in (Outcome.ADD, Outcome.AGAIN)
    ]
    if invites:
        invite_many(by=by, network=by.network, invites=invites)


def _change(rows: list[PlannedRow], by: Membership) -> None:
    """Change names of those awaited, and main posts. Another organisation is another post: the old one ends."""
    posts = {
        post.membership_id: post
        for post in Post.objects.filter(membership__network_id=by.network_id, is_main=True)
    }
    today = timezone.localdate()
    named, changed, ended, new = [], [], [], []
    for row in rows:
        member, main = row.membership, posts.get(row.membership.pk) if row.membership else None
        if member is None:
            continue
        if not member.joined_at and member.name != row.name:
            member.name = row.name
            named.append(member)
        if row.organisation is None:
            continue
        if main and main.organisation_id == row.organisation.pk:
            main.level, main.job_title = row.level, row.job_title or main.job_title
            changed.append(main)
            continue
        if main:
            main.is_main, main.until_date = False, max(today, main.from_date)
            ended.append(main)
        new.append(
            Post(
                membership=member,
                organisation=row.organisation,
                job_title=row.job_title,
                level=row.level,
                is_main=True,
            )
        )
    Membership.objects.bulk_update(named, ["name"], batch_size=500)
    Post.objects.bulk_update(changed, ["level", "job_title"], batch_size=500)
    Post.objects.bulk_update(ended, ["is_main", "until_date"], batch_size=500)
    Post.objects.bulk_create(new)
    what_changed = {
        row.membership.pk: "\n".join(f"{label}: {old or '–'} → {new}" for label, old, new in row.changes)
        for row in rows
        if row.membership
    }
    record_many(
        by=by,
        on=[row.membership for row in rows if row.membership],
        what="changed them by an import",
        text=lambda member: what_changed[member.pk],
    )
