"""`make bench`: how fast the pages are, and what numbers that machines put, an import, a digest run and a sweep of
clocks take, as JSON lines.

Variables: ROWS (asks; several sizes with commas between: 1000,10000,100000), OBSERVATIONS (ten times the
asks), RUNS (3), REQUESTS (of each page in each run: 200), PAGES (only those with this in their name, such as home),
MINUTES (of a size: 30, then it ends wherever it is) and BENCH_DATABASE_URL (a PostgreSQL database to make and to drop; without it, an SQLite file).

`python -m iocn.bench --report FILE...` puts such lines into docs/performance.md instead.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from iocn.bench import report
from iocn.bench.places import Place, Refused, place, prepare
from iocn.bench.server import free_port, mail_server


def main() -> None:
    """Measure as the environment's variables say."""
    if sys.argv[1:2] == ["--report"]:
        report.write([Path(name) for name in sys.argv[2:]])
        return
    sizes = os.environ.get("ROWS", "1000,10000,100000").split(",")
    if len(sizes) > 1:
        # A process for each: Django is set up once in a process, for one database.
        for size in sizes:
            command = [sys.executable, "-m", "iocn.bench"]
            environ = {**os.environ, "ROWS": size}
            if subprocess.run(command, env=environ, check=False).returncode:  # noqa: S603 - ourselves
                sys.exit(1)
        return
    rows, runs = _number("ROWS", sizes[0]), _number("RUNS", "3")
    observations, requests = _number("OBSERVATIONS", str(10 * rows)), _number("REQUESTS", "200")
    for number in (signal.SIGTERM, signal.SIGALRM):
        signal.signal(number, _end)
    signal.alarm(60 * _number("MINUTES", "30"))
    try:
        with (
            place(os.environ.get("BENCH_DATABASE_URL", "")) as where,
            tempfile.TemporaryDirectory(prefix="iocn-bench-") as var,
        ):
            port = free_port()
            prepare(where, Path(var), port)
            with mail_server(port):
                _measure(where, rows, observations, runs, requests, port)
    except Refused as refusal:
        sys.exit(str(refusal))


def _number(name: str, default: str) -> int:
    text = os.environ.get(name, default).strip()
    if not text.isdecimal() or int(text) == 0:
        sys.exit(f"{name} must be a whole number above zero; it is {text!r}.")
    return int(text)


def _end(number: int, frame: FrameType | None) -> NoReturn:
    """Leave by way of every `finally`: nothing is left running, and the database is dropped."""
    sys.exit("The time is up (MINUTES)." if number == signal.SIGALRM else 1)


def _measure(where: Place, rows: int, observations: int, runs: int, requests: int, smtp_port: int) -> None:
    import django

    django.setup(set_prefix=False)
    # Only now that there are settings.
    from django.core.management import call_command
    from django.db import connection

    from iocn.bench.api import measure_api
    from iocn.bench.clocks import add_networks, measure_clocks
    from iocn.bench.data import know_what_is_where, load
    from iocn.bench.digests import measure_digests
    from iocn.bench.drawing import measure_drawing
    from iocn.bench.imports import measure_import
    from iocn.bench.machine import describe
    from iocn.bench.pages import measure_pages

    wanted = os.environ.get("PAGES", "")
    common = {"database": where.kind, "rows": rows}
    call_command("migrate", interactive=False, verbosity=0)
    begun = time.monotonic()
    filled = load(rows, observations)
    add_networks(rows)
    know_what_is_where()
    loaded = {"loaded": filled.rows, "loading_s": round(time.monotonic() - begun, 1)}
    _print({**common, **describe(), **loaded})
    connection.close()
    try:
        for run in range(1, runs + 1):
            for result in measure_pages(filled, requests, wanted):
                _print({**common, "run": run, **result})
            if wanted in "chart" and (drawn := measure_drawing(filled)):
                _print({**common, "run": run, **drawn})
            if wanted in "api put":
                _print({**common, "run": run, **measure_api(filled, requests, run)})
            if wanted in "import":
                _print({**common, "run": run, **measure_import(rows, run)})
            if wanted in "digest run":
                _print({**common, "run": run, **measure_digests(filled, smtp_port)})
            if wanted in "clock sweep":
                _print({**common, "run": run, **measure_clocks()})
    finally:
        connection.close()
        if where.kind == "postgresql":
            connection.close_pool()  # type: ignore[attr-defined]


def _print(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
