"""Backup, damage, restore: on whichever database the tests run."""

import hashlib
import io
import json
import stat
import threading
import zipfile

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, models, transaction

from iocn.operations import dumps
from people.models import Membership, Network, Upload
from tests import factories
from tests.test_worker import until


def contents() -> dict[str, list[tuple]]:
    """Return every row of every table."""
    with connection.cursor() as cursor:
        found = {}
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1')  # noqa: S608
            found[table] = [
                tuple(bytes(value) if isinstance(value, memoryview) else value for value in row)
                for row in cursor.fetchall()
            ]
        return found


@pytest.fixture
def place(transactional_db):
    """A network with people, a project and a file that waits: text, numbers, dates, JSON and bytes."""
    network = factories.NetworkFactory(slug="larkton", name="Larkton – Health & Care")
    member = factories.MembershipFactory(network=network, name="Zoë O’Brien", roles=["staff"])
    factories.ProjectFactory(network=network)
    Upload.objects.create(
        network=network, by=member, kind="members", name="ä.csv", content=b"\x00\xff;", columns={"a": [1]}
    )
    yield network
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS made_meanwhile")


def run(*command) -> str:
    said = io.StringIO()
    call_command(*map(str, command), stdout=said)
    return said.getvalue()


def damage():
    """What an operator's slip or a bad disk does."""
    Network.objects.update(name="Lost")
    Upload.objects.all().delete()
    with connection.cursor() as cursor:
        # Of PostgreSQL's sequences, too, nothing may be left as it was in between.
        factories.NetworkFactory.create_batch(3)
        cursor.execute("CREATE TABLE made_meanwhile (id integer)")


def test_backup_damage_restore_and_all_is_as_it_was(place, tmp_path):
    before = contents()
    file = tmp_path / "of-today.backup"
    assert str(file) in run("backup", file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["of-today.backup"]

    damage()
    assert "All is as it was on " in run("restore", file, "--replace")
    assert contents() == before
    call_command("migrate", verbosity=0)
    # It can be worked with: the next ids are free, what is unique still is.
    factories.MembershipFactory(network=Network.objects.get(slug="larkton"))
    assert Membership.objects.count() == len(before["people_membership"]) + 1


def test_a_folder_gets_a_file_named_by_the_time(place, tmp_path):
    run("backup", tmp_path)
    [file] = tmp_path.iterdir()
    assert file.match("iocn-20??-??-??-??????.backup")


def test_a_file_that_is_there_is_not_written_over(place, tmp_path):
    file = tmp_path / "kept.backup"
    file.write_text("kept")
    with pytest.raises(CommandError, match=r"exists already\. Choose another name\."):
        run("backup", file)
    assert file.read_text() == "kept"


def test_a_database_that_holds_something_is_replaced_only_if_told_to(place, tmp_path):
    file = tmp_path / "a.backup"
    run("backup", file)
    before = contents()
    with pytest.raises(CommandError, match="The database is not empty"):
        run("restore", file)
    assert contents() == before


def test_a_database_that_was_only_migrated_is_empty(transactional_db):
    assert not dumps.has_rows()
    factories.NetworkFactory()
    assert dumps.has_rows()


def changed(file, *, manifest=None, dump=None):
    """Write the backup anew with another manifest or dump; the checksum fits unless the manifest is given."""
    with zipfile.ZipFile(file) as archive:
        said = json.loads(archive.read("manifest.json"))
        held = archive.read(dumps.name())
    if dump:
        held = dump(held)
        said |= {"sha256": hashlib.sha256(held).hexdigest(), "size": len(held)}
    said |= manifest or {}
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("manifest.json", json.dumps(said))
        archive.writestr(dumps.name(), held)


def flip(file, at):
    content = bytearray(file.read_bytes())
    content[at] ^= 0xFF
    file.write_bytes(content)


OTHER = {"sqlite": "postgresql", "postgresql": "sqlite"}
DAMAGES = {
    "a text": lambda file: file.write_text("Dear diary"),
    "nothing": lambda file: file.write_bytes(b""),
    "somebody's zip file": lambda file: zipfile.ZipFile(file, "w").close(),
    "cut off": lambda file: file.write_bytes(file.read_bytes()[:-300]),
    "a flipped bit": lambda file: flip(file, file.stat().st_size // 2),
    "another checksum": lambda file: changed(file, manifest={"sha256": "0" * 64}),
    "a foreign manifest": lambda file: changed(file, manifest={"what": "a picture"}),
    "a manifest with more in it": lambda file: changed(file, manifest={"and": "more"}),
    "another database": lambda file: changed(file, manifest={"database": OTHER[connection.vendor]}),
    "a newer release": lambda file: changed(file, manifest={"migrations": [["people", "9999_later"]]}),
    "a dump that ends early": lambda file: changed(file, dump=lambda dump: dump[: len(dump) * 9 // 10]),
    "a dump that is none": lambda file: changed(file, dump=lambda dump: b"Dear diary"),
}


@pytest.mark.parametrize("damaged", DAMAGES.values(), ids=DAMAGES)
def test_what_is_damaged_or_foreign_is_refused_with_a_sentence_and_nothing_changes(place, tmp_path, damaged):
    file = tmp_path / "a.backup"
    run("backup", file)
    damage()
    before = contents()
    damaged(file)
    with pytest.raises(CommandError) as refusal:
        run("restore", file, "--replace")
    assert str(refusal.value).endswith("Nothing was changed.")
    assert "Traceback" not in str(refusal.value)
    assert contents() == before


def test_a_file_that_is_not_there_is_a_sentence(transactional_db, tmp_path):
    with pytest.raises(CommandError, match=r"cannot be read: No such file or directory\."):
        run("restore", tmp_path / "nowhere.backup")


def test_a_backup_is_of_one_moment_while_others_go_on_writing(place, tmp_path):
    """Each of two networks' names is the other's, in every transaction; so they are in the backup."""
    factories.NetworkFactory(slug="twin", name=place.name)
    written, stop = [], threading.Event()

    def write():
        try:
            while not stop.is_set():
                with transaction.atomic():
                    for slug in ("larkton", "twin"):
                        Network.objects.filter(slug=slug).update(name=f"Name {len(written)}")
                written.append(1)
        finally:
            connection.close()

    def wait_for_another():
        seen = len(written)
        until(lambda: len(written) > seen, what="another transaction")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            wait_for_another()
            run("backup", tmp_path / f"{number}.backup")
    finally:
        stop.set()
        writer.join(30)
    for number in range(3):
        run("restore", tmp_path / f"{number}.backup", "--replace")
        assert len(set(Network.objects.values_list("name", flat=True))) == 1


def test_no_model_keeps_files_outside_the_database_where_a_backup_would_miss_them():
    outside = [
        str(field)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.FileField)
    ]
    assert not outside, "Let iocn/operations/backups.py take MEDIA_ROOT, too."
