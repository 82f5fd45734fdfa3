"""Removing words from a network: everywhere at once, after a preview of every place."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from html import unescape
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils.html import strip_tags

from iocn.records.models import Redaction
from iocn.shared.history import record
from iocn.shared.privacy import Held, follow, registry
from iocn.shared.words import MARKS, Words, texts_in
from people.actions.members import lock_members
from people.models import Membership, Network

# How much of the text a preview shows on each side of the words.
AROUND = 60


@dataclass
class Place:
    """A field of a row that has the words. A file that has them goes as a whole: its field is empty."""

    held: Held
    row: models.Model
    field: str
    text: str

    @property
    def label(self) -> str:
        """What kind of thing it is, as the page says it."""
        return self.held.label

    @property
    def key(self) -> tuple[str, Any, str]:
        return self.held.label, self.row.pk, self.field

    @property
    def thing(self) -> str:
        """Which thing it belongs to."""
        thing = follow(self.row, self.held.thing) if self.held.thing else None
        return str(thing) if thing is not None else ""


@dataclass(frozen=True)
class Line:
    """A place as the preview shows it: the words in their surroundings."""

    label: str
    thing: str
    before: str
    found: str
    after: str
    is_dropped: bool


class PlacesChanged(Exception):
    """What staff confirmed is not what would happen now; `places` is."""

    def __init__(self, places: Sequence[Place]) -> None:
        super().__init__("Since you looked, somebody changed a place that has these words. Look again.")
        self.places = places


def find(network: Network, many: Sequence[Words], *, lock: bool = False) -> list[Place]:
    """Return every place in the network that has any of the words; with `lock`, so that nobody changes it meanwhile."""
    found = []
    for held in registry.values():
        if not held.words or not held.network:
            continue
        rows = held.rows(network.pk).filter(_may_have(held, many)).order_by("pk")
        # The things that rows belong to are read for all of them at once.
        rows = rows.fetch_mode(models.FETCH_PEERS)
        if lock:
            rows = rows.select_for_update(of=("self",), no_key=True)
        # Files are read one by one: each may have megabytes.
        for row in rows.iterator(chunk_size=1 if held.text_of else 500):
            found += _places(held, row, many)
    return found


def _may_have(held: Held, many: Sequence[Words]) -> Q:
    """Return what lets the database leave out most rows; what a machine wrapped up is looked at in full."""
    fields = [held.model._meta.get_field(name) for name in held.words]
    wrapped = held.text_of is not None or any(isinstance(field, models.JSONField) for field in fields)
    if wrapped or not all(words.hints for words in many):
        return Q()
    looks = (
        Q(*((f"{name}__icontains", hint) for hint in words.hints)) for name in held.words for words in many
    )
    return Q(*looks, _connector=Q.OR)


def _places(held: Held, row: models.Model, many: Sequence[Words]) -> list[Place]:
    if held.text_of is not None:
        text = held.text_of(row)
        if any(words.are_in(text) for words in many):
            return [Place(held, row, "", text)]
    texts = {name: texts_in(getattr(row, name)) for name in held.words}
    return [
        Place(held, row, name, "\n".join(found))
        for name, found in texts.items()
        if any(words.are_in(found) for words in many)
    ]


def counts_of(places: Iterable[Place]) -> dict[str, int]:
    """Return how many places there are of each kind."""
    return dict(Counter(place.label for place in places))


def fingerprint(places: Iterable[Place]) -> str:
    """Return a short text that is another when the places or their texts are."""
    told = sorted((*place.key, sha256(place.text.encode()).hexdigest()) for place in places)
    return sha256(repr(told).encode()).hexdigest()[:32]


def line_of(place: Place, many: Sequence[Words]) -> Line:
    """Return the place as a line: its first words found, and what stands around them."""
    text = strip_tags(place.text) if place.field == "html" else place.text
    text = " ".join(unescape(text).split())
    found = next(filter(None, (words.pattern.search(text) for words in many)), None)
    begin, end = found.span() if found else (0, 0)
    before = ("…" if begin > AROUND else "") + text[max(0, begin - AROUND) : begin]
    after = text[end : end + AROUND] + ("…" if len(text) > end + AROUND else "")
    return Line(place.label, place.thing, before, text[begin:end], after, not place.field)


@transaction.atomic
def redact_words(*, by: Membership, words: Words, reason: str, seen: str) -> Redaction:
    """Remove the words from every place of the network that has them; `seen` is the preview's fingerprint.

    Raises ValidationError if no place has them (any more), PlacesChanged if they are others than were seen.
    """
    if words.are_in(reason):
        raise ValidationError("The reason stays: write it without the words that are to go.")
    lock_members(by.network_id)
    places = find(by.network, [words], lock=True)
    if not places:
        raise ValidationError(
            "No place in this network has these words. Perhaps somebody has just removed them."
        )
    if fingerprint(places) != seen:
        raise PlacesChanged(places)
    things = replace(places, [words])
    redaction = Redaction.objects.create(
        network=by.network,
        kind=Redaction.Kind.WORDS,
        by=by,
        reason=reason,
        places=len(places),
        found=counts_of(places),
    )
    record(by=by, on=redaction, what=f"removed words from {_number(len(places))}", text=reason)
    for thing in things:
        note(by=by, thing=thing, text=reason)
    return redaction


def _number(places: int) -> str:
    return "1 place" if places == 1 else f"{places} places"


def replace(
    places: Sequence[Place], many: Sequence[Words], marks: Sequence[str] = MARKS
) -> list[models.Model]:
    """Put a mark in place of the words, and return the things to which the places belong, each once.

    Inside a transaction that has locked the rows.
    """
    changed: dict[Held, dict[Any, tuple[models.Model, set[str]]]] = {}
    things: dict[tuple[type[models.Model], Any], models.Model] = {}
    for place in places:
        thing = follow(place.row, place.held.thing) if place.held.thing else None
        if thing is not None:
            things[type(thing), thing.pk] = thing
        if not place.field:
            continue
        row, fields = changed.setdefault(place.held, {}).setdefault(place.row.pk, (place.row, set()))
        _replace(row, place.field, many, marks)
        fields.add(place.field)
    for held, rows in changed.items():
        names = sorted({name for _row, fields in rows.values() for name in fields})
        held.model._default_manager.bulk_update((row for row, _ in rows.values()), names, batch_size=200)
    # Last, since others of the places may belong to them.
    for place in places:
        if not place.field:
            place.row.delete()
    return list(things.values())


def _replace(row: models.Model, name: str, many: Sequence[Words], marks: Sequence[str]) -> None:
    field = row._meta.get_field(name)
    longest: int | None = getattr(field, "max_length", None)
    value = getattr(row, name)
    for words in many:
        value = words.removed_from(value, longest, marks)
    if isinstance(value, str) and _is_unique(type(row), name):
        value = _free(row, name, value, longest or 120)
    setattr(row, name, value)


def _is_unique(model: type[models.Model], name: str) -> bool:
    """Whether two rows may not have the same text there."""
    unique = [one for one in model._meta.constraints if isinstance(one, models.UniqueConstraint)]
    wrapped = {
        getattr(inner, "name", "")
        for one in unique
        for outer in one.expressions
        for inner in (outer, *getattr(outer, "source_expressions", []))
    }
    return name in wrapped or any(name in one.fields for one in unique)


def _free(row: models.Model, name: str, value: str, longest: int) -> str:
    """Return the text with a number behind it if another row has it already: "[removed] 2"."""
    held = registry[type(row)]
    network = _network_id(row, held)
    others = held.rows(network).exclude(pk=row.pk)
    free, number = value, 1
    while others.filter(**{f"{name}__iexact": free}).exists():
        number += 1
        free = f"{value[: longest - len(str(number)) - 1]} {number}"
    # The next row of this redaction must see it.
    held.model._default_manager.filter(pk=row.pk).update(**{name: free})
    return free


def _network_id(row: models.Model, held: Held) -> int:
    return held.model._default_manager.values_list(held.network, flat=True).get(pk=row.pk)


def note(*, by: Membership | None, thing: models.Model, text: str) -> None:
    """Write on the thing itself that words were removed, and why."""
    held = registry[type(thing)]
    if held.note is not None:
        held.note(by, thing, text)
    else:
        record(by=by, on=thing, what="removed words that must not be here", text=text)
