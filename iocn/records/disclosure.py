"""All that a network holds about a person or an organisation, as one file: CSV tables and one JSON.

It reads the same registry as redaction, so that a table that is declared is in it.
"""

import csv
import io
import json
import re
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from itertools import batched
from typing import IO, Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldDoesNotExist
from django.db import models, transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.text import slugify

from iocn.records.leavers import names_of
from iocn.records.redaction import find
from iocn.shared.downloads import spreadsheet_safe
from iocn.shared.history import record
from iocn.shared.privacy import Held, registry
from iocn.shared.words import Words
from people.models import Membership, Network, Organisation, Person

# Kept in memory up to here, then in a file of the machine's own that goes when it is sent.
IN_MEMORY = 5 * 1024 * 1024
LINK = re.compile(r"https?://\S+")
type Row = dict[str, str]


@transaction.atomic
def export_about(*, by: Membership, subject: Membership | Organisation) -> IO[bytes]:
    """Return all that the network holds about somebody or an organisation, as staff hand it over after reading it."""
    record(by=by, on=subject, what="made a file of all that is held about them")
    names = names_of(subject) if isinstance(subject, Membership) else [Words(subject.name)]
    named: dict[type[models.Model], set[Any]] = {}
    for place in find(by.network, names):
        named.setdefault(place.held.model, set()).add(place.row.pk)
    tables = {
        held.label: list(_told(held, _rows_about(held, subject, by.network), named.get(held.model, set())))
        for held in registry.values()
        if held.network
    }
    return _file(tables, {"by": by, "subject": subject, "is_own": False})


@transaction.atomic
def export_own(*, by: Membership) -> IO[bytes]:
    """Return what the network holds about the member, for the member: of what others may not all read, what
    the member may read now."""
    record(by=by, on=by, what="downloaded what the network holds about them")
    tables = {}
    for held in registry.values():
        rows = _rows_about(held, by, by.network) if held.network else _rows_of_person(held, by.person)
        if held.seen_by is not None:
            rows = rows.filter(pk__in=held.seen_by(by).values("pk"))
        tables[held.label] = list(_told(held, rows, set()))
    return _file(tables, {"by": by, "subject": by, "is_own": True})


def _rows_about(held: Held, subject: Membership | Organisation, network: Network) -> models.QuerySet[Any]:
    """Return the network's rows that point to the subject."""
    kind = type(subject)
    paths = [*_keys_to(held.model, kind)]
    paths += held.people if kind is Membership else held.organisations
    about = Q(*((path, subject.pk) for path in paths), _connector=Q.OR) if paths else Q(pk__in=[])
    if _has(held.model, "subject_type"):
        about |= Q(subject_type=ContentType.objects.get_for_model(subject), subject_id=subject.pk)
    # A lookup through several rows finds a row more than once, hence by its key.
    found = held.rows(network.pk).filter(about).values("pk")
    return held.model._default_manager.filter(pk__in=found)


def _rows_of_person(held: Held, person: Person) -> models.QuerySet[Any]:
    """Return the rows of what belongs to a person rather than to a network, such as addresses."""
    rows = held.model._default_manager
    if held.model is Person:
        return rows.filter(pk=person.pk)
    paths = _keys_to(held.model, Person)
    return rows.filter(Q(*((path, person.pk) for path in paths), _connector=Q.OR)) if paths else rows.none()


def _keys_to(model: type[models.Model], kind: type[models.Model]) -> list[str]:
    return [field.name for field in model._meta.concrete_fields if field.related_model is kind]


def _has(model: type[models.Model], name: str) -> bool:
    try:
        model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True


def _told(held: Held, rows: models.QuerySet[Any], named: set[Any]) -> Iterator[Row]:
    """Yield each row as headings and texts: those that point to the subject, then those that only name it."""
    concern = set(rows.values_list("pk", flat=True))
    for pks in batched([*sorted(concern), *sorted(named - concern)], 500):
        some = held.model._default_manager.filter(pk__in=pks).fetch_mode(models.FETCH_PEERS)
        # All in memory at once: only then is what they point to read for all of them at once.
        by_pk = {row.pk: row for row in some}
        for pk in pks:
            if row := by_pk.get(pk):
                why = "concerns them" if pk in concern else "names them"
                yield {"why it is here": why, **_row(held, row)}


def _row(held: Held, row: models.Model) -> Row:
    told: Row = {}
    for field in row._meta.concrete_fields:
        if field.name in (*held.never, *held.hidden, "subject_id") or field.related_model is Network:
            continue
        told[str(field.verbose_name)] = _text(held, row, field)
    return told


def _text(held: Held, row: models.Model, field: "models.Field[Any, Any]") -> str:
    if field.name == "subject_type":
        return str(getattr(row, "subject", None) or "")
    if field.choices:
        return str(getattr(row, f"get_{field.name}_display")())
    value = getattr(row, field.name)
    if value is None:
        return ""
    if isinstance(value, Person):
        return value.email  # by which this network knows them, whatever they are called elsewhere
    if isinstance(field, models.DateTimeField):
        return timezone.localtime(value).isoformat(timespec="seconds")
    if isinstance(field, models.JSONField):
        return json.dumps(value, ensure_ascii=False)
    text = str(value)
    # Links in e-mail let in whoever has them.
    return LINK.sub("[link]", text) if held.hides_links else text


def _file(tables: dict[str, list[Row]], context: dict[str, object]) -> IO[bytes]:
    tables = {label: rows for label, rows in sorted(tables.items()) if rows}
    context |= {"now": timezone.now(), "counts": [(label, len(rows)) for label, rows in tables.items()]}
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the response closes it
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("about.txt", render_to_string("records/about.txt", context))
        archive.writestr("all.json", json.dumps(tables, ensure_ascii=False, indent=1))
        for label, rows in tables.items():
            archive.writestr(f"{slugify(label)}.csv", _csv(rows))
    file.seek(0)
    return file


def _csv(rows: Sequence[Row]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(rows[0])
    writer.writerows([spreadsheet_safe(cell) for cell in row.values()] for row in rows)
    return "\ufeff" + text.getvalue()  # Excel needs the mark
