"""E-mail to people: written as a row in the action's own transaction, sent by a worker.

`tell()` is for an action that has news for somebody. The database decides what is due; `wake()` only tells a
worker to look at once rather than at the next sweep.
"""

import logging
import smtplib
import uuid
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, timedelta
from typing import NotRequired, TypedDict, Unpack
from urllib.parse import urljoin

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives, mailers
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from iocn.shared import waking
from iocn.shared.prepared import prepared
from people.models import Delegate, DelegateQuerySet, Membership, Message, StaffTask

log = logging.getLogger(__name__)

STOP_SALT = "people.stop-mail"
BATCH = 50
ATTEMPTS = 6
# A worker that has held a message for so long is dead: sending has a 20-second limit.
IN_HAND = timedelta(minutes=10)


def absolute(path: str) -> str:
    """Return the web address of a path of ours, for e-mail."""
    return urljoin(settings.BASE_URL, path)


def stop_url(membership: Membership, kind: str) -> str:
    """Return the address that stops e-mail of this kind in one click, without signing anyone in."""
    token = signing.dumps([membership.pk, str(kind)], salt=STOP_SALT, compress=True)
    return absolute(reverse("stop_mail", args=[token]))


class Letter(TypedDict):
    """What `tell` takes."""

    kind: Message.Kind
    cause: str
    subject: str
    paragraphs: Sequence[str]
    link: str
    link_label: str
    why: str
    # Further links of its reader, each with its label: acts that can be chosen in the e-mail. A link never does one.
    # Asked for each reader, as whoever gets a copy may do less than their leader.
    acts: NotRequired[Callable[[Membership], Sequence[tuple[str, str]]]]


def tell(
    membership: Membership,
    *,
    copy: bool = True,
    no_copy_for: Collection[int] = (),
    **letter_of: Unpack[Letter],
) -> None:
    """Write a short e-mail to the membership: paragraphs, one button, and why it came.

    `link` is a path of ours. `cause` names what happened: the same cause never writes to a person twice.
    Whoever stopped e-mail of this kind gets none. About an ask, those who act for a leader and want it get a
    copy: not those of `no_copy_for` (membership ids), who did it or are told of it themselves, and nobody if
    `copy` is False: a restricted ask is for nobody but those named on it.
    """
    letters = [letter(membership, **letter_of)] if wants(membership, letter_of["kind"]) else []
    if copy and letter_of["kind"] == Message.Kind.ASK and membership.is_active:
        letters += [
            letter(delegate, **_copy_for(membership, letter_of))
            for delegate in _who_get_copies(membership)
            if delegate.pk not in no_copy_for
        ]
    if letters:
        send_letters(letters)


def _who_get_copies(leader: Membership) -> list[Membership]:
    """Return who acts for the leader today and gets copies. Who stopped e-mail about asks gets none of these."""
    rows = _with_copies(leader.pk, leader.network.today())
    return [row.delegate for row in rows if wants(row.delegate, Message.Kind.ASK)]


@prepared
def _with_copies(leader_id: int, today: date) -> DelegateQuerySet:
    open_now = Delegate.objects.now(today).filter(leader=leader_id, leader__in=Membership.objects.leaders())
    return open_now.filter(copies_mail=True).select_related("delegate")


def _copy_for(leader: Membership, letter_of: Letter) -> Letter:
    """Return the letter as a copy. Its cause names no leader: who acts for two gets one copy of what both hear."""
    return {
        **letter_of,
        "cause": f"{letter_of['cause']}:copy",
        "subject": f"For {leader}: {letter_of['subject']}",
        "why": f"You get this because you act for {leader}, who gets it too.",
    }


def letter(membership: Membership, **what: Unpack[Letter]) -> Message:
    """Return the e-mail of `tell`, not yet saved."""
    acts = what["acts"](membership) if "acts" in what else ()
    context = {
        **what,
        "link": absolute(what["link"]),
        "acts": [(label, absolute(path)) for label, path in acts],
        "stop": stop_url(membership, what["kind"]),
        "to": membership,
    }
    return compose(membership, what["kind"], what["cause"], what["subject"], "mail/message", context)


def send_letters(letters: Iterable[Message]) -> None:
    """Save many e-mails in few statements, those left out that a cause has written before; who gets them has been
    asked (`wants`)."""
    Message.objects.bulk_create(letters, batch_size=200, ignore_conflicts=True)
    wake()


def compose(
    membership: Membership, kind: str, cause: str, subject: str, template: str, context: dict[str, object]
) -> Message:
    """Return an e-mail from `template`.txt and .html, not yet saved."""
    return Message(
        network_id=membership.network_id,
        to=membership,
        kind=kind,
        cause=cause,
        subject=_one_line(subject),
        text=render_to_string(f"{template}.txt", context),
        html=render_to_string(f"{template}.html", context),
    )


def _one_line(subject: str) -> str:
    # A subject with a line break in it could carry headers of its own, and is refused by Django.
    return " ".join(subject.split())[:200]


def write_account_mail(*, address: str, subject: str, text: str) -> None:
    """Write an e-mail about somebody's account; the page that asked for it does not wait for the mail server."""
    Message.objects.create(
        address=address,
        kind=Message.Kind.ACCOUNT,
        cause=uuid.uuid4().hex,
        subject=_one_line(subject),
        text=text,
    )
    wake()


def wants(membership: Membership, kind: str) -> bool:
    """Whether the membership gets e-mail of this kind now."""
    if kind == Message.Kind.INVITATION:
        return membership.closed_at is None and not membership.refused_mail
    if not membership.is_active:
        return False
    if kind == Message.Kind.ASK:
        return membership.mail_about_asks
    if kind == Message.Kind.NUMBER:
        return membership.mail_about_numbers
    if kind == Message.Kind.CONCERN:
        return membership.mail_about_concerns
    if kind == Message.Kind.DIGEST:
        return membership.digest_rhythm != Membership.Rhythm.NEVER
    return True


def wake() -> None:
    """Ask a worker to send what is due, once the transaction has committed. A dead broker is no error: beat
    sweeps every minute."""
    # Once is enough, however many messages a transaction writes.
    if not any(
        call is _wake_a_worker for _savepoints, call, _robust in transaction.get_connection().run_on_commit
    ):
        transaction.on_commit(_wake_a_worker, robust=True)


def _wake_a_worker() -> None:
    from people.tasks import send_due_messages  # the task imports this module

    waking.wake(send_due_messages)


# --- The worker's side ----------------------------------------------------------------------------------


def send_due() -> int:
    """Send every message that is due; return how many were handed to the mail server.

    Several workers may do so at once: each message is claimed by one of them. A batch shares a connection.
    """
    _sort_out_what_died()
    sent = 0
    while claimed := _claim():
        server = mailers["default"]
        out: Message | None = None  # taken by the mail server, and not yet said so
        try:
            for message in claimed:
                mail = _ready(message, server)
                if mail is None:
                    continue
                begun, out = _begin(message, out), None
                if begun and _hand_over(message, mail, server):
                    out = message
                    sent += 1
        finally:
            if out:
                _set(out, Message.State.SENT)
            server.close()
    return sent


def _claim() -> list[Message]:
    claim, now = uuid.uuid4(), timezone.now()
    with transaction.atomic():
        due = Message.objects.filter(state=Message.State.DUE, due_at__lte=now).order_by("due_at", "id")
        ids = list(due.select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCH])
        Message.objects.filter(pk__in=ids).update(state=Message.State.CLAIMED, claim=claim, state_at=now)
    return list(Message.objects.filter(claim=claim).select_related("to__person").order_by("due_at", "id"))


def _ready(message: Message, server: BaseEmailBackend) -> EmailMultiAlternatives | None:
    """Return the mail, with the server there to take it; None if it is not to be sent, or not now."""
    if message.to and not (message.to.person.is_active and wants(message.to, message.kind)):
        _set(message, Message.State.DROPPED)
        return None
    try:
        mail = build(message)
        server.open()
    except (smtplib.SMTPException, OSError) as error:
        _refused(message, error)
        return None
    return mail


def _begin(message: Message, out: Message | None) -> bool:
    """Say that the server gets this message now, and that it has taken the one before: False if others have it.

    Committed before the mail server hears of it: whoever finds it `sending` later knows that it may be out. Both
    at once, as a commit waits for the disk.
    """
    with transaction.atomic():
        if message.kind == Message.Kind.DIGEST and connection.vendor == "postgresql":
            # A weekly update that comes twice after the database's machine lost its power does no harm.
            connection.cursor().execute("SET LOCAL synchronous_commit TO off")
        if out:
            _set(out, Message.State.SENT)
        return _set(message, Message.State.SENDING, only_from=Message.State.CLAIMED)


def _hand_over(message: Message, mail: EmailMultiAlternatives, server: BaseEmailBackend) -> bool:
    """Give the mail to the server; whether it took it."""
    try:
        server.send_messages([mail])
    except Exception as error:
        server.close()
        if isinstance(error, smtplib.SMTPServerDisconnected | TimeoutError):
            # The connection broke at a moment that does not tell whether the server took it.
            _set(message, Message.State.UNSURE, error=error)
        elif isinstance(error, smtplib.SMTPException | OSError):
            _refused(message, error)
        else:
            log.exception("Message %s cannot be built", message.pk)
            _set(message, Message.State.FAILED, error=error)
        return False
    return True


def build(message: Message) -> EmailMultiAlternatives:
    """Return the message as it goes out: text and HTML parts, and the one-click stop of RFC 8058."""
    headers = {
        "Message-ID": f"<message-{message.pk}.{message.claim}@{settings.BASE_URL.split('://')[1].split(':')[0]}>"
    }
    if message.to:
        headers |= {
            "List-Unsubscribe": f"<{stop_url(message.to, message.kind)}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    address = message.to.person.email if message.to else message.address
    mail = EmailMultiAlternatives(message.subject, message.text, to=[address], headers=headers)
    if message.html:
        mail.attach_alternative(message.html, "text/html")
    return mail


def _refused(message: Message, error: Exception) -> None:
    attempts = message.attempts + 1
    if attempts >= ATTEMPTS:
        _set(message, Message.State.FAILED, error=error, attempts=attempts)
        return
    wait = timedelta(minutes=2**attempts)
    _set(message, Message.State.DUE, error=error, attempts=attempts, due_at=timezone.now() + wait, claim=None)


def _set(
    message: Message,
    state: Message.State,
    *,
    error: Exception | None = None,
    only_from: str = "",
    **fields: object,
) -> bool:
    """Move the message, unless somebody else holds it by now; bodies of account mail go once they are sent."""
    fields |= {"state": state, "state_at": timezone.now(), "error": str(error or "")[:300]}
    if state == Message.State.SENT and message.kind == Message.Kind.ACCOUNT:
        fields["text"] = ""  # it held a link that sets a password
    held = Message.objects.filter(pk=message.pk, claim=message.claim)
    if only_from:
        held = held.filter(state=only_from)
    with transaction.atomic(savepoint=False):
        moved = held.update(**fields)
        if moved and state in (Message.State.FAILED, Message.State.UNSURE) and message.to:
            _give_to_staff(message)
    return bool(moved)


def _give_to_staff(message: Message) -> None:
    StaffTask.objects.create(
        network_id=message.to.network_id,  # type: ignore[union-attr]
        kind=StaffTask.Kind.MESSAGE,
        text=f"An e-mail to {message.to} may not have arrived: {message.subject}"[:300],
        subject=message,
    )


def _sort_out_what_died() -> None:
    """Put back what a dead worker had claimed; what it was sending is unsure, and not sent again blindly."""
    long_ago = timezone.now() - IN_HAND
    Message.objects.filter(state=Message.State.CLAIMED, state_at__lt=long_ago).update(
        state=Message.State.DUE, claim=None, state_at=timezone.now()
    )
    for message in Message.objects.filter(
        Q(state=Message.State.SENDING, state_at__lt=long_ago)
    ).select_related("to"):
        _set(message, Message.State.UNSURE, only_from=Message.State.SENDING)
