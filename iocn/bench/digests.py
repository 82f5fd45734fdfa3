"""Measures a digest run: gathering, writing and sending, against messages that were built before."""

import smtplib
import time
from collections.abc import Callable
from email import policy
from typing import Any

from django.db import connection
from django.utils import timezone

from iocn.bench.counting import Queries
from iocn.bench.data import Filled
from iocn.digests.actions import write_digests
from iocn.digests.models import DigestRun
from iocn.home import needs
from people.messages import build, send_due
from people.models import Membership, Message, Network

MOST_TIMES, MOST_QUERIES = 5, 10


def measure_digests(filled: Filled, smtp_port: int) -> dict[str, Any]:
    """Write and send the updates of the large network, then send the same messages by smtplib alone."""
    network = Network.objects.get(pk=filled.network)
    Message.objects.filter(kind=Message.Kind.DIGEST).delete()
    DigestRun.objects.all().delete()
    send_due()  # whatever else is due, such as what a measure tells
    now = timezone.now()
    writing, written = _timed(lambda: write_digests(network=network, now=now))
    sending, sent = _timed(send_due)
    mails = [
        build(message)
        for message in Message.objects.filter(kind=Message.Kind.DIGEST).select_related("to__person")
    ]
    built = [(mail.from_email, mail.to, mail.message(policy=policy.SMTP).as_bytes()) for mail in mails]

    def by_smtplib() -> int:
        with smtplib.SMTP("127.0.0.1", smtp_port) as server:
            for sender, to, content in built:
                server.sendmail(sender, to, content)
        return len(built)

    alone, _count = _timed(by_smtplib)
    if not sent == written == len(built):
        raise RuntimeError(f"{written} updates were written, {sent} sent.")
    return {
        "page": "digest run",
        "people": written,
        "gathering_queries": _queries_of_gathering(network, now),
        "writing_s": round(writing, 2),
        "sending_s": round(sending, 2),
        "smtplib_s": round(alone, 2),
        "ratio": round((writing + sending) / alone, 2),
        "most_queries": MOST_QUERIES,
        "most_ratio": MOST_TIMES,
    }


def _timed(work: Callable[[], int]) -> tuple[float, int]:
    begun = time.perf_counter()
    result = work()
    return time.perf_counter() - begun, result


def _queries_of_gathering(network: Network, now: Any) -> int:
    """Return how many queries it takes to read the members and gather what they need."""
    queries = Queries()
    with connection.execute_wrapper(queries):
        members = list(
            Membership.objects.active().filter(network=network, digest_rhythm="weekly").with_roles()
        )
        needs.gather(network, members, now)
    return len(queries.asked)
