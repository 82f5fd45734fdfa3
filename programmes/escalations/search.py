"""Finding asks by their words: in a list, and while somebody types a new one (docs/decisions/0019).

PostgreSQL keeps the words of each ask in a column of its own, `words` (migration 0018), which has an index and is
no field of the model: nothing but a search reads it. SQLite looks at the texts themselves.
"""

import re
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations
from operator import add, and_
from typing import Any, cast

from django.db import connection
from django.db.models import BooleanField, Case, F, FloatField, Func, IntegerField, Q, QuerySet, Value, When
from django.db.models.expressions import Col, Combinable

from iocn.shared.prepared import Typed, prepared
from people.models import Membership
from programmes.escalations.models import Escalation, EscalationQuerySet
from programmes.escalations.permissions import asks_for, in_reach_of

MOST_WORDS = 8
# Of the asks that share words with what is typed, so many of the newest are compared; SQLite, which has no index
# of words, looks through so many of the newest at all.
COMPARED, LOOKED_THROUGH = 100, 2000
SIMILAR = 3
# Words that say nothing of what is asked for. PostgreSQL knows more of them.
_COMMON = """
    about also and another any are because been but can could each for from get give had has have her his how into its
    let like more much need needs not one our out please see should some than that the their them then there these they
    this those use want was were what when where which who will with would you your
"""
COMMON = frozenset(_COMMON.split())


class _Words(Func):
    """The column of an ask's words. Made from any field of the ask, to know by which name a query calls its table."""

    def as_postgresql(self, compiler: Any, connection: Any, **_context: Any) -> tuple[str, list[Any]]:
        field = cast("Col", self.source_expressions[0])
        return f"{connection.ops.quote_name(field.alias)}.{connection.ops.quote_name('words')}", []


class _Query(Func):
    """The words that are looked for, in PostgreSQL's terms: "access:* & letter:*".

    They stand in the SQL itself. As a parameter they would be unknown to a plan that PostgreSQL makes for all values
    after some, and it would read a common word's tens of thousands of asks to sort them.
    """

    def __init__(self, text: str) -> None:
        if re.search(r"[^\w:*&|() ]", text):
            raise ValueError("Only words and what joins them may stand in the SQL.")
        english, simple = f"to_tsquery('english', '{text}')", f"to_tsquery('simple', '{text}')"
        # "IT" alone is nothing in English.
        super().__init__(template=f"(CASE WHEN numnode({english}) > 0 THEN {english} ELSE {simple} END)")


def _has(query: _Query) -> Func:
    """Say of an ask whether it has the words of the query."""
    return Func(
        _Words(F("number")),
        query,
        template="(%(expressions)s)",
        arg_joiner=" @@ ",
        output_field=BooleanField(),
    )


@dataclass(frozen=True)
class Sought:
    """What somebody searches for: the ask of a number, those that have all words, or both. An argument of prepared
    queries, for which number and words are values."""

    number: int | None
    words: tuple[Typed, ...]

    def sql_kind(self) -> Hashable:
        """Return what decides the SQL."""
        return self.number is None, len(self.words)

    def sql_values(self) -> tuple[Any, ...]:
        """Return number and words."""
        return self.words if self.number is None else (self.number, *self.words)

    def stand_in(self, *values: Any) -> "Sought":
        """Return another of the same kind."""
        return Sought(None, values) if self.number is None else Sought(values[0], values[1:])


def sought(text: str) -> Sought:
    """Return what a text searches for: a reference (E-42), words, or either (42)."""
    text = text.strip()
    reference = re.fullmatch(r"(e-?\s*)?(\d{1,9})", text, re.IGNORECASE | re.ASCII)
    number = int(reference[2]) if reference else None
    # "42" may also be a word of what is asked; E-42 is that ask alone.
    words = () if reference and reference[1] else _words_of(text)[:MOST_WORDS]
    return Sought(number, tuple(Typed(word if _has_index() else _shortened(word)) for word in words))


def search(asks: EscalationQuerySet, reader: Membership, what: Sought) -> EscalationQuerySet:
    """Narrow asks to what is sought; the last of its words may be half written.

    An ending more or less makes no difference ("letters" finds "letter") where the database knows English.
    """
    found = Q(_with_all(what.words)) if what.words else Q(pk=None)
    if what.number is not None:
        found |= Q(number=what.number)
    reach = in_reach_of(reader)
    return asks.filter(found) if reach is None else asks.filter(found, pk__in=reach)


def similar_asks(reader: Membership, text: str) -> list[Escalation]:
    """Return the earlier asks that are most like what is typed, with what came of them, as far as the reader may
    see them: those that share most words, two at least if it has three."""
    words = telling_words(text)
    if not words:
        return []
    ids = list(_most_like(reader, *map(Typed, words[:MOST_WORDS])))
    if not ids:
        return []
    told = {ask.pk: ask for ask in _told(reader, *ids, *range(len(ids) - SIMILAR, 0))}
    return [told[pk] for pk in ids if pk in told]


def telling_words(text: str) -> list[str]:
    """Return the words of a text by which something like it is found: once each, a plural as its singular."""
    return list(dict.fromkeys(_shortened(word) for word in _words_of(text) if _says_something(word)))


def at_least(words: Sequence[str]) -> int:
    """Return how many of the words something must have to be like their text: two if there are three."""
    return min(2, len(words) - 1) or 1


@prepared
def _most_like(reader: Membership, *words: Typed) -> QuerySet[Any, int]:
    newest = asks_for(reader).order_by("-number")
    if (reach := in_reach_of(reader)) is not None:
        # By their keys, which grow as numbers do: by these SQLite would go through all of the network.
        newest = newest.filter(pk__in=reach).order_by("-pk")
    shared = at_least(words)
    if _has_index():
        together = " | ".join(f"({_all_of(some)})" for some in combinations(words, shared))
        candidates = newest.filter(_has(_Query(together)))[:COMPARED]
        any_of = _Query(" | ".join(_begun(words)))
        likeness: Combinable = Func(
            _Words(F("number")), any_of, function="ts_rank", output_field=FloatField()
        )
        least = 0
    else:
        candidates, likeness, least = newest[:LOOKED_THROUGH], number_of(words, "ask"), shared
    found = Escalation.objects.filter(pk__in=candidates.values("pk")).annotate(likeness=likeness)
    ranked = found.filter(likeness__gte=least) if least else found
    return ranked.order_by("-likeness", "-number").values_list("pk", flat=True)[:SIMILAR]


@prepared
def _told(reader: Membership, one: int, another: int, third: int) -> EscalationQuerySet:
    return asks_for(reader).filter(pk__in=[one, another, third]).with_names().with_outcome()


def _has_index() -> bool:
    return connection.vendor == "postgresql"


def _words_of(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())


def _says_something(word: str) -> bool:
    return len(word) > 2 and word not in COMMON


def _shortened(word: str) -> str:
    """Leave a plural's ending away, which SQLite does not know."""
    return word[:-1] if len(word) > 4 and word.endswith("s") and not word.endswith("ss") else word


def _begun(words: Iterable[str]) -> list[str]:
    return [f"{word}:*" for word in words]


def _all_of(words: Iterable[str]) -> str:
    return " & ".join(_begun(words))


def number_of(words: Iterable[str], field: str) -> Combinable:
    """Return how many of the words a field has."""
    has = (When(**{f"{field}__icontains": word}, then=Value(1)) for word in words)
    return reduce(add, (Case(one, default=Value(0), output_field=IntegerField()) for one in has))


def _with_all(words: Iterable[str]) -> Combinable | Q:
    if _has_index():
        return _has(_Query(_all_of(words)))
    in_texts = (Q(ask__icontains=word) | Q(background__icontains=word) for word in words)
    return reduce(and_, in_texts)
