"""A backup: one file with all that the database holds, and a manifest that tells whether it is whole and fits.

It is a zip file of two members, `manifest.json` and the dump. All that people entered is in the database: no
model keeps files outside it (tests/operations/test_backups.py holds that).
"""

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
import zlib
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from iocn.operations import dumps
from iocn.operations.dumps import Trouble
from iocn.operations.health import known_migrations

WHAT = "IOCN backup 1"
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself."""

    what: str
    made_at: str
    database: str
    sha256: str
    size: int
    migrations: list[list[str]]

    @property
    def at(self) -> datetime:
        """When it was made."""
        return datetime.fromisoformat(self.made_at)


def make(file: Path) -> Manifest:
    """Write a backup to the file, which only its owner can read."""
    if file.exists():
        raise Trouble(f"{file} exists already. Choose another name.")
    made_at = timezone.now()
    part = file.with_name(f"{file.name}.part")
    try:
        with tempfile.TemporaryDirectory(dir=file.parent) as folder:
            dump = Path(folder) / dumps.name()
            dumps.take(dump)
            manifest = Manifest(
                what=WHAT,
                made_at=made_at.isoformat(),
                database=connection.vendor,
                sha256=_sha256(dump),
                size=dump.stat().st_size,
                migrations=sorted(map(list, MigrationRecorder(connection).applied_migrations())),
            )
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as output:
                with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
                    archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1))
                    archive.write(dump, dump.name)
                output.flush()
                os.fsync(output.fileno())
        # Under its own name only once it is whole.
        part.rename(file)
    except OSError as error:
        raise Trouble(f"{file} cannot be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)
    return manifest


def restore(file: Path, *, replace: bool) -> Manifest:
    """Put a backup in the place of what the database holds; with rows in it, only if told to `replace` them.

    The file is wholly checked before anything is touched, and then all is put back or nothing.
    """
    with tempfile.TemporaryDirectory() as folder:
        manifest, dump = _checked(file, Path(folder))
        if not replace and dumps.has_rows():
            raise Trouble(
                "The database is not empty. To lose what it holds, say --replace; make a backup of it before."
            )
        dumps.put_back(dump)
    return manifest


def _checked(file: Path, folder: Path) -> tuple[Manifest, Path]:
    """Unpack the backup and return its manifest and dump."""
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = _manifest(archive, file)
            dump = folder / dumps.name()
            with archive.open(dump.name) as packed, dump.open("wb") as output:
                shutil.copyfileobj(packed, output, 1024 * 1024)
    except OSError as error:
        raise Trouble(f"{file} cannot be read: {error.strerror}.") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError) as error:
        raise Trouble(f"{file} is not a backup of IOCN, or it is damaged. Nothing was changed.") from error
    if (dump.stat().st_size, _sha256(dump)) != (manifest.size, manifest.sha256):
        raise Trouble(f"{file} is damaged: its checksum is another. Nothing was changed.")
    return manifest, dump


def _manifest(archive: zipfile.ZipFile, file: Path) -> Manifest:
    try:
        manifest = Manifest(**json.loads(archive.read(MANIFEST)))
    except (ValueError, TypeError) as error:
        raise Trouble(f"{file} is not a backup of IOCN. Nothing was changed.") from error
    if manifest.what != WHAT:
        raise Trouble(f"{file} is not a backup that this IOCN can read. Nothing was changed.")
    if manifest.database != connection.vendor:
        raise Trouble(
            f"{file} is of a {manifest.database} database, and this one is {connection.vendor}."
            " Nothing was changed."
        )
    newer = {tuple(migration) for migration in manifest.migrations} - known_migrations()
    if newer:
        raise Trouble(
            f"{file} was made by a newer IOCN, with the migration {'.'.join(min(newer))}."
            " Upgrade this one first. Nothing was changed."
        )
    return manifest


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
