"""Whether the process is alive, and whether it can do its work."""

import logging
from functools import cache

import kombu.exceptions
from celery import current_app
from django.core.cache import cache as shared_cache
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

_troubles_before: list[str] = []


def alive() -> tuple[int, str]:
    """Say that the process answers; it looks at nothing else, or a slow database would get it restarted."""
    return 200, "alive"


def ready() -> tuple[int, str]:
    """Say whether all that a request needs is there, and what is not. Logged when that changes, not each time."""
    troubles = [trouble for trouble in (_database(), _cache(), _broker()) if trouble]
    if troubles != _troubles_before:
        _troubles_before[:] = troubles
        if troubles:
            log.warning("not ready", extra={"fields": {"troubles": troubles}})
        else:
            log.info("ready again")
    return (503, "\n".join(troubles)) if troubles else (200, "ready")


def _database() -> str:
    try:
        applied = MigrationRecorder(connection).applied_migrations()
    except (Error, OSError):
        connection.close()
        return "The database does not answer."
    if known_migrations() - applied.keys():
        return "The database is older than the program: run `manage.py migrate`."
    return ""


@cache
def known_migrations() -> frozenset[tuple[str, str]]:
    """Return the migrations that this program knows; they are read once."""
    return frozenset(MigrationLoader(None).disk_migrations or ())


def _cache() -> str:
    try:
        shared_cache.get("readyz")
    except (RedisError, OSError):
        return "The cache (Redis) does not answer."
    return ""


def _broker() -> str:
    try:
        with current_app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=2)
    except (kombu.exceptions.KombuError, RedisError, OSError):
        return "The broker, which wakes the workers, does not answer."
    return ""
