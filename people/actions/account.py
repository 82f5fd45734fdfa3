"""What a person changes for themselves."""

from django.db import transaction
from django.utils import timezone

from iocn.shared.history import record
from people.models import Membership, Message, Person


@transaction.atomic
def change_own_settings(
    *,
    by: Membership,
    name: str,
    digest_rhythm: str,
    mail_about_asks: bool,
    mail_about_numbers: bool = True,
    mail_about_concerns: bool = True,
) -> None:
    """Change one's own name, in every network joined, and which e-mail comes from this one."""
    person = Person.objects.select_for_update(no_key=True).get(pk=by.person_id)
    name = name.strip()
    if name != person.name:
        before = person.name
        person.name = name
        person.save(update_fields=["name"])
        joined = Membership.objects.active().filter(person=person).order_by("pk")
        for membership in joined:
            membership.name = name
            record(by=membership, on=membership, what="changed their name", text=f"{before} → {name}")
        joined.update(name=name)
    wanted = {
        "digest_rhythm": digest_rhythm,
        "mail_about_asks": mail_about_asks,
        "mail_about_numbers": mail_about_numbers,
        "mail_about_concerns": mail_about_concerns,
    }
    changed = [key for key, value in wanted.items() if getattr(by, key) != value]
    if changed:
        for key in changed:
            setattr(by, key, wanted[key])
        by.save(update_fields=changed)
        record(by=by, on=by, what="changed which e-mail they get")


_STOPPED: dict[str, tuple[str, object, object]] = {
    Message.Kind.ASK: ("mail_about_asks", False, True),
    Message.Kind.NUMBER: ("mail_about_numbers", False, True),
    Message.Kind.CONCERN: ("mail_about_concerns", False, True),
    Message.Kind.DIGEST: ("digest_rhythm", Membership.Rhythm.NEVER, Membership.Rhythm.WEEKLY),
    Message.Kind.INVITATION: ("refused_mail", True, False),
}


@transaction.atomic
def stop_mail(*, membership: Membership, kind: str) -> None:
    """Stop e-mail of this kind; done by whoever holds the link from such an e-mail."""
    _set_mail(membership, kind, 1, f"stopped e-mail: {Message.Kind(kind).label}")


@transaction.atomic
def take_mail_again(*, membership: Membership, kind: str) -> None:
    """Let e-mail of this kind come again."""
    _set_mail(membership, kind, 2, f"takes e-mail again: {Message.Kind(kind).label}")


def _set_mail(membership: Membership, kind: str, which: int, what: str) -> None:
    field, value = _STOPPED[kind][0], _STOPPED[kind][which]
    membership = Membership.objects.select_for_update(no_key=True).get(pk=membership.pk)
    if getattr(membership, field) != value:
        setattr(membership, field, value)
        membership.save(update_fields=[field])
        record(by=membership, on=membership, what=what)


def is_stopped(membership: Membership, kind: str) -> bool:
    """Whether e-mail of this kind is stopped."""
    field, stopped, _ = _STOPPED[kind]
    return getattr(membership, field) == stopped


def now_joined(membership: Membership, person: Person) -> None:
    """Write that the person is in the network from now on, under their own name. Inside an action."""
    membership.joined_at, membership.name, membership.refused_mail = timezone.now(), person.name, False
    membership.save(update_fields=["joined_at", "name", "refused_mail"])
    record(by=membership, on=membership, what="joined the network")
