"""What is held about people, and in whose words.

Each room declares its tables in its own privacy.py; redaction, disclosure and the tests read the one registry.
A field with text that nobody declared fails tests/shared/test_privacy.py, so that none is forgotten.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models

# What a room may have that nobody wrote and that says nothing about a person needs no word: keys, dates, numbers.
TEXT = (models.CharField, models.TextField, models.JSONField, models.FileField, models.BinaryField)


@dataclass(frozen=True)
class Held:
    """How one table takes part in redaction and disclosure. Fields with choices need not be named."""

    model: type[models.Model]
    # What pages and exports call its rows.
    label: str
    # The lookup from a row to its network; empty for what belongs to a person in all networks.
    network: str = "network"
    # What people wrote: searched by redaction, shown by disclosure.
    words: tuple[str, ...] = ()
    # A person's own name and address: shown, and replaced when the person is anonymised.
    names: tuple[str, ...] = ()
    # Text that no person wrote and that says nothing about one.
    plain: tuple[str, ...] = ()
    # Secrets and the content of files: never shown.
    never: tuple[str, ...] = ()
    # Of the words, those that disclosure leaves out because another field says the same.
    hidden: tuple[str, ...] = ()
    # Whether its links let in whoever has them: disclosure leaves them out.
    hides_links: bool = False
    # The attributes that lead to the thing whose history says that words were removed; "self" is the row.
    thing: str = ""
    # The lookup to the membership whom the row describes: its words go when that person is anonymised.
    # A function where a lookup cannot say it.
    about: str | Callable[[Any], models.QuerySet[Any]] = ""
    # Which of its words go then; empty: all.
    about_words: tuple[str, ...] = ()
    # Whether such a row goes as a whole with the person.
    goes_with_person: bool = False
    # Further lookups to memberships and to organisations that the row concerns; its own foreign keys are known.
    people: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    # For a person's own download: the rows that the membership may read now, where not all of its own are.
    seen_by: Callable[[Any], models.QuerySet[Any]] | None = None
    # For what is not text, such as a file: what it says. Words found there delete the row.
    text_of: Callable[[Any], str] | None = None
    # Says on the row, as a thing, that words were removed: note(by, row, reason). Empty: the shared history.
    note: Callable[[Any, Any, str], None] | None = None

    def rows(self, network_id: int) -> models.QuerySet[Any]:
        """Return the network's rows."""
        return self.model._default_manager.filter(**{self.network: network_id})


def text_fields(model: type[models.Model]) -> Iterator["models.Field[Any, Any]"]:
    """Yield the model's fields that could hold words or names."""
    for field in model._meta.concrete_fields:
        if isinstance(field, TEXT) and not field.choices:
            yield field


registry: dict[type[models.Model], Held] = {}


def declare(*tables: Held) -> None:
    """Enter a room's tables; called from its AppConfig.ready()."""
    for held in tables:
        if held.model in registry:
            raise ValueError(f"{held.model._meta.label} is declared twice.")
        registry[held.model] = held


def follow(row: models.Model, path: str) -> models.Model | None:
    """Return the thing that attributes joined by dots lead to, or None."""
    thing: Any = row
    for name in path.split("."):
        thing = thing if name == "self" else getattr(thing, name, None)
    return thing
