"""Making and revoking access keys. The view has asked whether the person may."""

import secrets
from datetime import timedelta
from hashlib import sha256

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from iocn.api.models import AccessKey
from iocn.shared.history import record
from people.models import Membership
from programmes.measures.models import Measure
from programmes.projects.models import ProgrammeOfCare

BEGINS = "iocn_"  # so that scanners for leaked secrets can find it
# So often at most it is written that a key was used.
USED_EVERY = timedelta(minutes=5)


def hash_of(key: str) -> str:
    """Return what is kept of a key: it is random and long, so a plain hash tells nothing."""
    return sha256(key.encode()).hexdigest()


@transaction.atomic
def make_key(
    *,
    by: Membership,
    name: str,
    measure: Measure | None = None,
    programme: ProgrammeOfCare | None = None,
) -> str:
    """Make an access key and return it: it is shown once, and nowhere kept."""
    key = BEGINS + secrets.token_urlsafe(32)
    made = AccessKey.objects.create(
        network=by.network,
        measure=measure,
        programme=programme,
        name=name,
        key_hash=hash_of(key),
        made_by=by,
    )
    record(by=by, on=_thing(made), what=f"made the access key “{name}”")
    return key


@transaction.atomic
def revoke_key(*, by: Membership | None, key: AccessKey) -> None:
    """End an access key at once."""
    there = AccessKey.objects.select_for_update().get(pk=key.pk)
    if there.revoked_at is None:
        there.revoked_at, there.revoked_by = timezone.now(), by
        there.save(update_fields=["revoked_at", "revoked_by"])
        record(by=by, on=_thing(there), what=f"revoked the access key “{there.name}”")


def revoke_keys_of(membership: Membership, by: Membership | None) -> None:
    """End the keys of a membership that is being closed (people.hooks.membership_closing)."""
    for key in AccessKey.objects.filter(made_by=membership, revoked_at=None):
        revoke_key(by=by, key=key)


def note_use(key: AccessKey) -> None:
    """Remember that the key was used, without a write for each of many calls."""
    now = timezone.now()
    long_ago = Q(last_used_at=None) | Q(last_used_at__lt=now - USED_EVERY)
    AccessKey.objects.filter(long_ago, pk=key.pk).update(last_used_at=now)


def _thing(key: AccessKey) -> Measure | ProgrammeOfCare:
    thing = key.measure or key.programme
    assert thing is not None  # noqa: S101 - a constraint holds it
    return thing
