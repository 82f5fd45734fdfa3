"""Whether the process is alive, and whether it can do its work."""

import logging
from functools import cache

import kombu.exceptions
from celery import current_app
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
    """Say whether all that a request needs is there, and what is missing. Logged when that changes, not each time.

    Without a broker requests are answered all the same. Were that no, a dead Redis would make a load balancer
    take away every web there is.
    """
    database, broker = _database(), _broker()
    troubles = [trouble for trouble in (database, broker) if trouble]
    if troubles != _troubles_before:
        _troubles_before[:] = troubles
        if troubles:
            log.warning("something is missing", extra={"fields": {"troubles": troubles}})
        else:
            log.info("nothing is missing any more")
    return 503 if database else 200, "\n".join(troubles if database else ["ready", *troubles])


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


def _broker() -> str:
    try:
        # Whoever asks waits some seconds at most, and takes silence for a no.
        with current_app.connection_for_write(
            transport_options={"socket_connect_timeout": 1, "socket_timeout": 1}
        ) as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=2)
    except (kombu.exceptions.KombuError, RedisError, OSError):
        return "The broker (Redis) does not answer: e-mail waits, and each process counts attempts to sign in by itself."
    return ""
