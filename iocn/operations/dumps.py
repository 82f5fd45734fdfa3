"""Takes all that a database holds into a file, and back: all or nothing, each kind of database by its own means."""

import contextlib
import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
from pathlib import Path
from typing import IO

from django.db import connection

SECONDS_FOR_LOCKS = 30
# What `manage.py migrate` itself fills.
OF_MIGRATE = {"django_migrations", "django_content_type", "auth_permission"}


class Trouble(Exception):
    """What went wrong, as a sentence for the operator."""


def name() -> str:
    """Return the file name of a dump of the configured database."""
    return "database.sqlite3" if connection.vendor == "sqlite" else "database.dump"


def has_rows() -> bool:
    """Whether the database holds anything that `migrate` did not put there."""
    with connection.cursor() as cursor:
        for table in set(connection.introspection.table_names(cursor)) - OF_MIGRATE:
            cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(table)} LIMIT 1")  # noqa: S608
            if cursor.fetchone():
                return True
    return False


def take(target: Path) -> None:
    """Write the database into the file as it is at one moment, while others go on."""
    if connection.vendor == "sqlite":
        _copy(connection.settings_dict["NAME"], target)
    else:
        _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")


def put_back(source: Path) -> None:
    """Put the file in the place of all that the database holds. If it fails, nothing has changed."""
    if connection.vendor == "sqlite":
        _check_sqlite(source)
        connection.close()
        _copy(source, connection.settings_dict["NAME"])
    else:
        _load_postgresql(source)


# --- SQLite ------------------------------------------------------------------------------------------------


def _copy(source: Path | str, target: Path | str) -> None:
    """Copy by SQLite's own means: in one transaction, while others read and write."""
    begun = time.monotonic()

    def wait(status: int, _remaining: int, _total: int) -> None:
        if status == sqlite3.SQLITE_BUSY and time.monotonic() - begun > SECONDS_FOR_LOCKS:
            raise Trouble("The database is in use. Stop web, worker and beat, and try again.")

    reader, writer = sqlite3.connect(source), sqlite3.connect(target)
    try:
        reader.backup(writer, progress=wait)
    except sqlite3.Error as error:
        raise Trouble(f"SQLite could not copy it: {error}.") from error
    finally:
        reader.close()
        writer.close()


def _check_sqlite(source: Path) -> None:
    database = sqlite3.connect(source)
    try:
        sound = database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    except sqlite3.DatabaseError:
        sound = False
    finally:
        database.close()
    if not sound:
        raise Trouble("The database in it is damaged. Nothing was changed.")


# --- PostgreSQL --------------------------------------------------------------------------------------------


def _load_postgresql(source: Path) -> None:
    """Let psql run what pg_restore writes, in one transaction that ends well only if pg_restore did, too.

    pg_restore's own --clean would leave, or stumble over, tables that the dump does not know.
    """
    with connection.cursor() as cursor:
        tables = [connection.ops.quote_name(table) for table in connection.introspection.table_names(cursor)]
    connection.close()
    begin = f"BEGIN; SET LOCAL lock_timeout = '{SECONDS_FOR_LOCKS}s';\n"
    if tables:
        begin += f"DROP TABLE {', '.join(tables)} CASCADE;\n"
    with tempfile.TemporaryFile() as said:
        restore = subprocess.Popen(  # noqa: S603
            [_program("pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(source)],
            stdout=subprocess.PIPE,
            stderr=said,
        )
        psql = _start(
            "psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", stdin=subprocess.PIPE, said=said
        )
        assert restore.stdout is not None  # noqa: S101 - for the type checker
        assert psql.stdin is not None  # noqa: S101
        complete = False
        with contextlib.suppress(BrokenPipeError):  # psql met an error and has left
            psql.stdin.write(begin.encode())
            shutil.copyfileobj(restore.stdout, psql.stdin)
            if restore.wait() == 0:
                psql.stdin.write(b"\nCOMMIT;\n")
                psql.stdin.flush()
                complete = True
        with contextlib.suppress(BrokenPipeError):
            psql.stdin.close()
        restore.stdout.close()
        restore.wait()
        if psql.wait() or not complete:
            raise Trouble(f"{_last_line(said)} Nothing was changed.")


def _run(program: str, *options: str) -> None:
    with tempfile.TemporaryFile() as said:
        if _start(program, *options, said=said).wait():
            raise Trouble(_last_line(said))


def _start(
    program: str, *options: str, said: IO[bytes], stdin: int = subprocess.DEVNULL
) -> "subprocess.Popen[bytes]":
    """Start a program of PostgreSQL's on our database; the password goes by the environment, unseen by `ps`."""
    command, environ = connection.client.settings_to_cmd_args_env(connection.settings_dict, list(options))
    return subprocess.Popen(  # noqa: S603
        [_program(program), "--no-password", *command[1:]],
        env={**os.environ, **(environ or {})},
        stdin=stdin,
        stdout=subprocess.DEVNULL,
        stderr=said,
    )


def _program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise Trouble(f"{name} is not installed. It is in the package postgresql-client.")
    return path


def _last_line(said: IO[bytes]) -> str:
    """Return what PostgreSQL's programs gave as the reason."""
    said.seek(0)
    lines = [line for line in said.read().decode(errors="replace").splitlines() if "error" in line.lower()]
    return f"PostgreSQL: {lines[0].strip().rstrip('.')}." if lines else "PostgreSQL gave no reason."
