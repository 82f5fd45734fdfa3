"""No table, and no field that could hold words or names, is forgotten by redaction and disclosure."""

from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

from iocn.records.privacy import NOT_DECLARED
from iocn.shared.privacy import registry, text_fields
from people.models import Membership

MODELS = apps.get_models(include_auto_created=True)
DECLARED = sorted(registry.values(), key=lambda held: held.model._meta.label)


def test_every_table_is_declared_or_says_why_not():
    left_out = {model._meta.label for model in MODELS if model not in registry}
    left_out = {label for label in left_out if not label.startswith("auth.Group_")}
    assert left_out == set(NOT_DECLARED), (
        "Say in the room's privacy.py what the table holds about people (iocn.shared.privacy.Held)."
    )


@pytest.mark.parametrize("held", DECLARED, ids=lambda held: held.model._meta.label)
def test_every_field_with_text_is_declared_once(held):
    said = [*held.words, *held.names, *held.plain, *held.never]
    assert sorted(said) == sorted({field.name for field in text_fields(held.model)} | set(held.never)), (
        "Say of each field whether it holds words, names, plain text, or what is never shown."
    )
    assert len(said) == len(set(said))


@pytest.mark.parametrize("held", DECLARED, ids=lambda held: held.model._meta.label)
def test_every_lookup_of_a_declaration_works(held, db):
    empty = held.model._default_manager.none()
    assert not empty.filter(**dict.fromkeys([held.network] if held.network else [], 1))
    paths = [
        *held.people,
        *held.organisations,
        *([held.about] if isinstance(held.about, str) and held.about else []),
    ]
    for path in paths:
        assert not empty.filter(**{path: 1})
    for path in [] if held.thing in ("", "self", "subject") else [held.thing]:
        model = held.model
        for name in path.split("."):
            model = model._meta.get_field(name).related_model
        assert model in registry


@pytest.mark.parametrize("held", DECLARED, ids=lambda held: held.model._meta.label)
def test_a_table_that_points_to_a_network_says_so(held):
    points_there = {
        field.related_model
        for field in held.model._meta.concrete_fields
        if isinstance(field, models.ForeignKey)
    }
    if Membership in points_there:
        assert held.network


def test_the_docs_say_of_every_table_what_it_is_for():
    page = (Path(settings.BASE_DIR) / "docs" / "information-governance.md").read_text(encoding="utf-8")
    section = page.partition("## What is held about whom")[2].partition("\n## ")[0]
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("|")][2:]
    told = {label.strip() for cell in cells for label in cell.split(",")}
    assert {held.label for held in DECLARED} <= told, (
        "docs/information-governance.md: add the table to “What is held about whom”."
    )


def test_labels_tell_tables_apart():
    labels = [held.label for held in DECLARED]
    assert len(labels) == len(set(labels))
