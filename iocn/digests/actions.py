"""Writing the weekly updates. Sending them is the messages' own business."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from iocn.digests.models import DigestRun
from iocn.home.needs import Section, gather
from people.messages import absolute, compose, send_letters, stop_url, wants
from people.models import Membership, Message, Network

SEVEN = time(7, 0)


def due_since(network: Network, now: datetime) -> datetime:
    """Return the last Monday, 7am in the network's time zone, that is not after `now`."""
    zone = ZoneInfo(network.time_zone)
    local = now.astimezone(zone)
    monday = local.date() - timedelta(days=local.weekday())
    due = datetime.combine(monday, SEVEN, zone)
    return due if due <= now else datetime.combine(monday - timedelta(days=7), SEVEN, zone)


def write_digests(*, network: Network, now: datetime | None = None) -> int:
    """Write this week's updates of a network if nobody has; return how many.

    A worker that was down on Monday writes them when it is back. Two at once: the second waits for the first
    and then finds the week written. A network or a member that is younger than Monday waits for the next.
    """
    now = now or timezone.now()
    since = due_since(network, now)
    with transaction.atomic():
        DigestRun.objects.get_or_create(network=network, monday=since.date())
        run = DigestRun.objects.select_for_update().get(network=network, monday=since.date())
        if run.written_at:
            return 0
        run.messages = _write(network, since, now)
        run.written_at = now
        run.save(update_fields=["messages", "written_at"])
    return run.messages


def _write(network: Network, since: datetime, now: datetime) -> int:
    readers = (
        Membership.objects.active()
        .filter(network=network, digest_rhythm=Membership.Rhythm.WEEKLY, joined_at__lte=since)
        .with_roles()
    )
    people = {reader.pk: reader for reader in readers}
    messages = [
        _message(network, people[pk], sections, since)
        for pk, sections in gather(network, people.values(), now).items()
        if sections and wants(people[pk], Message.Kind.DIGEST)
    ]
    send_letters(messages)
    return len(messages)


def _message(network: Network, reader: Membership, sections: list[Section], since: datetime) -> Message:
    reader.network = network
    subject = _subject(network, sections)
    context: dict[str, object] = {
        "to": reader,
        "subject": subject,
        "sections": sections,
        "base": absolute("/").rstrip("/"),
        "link": absolute(reverse("home:home", args=[network.slug])),
        "link_label": "Open your home page",
        "why": f"You get this every Monday because you are a member of {network}.",
        "stop": stop_url(reader, Message.Kind.DIGEST),
    }
    return compose(reader, Message.Kind.DIGEST, f"digest:{since.date()}", subject, "mail/digest", context)


def _subject(network: Network, sections: list[Section]) -> str:
    """Say the most pressing thing: what waits for an answer before anything else."""
    first = sections[0]
    said = {
        "answer": ("1 ask waits for your answer", "{} asks wait for your answer"),
        "promise": ("1 promise of yours is near its day", "{} promises of yours are near their day"),
        "word": ("1 ask waits for your team’s word", "{} asks wait for your team’s word"),
        "take": ("1 session wants its attendance taken", "{} sessions want their attendance taken"),
    }
    if first.key in said:
        one, many = said[first.key]
        return f"Your update: {one if first.count == 1 else many.format(first.count)}"
    return f"Your update from {network}"
