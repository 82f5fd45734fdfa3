"""Measures an import of as many rows as the bench has asks, in a process of its own, whose memory is the import's alone.

The file holds the months of many measures, each of an organisation and a part of it, none of which is there before.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from iocn.bench.clocks import most_memory

MONTHS, PARTS = 200, 5
MOST_SECONDS, MOST_MB = 60, 300
COLUMNS = {
    "date": "period",
    "code": "org_code",
    "subgroup": "type",
    "numerator": "breaches",
    "denominator": "attendances",
    "add_up": False,
    "day_first": None,
}
FACTS = {
    "shape": "percentage",
    "unit": "attendances",
    "per": 1000,
    "better": "lower",
    "chart": "xmr",
    "frequency": "month",
}


def measure_import(rows: int, run: int) -> dict[str, Any]:
    """Import a file of so many rows into a network of its own, into new measures in each run."""
    # A process of its own, with this one's environment: the same database.
    command = [sys.executable, "-m", "iocn.bench.imports", str(rows), str(run)]
    done = subprocess.run(command, env=dict(os.environ), check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ourselves
    return {
        "page": "import",
        "imported": rows,
        **json.loads(done.stdout),
        "most_s": MOST_SECONDS,
        "most_mb": MOST_MB,
    }


def _file(rows: int) -> bytes:
    """Return a CSV file of so many rows."""
    lines = ["period,org_code,type,attendances,breaches"]
    for number in range(rows):
        series, month = divmod(number, MONTHS)
        period = f"{2000 + month // 12}-{month % 12 + 1:02}-01"
        lines.append(
            f"{period},B{series // PARTS:03},{series % PARTS},{9000 + number % 977},{400 + number % 89}"
        )
    return "\n".join(lines).encode()


def bringer() -> Any:
    """Return who brings numbers: a member of staff of a network that holds nothing else."""
    from django.utils import timezone

    from people.models import Membership, Network, Person, RoleHeld

    if found := Membership.objects.filter(network__slug="data-in").first():
        return found
    network = Network.objects.create(slug="data-in", name="Data in")
    person = Person.objects.create(email="staff@data-in.example.org", name="Staff")
    made = Membership.objects.create(
        network=network, person=person, name=person.name, joined_at=timezone.now()
    )
    RoleHeld.objects.create(membership=made, role="staff")
    return made


def main() -> None:
    """Import, and print how long each part took and the most memory that it held."""
    import django

    django.setup(set_prefix=False)
    from iocn.shared.tables import Brought, read_csv
    from programmes.measures import actions
    from programmes.measures.imports.staging import LIMITS, read_due
    from programmes.models import Observation

    rows, run = int(sys.argv[1]), sys.argv[2]
    content, by = _file(rows), bringer()

    def timed[Result](work: Callable[[], Result]) -> tuple[Result, float]:
        begun = time.perf_counter()
        return work(), round(time.perf_counter() - begun, 2)

    # As the request of who brings the file, as a worker, and as the request of who confirms.
    brought, bringing = timed(
        lambda: actions.bring(
            by=by, file=Brought(content, name="numbers.csv"), table=read_csv(content, LIMITS)
        )
    )
    facts = {**FACTS, "name": f"Waits of run {run}"}

    def read() -> None:
        actions.choose(brought=brought, choices=COLUMNS, facts=facts)
        read_due()

    _none, reading = timed(read)
    brought.refresh_from_db()
    (added, _changed), applying = timed(
        lambda: actions.apply_import(by=by, brought=brought, stamp=str(brought.claim), add_as="hospital")
    )
    there = Observation.objects.filter(measure__network=by.network_id, measure__name=facts["name"]).count()
    if not added == there == rows:
        raise RuntimeError(f"Of {rows} rows {there} are there.")
    seconds = {"bringing_s": bringing, "reading_s": reading, "applying_s": applying}
    speed = round(rows / max(0.01, sum(seconds.values())))
    sys.stdout.write(json.dumps({**seconds, "rows_per_second": speed, "mb": most_memory()}))


if __name__ == "__main__":
    main()
