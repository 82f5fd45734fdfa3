"""Where the bench works: a database of its own, made before and dropped after, and nobody else's."""

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo


class Refused(Exception):
    """A sentence for whoever started the bench."""


@dataclass(frozen=True)
class Place:
    """A database that is the bench's alone: its kind, and its address."""

    kind: str
    url: str


@contextmanager
def place(url: str) -> Iterator[Place]:
    """Make a database, and drop it at the end: an SQLite file, or the one that `url` names on its PostgreSQL.

    A database that is there already is somebody's, so it is refused.
    """
    if not url:
        with tempfile.TemporaryDirectory(prefix="iocn-bench-") as folder:
            yield Place("sqlite", f"sqlite:///{Path(folder) / 'bench.sqlite3'}")
        return
    parts = urlsplit(url)
    name = parts.path.lstrip("/")
    if parts.scheme not in ("postgres", "postgresql") or not name.endswith("_bench"):
        raise Refused(
            "BENCH_DATABASE_URL must name a PostgreSQL database that ends in _bench and does not exist yet, such"
            " as postgres:///iocn_bench: it is made, filled and dropped."
        )
    server = make_conninfo(url, dbname="postgres")
    with psycopg.connect(server, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            raise Refused(
                f"There is a database {name} already. The bench uses only what it has made: if an earlier"
                f" bench was killed, drop it (dropdb {name}); otherwise choose another name."
            )
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield Place("postgresql", url)
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def prepare(place: Place, var: Path, smtp_port: int) -> None:
    """Set the environment for Django, whatever it was: production, this database, mail to our own sink."""
    for name in list(os.environ):
        if name.startswith(("IOCN_", "DJANGO_")) or name.endswith("_URL"):
            del os.environ[name]
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "iocn.bench.settings",
        "IOCN_MODE": "production",
        "IOCN_VAR": str(var),
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": "localhost",
        "BASE_URL": "https://localhost",
        "DATABASE_URL": place.url,
        "REDIS_URL": "redis://localhost:1/0",  # wanted by production's settings; ours use none
        "EMAIL_URL": f"smtp://127.0.0.1:{smtp_port}?tls=no",
        "EMAIL_FROM": "IOCN <iocn@example.org>",
    }
