"""Measures the sweep of asks' clocks, in a process of its own, whose memory is the sweep's alone.

Twice: as each minute, when a few clocks have run out among all that run; and after a change of a network's times,
when every clock of it is read anew.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

NETWORKS, DUE = 1000, 100
PEOPLE = 100  # leaders of the largest, and as many who ask
BATCH = 5000
MOST_SECONDS, MOST_MB = 10, 200


def add_networks(rows: int) -> None:
    """Make so many open asks, a tenth of them in a thousand small networks: pages are measured among these, too."""
    of_a_small_one = max(1, rows // (10 * NETWORKS))
    for number, network in enumerate(_networks()):
        _add(network, of_a_small_one if number else max(1, rows - of_a_small_one * NETWORKS))


def measure_clocks() -> dict[str, Any]:
    """Let clocks run out, and sweep."""
    from people.models import Network
    from programmes.escalations.models import Escalation

    _add(Network.objects.get(slug="clocks-0"), DUE, late=True)
    # A process of its own, with this one's environment: the same database.
    command = [sys.executable, "-m", "iocn.bench.clocks"]
    done = subprocess.run(command, env=dict(os.environ), check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ourselves
    found = json.loads(done.stdout)
    if found.pop("steps") < DUE:
        raise RuntimeError("The sweep has not done what was due.")
    return {
        "page": "clock sweep",
        "open": Escalation.objects.filter(next_due_at__isnull=False).count(),
        "due": DUE,
        **found,
        "most_s": MOST_SECONDS,
        "most_mb": MOST_MB,
    }


def _networks() -> list[Any]:
    """Make the networks, each with leaders and as many who ask: one of each, or in the first as many as a city has."""
    from django.utils import timezone

    from people.models import Membership, Network, Person, RoleHeld

    networks = Network.objects.bulk_create(
        Network(slug=f"clocks-{number}", name=f"Clocks {number}") for number in range(NETWORKS + 1)
    )
    wanted = [
        (network, role, number)
        for network in networks
        for number in range(PEOPLE if network is networks[0] else 1)
        for role in ("leader", "member")
    ]
    people = Person.objects.bulk_create(
        Person(email=f"{role}-{number}-{network.pk}@clocks.example.org", name=f"{role} {number}")
        for network, role, number in wanted
    )
    members = Membership.objects.bulk_create(
        Membership(network=network, person=person, name=person.name, joined_at=timezone.now())
        for (network, _role, _number), person in zip(wanted, people, strict=True)
    )
    RoleHeld.objects.bulk_create(
        RoleHeld(membership=one, role=role)
        for (_network, role, _number), one in zip(wanted, members, strict=True)
    )
    return networks


def _add(network: Any, count: int, *, late: bool = False) -> None:
    """Write so many open asks of the network, whose clocks run; or that have just run out."""
    from django.db.models import Max
    from django.utils import timezone

    from programmes.escalations.models import Escalation, EscalationEvent

    now = timezone.now()
    leaders, nurses = (
        list(network.memberships.filter(roles_held__role=role).order_by("pk"))
        for role in ("leader", "member")
    )
    asks = Escalation.objects.filter(network=network)
    first = (asks.aggregate(most=Max("number"))["most"] or 0) + 1
    for begin in range(0, count, BATCH):
        made = Escalation.objects.bulk_create(
            Escalation(
                network=network,
                number=first + begin + number,
                ask="Access to the pharmacy’s discharge letters",
                background="We ring them up for each patient, which takes an hour a day. " * 5,
                urgency="stopping" if late else "helping",
                state="raised",
                raised_by=nurses[number % len(nurses)],
                # The times to reply and to decide are over; or that to reply, of five working days, is not.
                raised_at=now - (timedelta(days=30) if late else timedelta(hours=number % 60)),
                owner=leaders[number % len(leaders)],
                sponsor=leaders[number % len(leaders)],
                step="sponsor",
                next_due_at=now - timedelta(minutes=1) if late else now + timedelta(days=3),
                version=1,
            )
            for number in range(min(BATCH, count - begin))
        )
        EscalationEvent.objects.bulk_create(
            EscalationEvent(
                escalation=ask,
                move="raise",
                by=ask.raised_by,
                to=ask.owner,
                at=ask.raised_at,
                number=1,
                state="raised",
                step="sponsor",
            )
            for ask in made
        )


def main() -> None:
    """Sweep what is due, then all, and print how long it took and the most memory that it held."""
    import django

    django.setup(set_prefix=False)
    from people.models import Network
    from programmes.escalations.actions import renew_clocks, run_clocks

    def timed(work: Callable[[], int]) -> tuple[int, float]:
        begun = time.perf_counter()
        return work(), round(time.perf_counter() - begun, 2)

    steps, due_s = timed(run_clocks)
    for network in Network.objects.filter(slug__startswith="clocks-"):
        renew_clocks(network)
    _none, all_s = timed(run_clocks)
    sys.stdout.write(json.dumps({"steps": steps, "due_s": due_s, "all_s": all_s, "mb": most_memory()}))


def most_memory() -> int:
    """Return the most memory of this process, in MB. (getrusage tells that of the process that began it.)"""
    status = Path("/proc/self/status").read_text()
    return round(int(status.partition("VmHWM:")[2].split()[0]) / 1024)


if __name__ == "__main__":
    main()
