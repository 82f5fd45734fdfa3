"""On what the figures were measured."""

import os
import platform
from pathlib import Path

import django
from django.db import connections
from django.utils import timezone

from iocn.bench.server import THREADS


def describe() -> dict[str, str]:
    """Return the machine's and the software's description."""
    database = connections["default"]
    with database.cursor() as cursor:
        cursor.execute("SELECT sqlite_version()" if database.vendor == "sqlite" else "SHOW server_version")
        version = cursor.fetchone()[0]
    return {
        "on": timezone.localdate().isoformat(),
        "machine": f"{_processor()}, {os.cpu_count()} processors, {_memory()} GB of memory, {platform.system()} {platform.release()}",
        "software": f"Python {platform.python_version()}, Django {django.get_version()}, {database.display_name} {version},"
        f" gunicorn with one process of {THREADS} threads",
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _memory() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)
