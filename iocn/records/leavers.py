"""Replacing who a person was, after they have left a network: what they did stays, by "Former member"."""

import uuid
from collections.abc import Sequence

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone

from iocn.records.holds import is_on_hold
from iocn.records.models import Redaction
from iocn.records.redaction import counts_of, find, note, replace
from iocn.shared.history import record
from iocn.shared.models import History
from iocn.shared.permissions import YES, Answer, no
from iocn.shared.privacy import Held, registry
from iocn.shared.words import MARKS, Words
from people.actions.members import lock_members
from people.models import Membership, MembershipQuerySet, Message, Person

FORMER = "Former member"
IN_TEXTS = ("a former member", *MARKS)


def may_anonymise(membership: Membership) -> Answer:
    """Whether who they were can be replaced now."""
    if membership.closed_at is None:
        return no(f"{membership} is still here. Close the membership first.")
    if membership.anonymised_at:
        return no("Who they were has been replaced already.")
    if is_on_hold(membership):
        return no(f"{membership} is on hold. End the hold under Records first.")
    return YES


def names_of(membership: Membership) -> list[Words]:
    """Return by which names the network knows them: now, earlier, and their address; the longest first."""
    changes = History.objects.of(membership).filter(what="changed their name").values_list("text", flat=True)
    names = {membership.name, membership.person.email, *(text.partition(" → ")[0] for text in changes)}
    found = [words for words in map(Words, names) if words.is_long_enough]
    return sorted(found, key=lambda words: (-len(words.text), words.text))


def namesakes_of(membership: Membership) -> MembershipQuerySet:
    """Return the network's other members of the same name: texts may mean them."""
    others = Membership.objects.filter(network_id=membership.network_id).exclude(pk=membership.pk)
    return others.filter(name__iexact=membership.name)


@transaction.atomic
def anonymise(*, by: Membership | None, membership: Membership, reason: str, in_texts: bool) -> Redaction:
    """Replace who they were by "Former member", and with `in_texts` their names wherever somebody wrote them.

    What describes them goes: job titles, e-mail to them, remarks. Their sign-in goes too, unless another network
    still holds them. Raises ValidationError with the reason if it cannot be done now.
    """
    lock_members(membership.network_id)
    member = Membership.objects.select_for_update(no_key=True, of=("self",)).get(pk=membership.pk)
    if not (answer := may_anonymise(member)):
        raise ValidationError(answer.reason)
    names = names_of(member)
    if any(words.are_in(reason) for words in names):
        raise ValidationError("The reason stays: write it without their name.")
    found = _forget(member)
    places = find(member.network, names, lock=True) if in_texts else []
    things = replace(places, names, IN_TEXTS)
    for label, number in counts_of(places).items():
        found[label] = found.get(label, 0) + number
    _give_another_person(member)
    redaction = Redaction.objects.create(
        network_id=member.network_id,
        kind=Redaction.Kind.PERSON,
        membership=member,
        by=by,
        reason=reason,
        places=sum(found.values()) + 1,
        found=found,
    )
    record(by=by, on=member, what="replaced who they were: now a former member", text=reason)
    for thing in things:
        if thing != member:
            note(by=by, thing=thing, text=reason)
    return redaction


def _forget(member: Membership) -> dict[str, int]:
    """Empty or delete what describes them; return how many rows of which kind."""
    found = {}
    for held in registry.values():
        if not held.about:
            continue
        rows = (
            held.about(member)
            if callable(held.about)
            else held.model._default_manager.filter(**{held.about: member})
        )
        number = _delete(rows) if held.goes_with_person else _empty(held, rows)
        if number:
            found[held.label] = number
    return found


def _delete(rows: models.QuerySet[models.Model]) -> int:
    return rows.delete()[0]


def _empty(held: Held, rows: models.QuerySet[models.Model]) -> int:
    names: Sequence[str] = held.about_words or held.words
    emptied = []
    for row in rows.select_for_update(of=("self",), no_key=True).order_by("pk"):
        full = [name for name in names if getattr(row, name)]
        for name in full:
            may_be_empty = getattr(row._meta.get_field(name), "blank", False)
            setattr(row, name, "" if may_be_empty else MARKS[0])
        if full:
            emptied.append(row)
    held.model._default_manager.bulk_update(emptied, names, batch_size=200)
    return len(emptied)


def _give_another_person(member: Membership) -> None:
    """Let the membership belong to a person without an address who can never sign in.

    So no page, list or export of this network can show the address any more, whatever other networks hold; and
    nobody here learns whether another one does.
    """
    person = Person.objects.select_for_update().get(pk=member.person_id)
    member.person = Person.objects.create(
        email=f"{uuid.uuid4().hex}@former.invalid", name=FORMER, is_active=False, password=make_password(None)
    )
    member.name, member.anonymised_at = FORMER, timezone.now()
    member.save(update_fields=["person", "name", "anonymised_at"])
    if not person.memberships.exists():
        Message.objects.filter(address=person.email).delete()
        person.delete()
