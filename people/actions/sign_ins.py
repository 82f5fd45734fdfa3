"""Signing in and out: what is noted, and what ends it. The operator's own acts have no `by`."""

from importlib import import_module

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from iocn.shared.history import record
from people.actions.staff_list import add_staff_task
from people.models import Membership, Person, SignIn, SignInQuerySet, StaffTask
from people.organisation_sign_in import unlink
from people.second_factor import authenticators_of


def note_sign_in(
    *, person: Person, method: str, second_factor: str, device: str, address: str | None, session_key: str
) -> SignIn:
    """Note that a person has signed in."""
    return SignIn.objects.create(
        person=person,
        method=method,
        second_factor=second_factor,
        device=device,
        address=address,
        session_key=session_key,
    )


@transaction.atomic
def end_sign_ins(sign_ins: SignInQuerySet) -> int:
    """End these sign-ins: their devices are signed out with their next click. Return how many were ended."""
    sessions = import_module(settings.SESSION_ENGINE).SessionStore()
    found = list(sign_ins.filter(ended_at=None))
    for sign_in in found:
        if sign_in.session_key:
            sessions.delete(sign_in.session_key)
    ids = [sign_in.pk for sign_in in found]
    SignIn.objects.filter(pk__in=ids).update(ended_at=timezone.now(), session_key="")
    return len(found)


@transaction.atomic
def deactivate_person(*, person: Person, reason: str) -> None:
    """End a person's sign-in in all networks, at once. Their networks' staff are asked to give what waits on
    them to others; the memberships are the networks' to close."""
    person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    end_sign_ins(SignIn.objects.filter(person=person))
    if not person.is_active:
        return
    person.is_active = False
    person.save(update_fields=["is_active"])
    for membership in _memberships(person):
        record(by=None, on=membership, what="(who runs it) ended their sign-in", text=reason)
        add_staff_task(
            kind=StaffTask.Kind.MEMBER,
            subject=membership,
            text=f"{membership} can no longer sign in: whoever runs this service has ended it. If they do not"
            " come back, close the membership, so that what waits on them goes to others.",
        )


@transaction.atomic
def reactivate_person(*, person: Person, reason: str) -> None:
    """Let a person sign in again."""
    person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    if person.is_active:
        return
    person.is_active = True
    person.save(update_fields=["is_active"])
    for membership in _memberships(person):
        record(by=None, on=membership, what="(who runs it) lets them sign in again", text=reason)


@transaction.atomic
def remove_second_factors(*, person: Person, reason: str) -> None:
    """Take away a person's app, passkeys and recovery codes, which they have lost, and sign them out everywhere."""
    person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    end_sign_ins(SignIn.objects.filter(person=person))
    authenticators_of(person).delete()
    for membership in _memberships(person):
        record(by=None, on=membership, what="(who runs it) took their second step away", text=reason)


@transaction.atomic
def unlink_organisation_sign_in(*, person: Person, reason: str) -> None:
    """Let the account at the organisation's sign-in open this account no longer; another with the same verified
    address may be linked instead."""
    person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    end_sign_ins(SignIn.objects.filter(person=person))
    unlink(person)
    for membership in _memberships(person):
        record(
            by=None, on=membership, what="(who runs it) unlinked their organisation’s sign-in", text=reason
        )


def _memberships(person: Person) -> list[Membership]:
    return list(Membership.objects.current().filter(person=person).select_related("network"))
