"""Queries whose SQL is built once for all readers of a kind (docs/decisions/0016).

Django builds the SQL of a query set anew each time, which takes longer than asking a database for a page's rows.
A function that builds a query set may be marked `@prepared`: what it builds is kept, and asked with other values.

    @prepared
    def _open_asks(reader: Membership) -> EscalationQuerySet:
        return asks_for(reader).open().order_by("waiting_since")[:25]

Its arguments are either values, which end up among the SQL's parameters and nowhere else (numbers, dates, times,
`Typed` texts, a `Reader`'s own), or decide which SQL is built (other texts, booleans, enums, and whatever is in a
tuple, such as how many rows are read). So the function must ask nothing of a value: no `if` on a number, no
`timezone.now()` inside. In tests each prepared query is built the usual way as well, and both must be the same.
"""

import copy
import functools
import re
from collections.abc import Callable, Hashable, Sequence
from datetime import UTC, date, datetime
from itertools import chain, zip_longest
from typing import Any, NoReturn, Protocol, Self, cast

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Model, Prefetch, QuerySet
from django.http import Http404

# What stands for a value while the SQL is built; no query has such numbers of its own, no page such dates.
# Within what an integer column holds: Django asks nothing of the database for a number beyond it.
_FIRST_NUMBER = 2**31 - 1
_ISO = re.compile(r"\d{4}-\d\d-\d\d")
_FIRST_DAY = date(9001, 1, 1).toordinal()
_TEXT, _TEXTS = "stands0for{}", re.compile(r"stands0for(\d+)")
_NETWORK = re.compile(r'(?P<network>"network_id" = )?%(?P<what>[s%])')


class Typed(str):
    """A text that somebody typed: a value. It is a parameter, as a whole or as what another text has in it
    (`icontains`); a single word may also stand in the SQL itself."""

    __slots__ = ()


class Reader(Protocol):
    """Whoever reads: what decides the SQL of what they may see, apart from the values in it.

    Or another argument that is made of both, such as what is searched for.
    """

    def sql_kind(self) -> Hashable:
        """Return all that decides which SQL is built for them."""

    def sql_values(self) -> tuple[Any, ...]:
        """Return what is their own: numbers, dates and typed texts."""

    def stand_in(self, *values: Any) -> Self:
        """Return one of the same kind with these values."""


class _Built:
    """The SQL of a kind of query, and which of its parameters are values."""

    def __init__(self, queryset: QuerySet[Any], values: list[Any]) -> None:
        self.queryset = queryset
        self.compiler = queryset.query.get_compiler(using=queryset.db)
        operations = connections[queryset.db].ops
        # A parameter is in the database's own terms, which for SQLite's times are texts.
        places = {_in_its_terms(value, operations): place for place, value in enumerate(values)}
        sql, params = self.compiler.as_sql()
        sql, self.params = _with_networks(
            sql,
            params,
            queryset.db,
            lambda network: _TEXT.format(places[network]) if network in places else str(network),
        )
        # What is between the words that stand in it, and in every second place which value such a word is.
        self.pieces: list[str] = _TEXTS.split(sql)
        places |= {f"%{value}%": place for place, value in enumerate(values) if isinstance(value, Typed)}
        self.places = [
            (at, places[param])
            for at, param in enumerate(self.params)
            if isinstance(param, Hashable) and param in places
        ]
        self._refuse_what_would_be_kept(places)

    def _refuse_what_would_be_kept(self, places: dict[Any, int]) -> None:
        """Refuse dates that are no values, and values in prefetched query sets: all readers would get them."""
        for param in self.params:
            is_time = isinstance(param, date) or (isinstance(param, str) and _ISO.match(param))
            if is_time and param not in places:
                raise TypeError(f"A prepared query has a time of its own: {param}. Make it an argument.")
        for lookup in self.queryset._prefetch_related_lookups:  # type: ignore[attr-defined]
            if isinstance(lookup, Prefetch) and lookup.queryset is not None:
                _sql, params = lookup.queryset.query.sql_with_params()
                if any(param in places for param in params if isinstance(param, Hashable)):
                    raise TypeError(f"What is prefetched for {lookup.prefetch_to} asks for a value.")

    def with_values(self, values: list[Any]) -> QuerySet[Any]:
        """Return the query set that asks with these values."""
        connection = connections[self.queryset.db]
        params = list(self.params)
        for at, place in self.places:
            value = _in_its_terms(values[place], connection.ops)
            if isinstance(value, int):
                value = type(params[at])(value)  # psycopg tells the column's type by a class of number
            elif isinstance(value, Typed) and params[at].startswith("%"):
                value = f"%{connection.ops.prep_for_like_query(value)}%"
            params[at] = value
        words = [_word(values[int(place)]) for place in self.pieces[1::2]]
        sql = "".join(chain.from_iterable(zip_longest(self.pieces[::2], words, fillvalue="")))
        compiler = copy.copy(self.compiler)
        compiler.connection = connection
        compiler.as_sql = lambda: (sql, tuple(params))
        query = copy.copy(self.queryset.query)
        query.get_compiler = lambda *args, **kwargs: compiler  # type: ignore[method-assign]
        query.chain = query.clone = _refuse  # type: ignore[method-assign]
        found = self.queryset._chain()  # type: ignore[attr-defined]
        found._query = query  # not by its setter, which takes lists of values for dictionaries
        return cast("QuerySet[Any]", found)


def _refuse(*_args: object, **_kwargs: object) -> NoReturn:
    raise TypeError("A prepared query is read as it is: filter, sort, slice and count inside the function.")


def prepared[**P, Q: QuerySet[Any]](build: Callable[P, Q]) -> Callable[P, Q]:
    """Keep the SQL of the query sets that the function builds. They are for reading, not for filtering further."""
    known: dict[Hashable, _Built | None] = {}

    @functools.wraps(build)
    def ask(*args: P.args, **kwargs: P.kwargs) -> Q:
        if kwargs:
            raise TypeError("A prepared query takes its arguments by position.")
        kinds, values = _taken_apart(args)
        if kinds not in known:
            known[kinds] = _first_built(build, args)
        built = known[kinds]
        found = cast("Q", built.with_values(values)) if built else build(*args, **kwargs)
        if settings.CHECK_PREPARED_QUERIES:
            _check(found, build(*args, **kwargs))
        return found

    return ask


def one_or_404[Row: Model](rows: QuerySet[Row]) -> Row:
    """Return the only row of a prepared query, or say that there is no such page."""
    for row in rows:
        return row
    raise Http404


def attach(thing: Model, **rows: QuerySet[Any]) -> None:
    """Let what belongs to a thing be these rows (`attach(ask, events=...)` for `ask.events.all()`).

    As prefetch_related does, which cannot take prepared queries.
    """
    for name, found in rows.items():
        back = thing._meta.get_field(name).field.name  # type: ignore[union-attr]
        for row in found:
            setattr(row, back, thing)
        vars(thing).setdefault("_prefetched_objects_cache", {})[name] = found


def _taken_apart(args: tuple[Any, ...]) -> tuple[tuple[Hashable, ...], list[Any]]:
    """Return what decides the SQL, and the values."""
    kinds: list[Any] = []
    values: list[Any] = []
    for arg in args:
        if hasattr(arg, "sql_kind"):
            kinds.append(arg.sql_kind())
            values += arg.sql_values()
        elif _is_value(arg):
            kinds.append(type(arg))
            values.append(arg)
        else:
            kinds.append(arg)
    return tuple(kinds), values


def _is_value(arg: object) -> bool:
    return isinstance(arg, int | date | Typed) and not isinstance(arg, bool)


def _with_networks(
    sql: str, params: Sequence[Any], using: str, in_words: Callable[[int], str]
) -> tuple[str, tuple[Any, ...]]:
    """Return them with the networks' numbers in the SQL itself, where PostgreSQL may keep a plan for it.

    One network may hold most of what there is, and another next to nothing: a plan is good for one network alone.
    """
    if connections[using].vendor != "postgresql":
        return sql, tuple(params)
    left = list(params)
    number = 0

    def put(match: re.Match[str]) -> str:
        nonlocal number
        if match["what"] == "%":
            return match[0]
        if match["network"]:
            return match["network"] + in_words(left.pop(number))
        number += 1
        return match[0]

    return _NETWORK.sub(put, sql), tuple(left)


def _word(text: str | int) -> str:
    text = str(text)
    if not re.fullmatch(r"\w+", text):
        raise ValueError(f"Only a word may stand in the SQL itself, not {text!r}.")
    return text


def _first_built(build: Callable[..., QuerySet[Any]], args: tuple[Any, ...]) -> _Built | None:
    """Build the query set with what stands for the values; None if it asks the database for nothing."""
    values: list[Any] = []

    def standing_for(value: Any) -> Any:
        number = len(values)
        if isinstance(value, date):
            day = date.fromordinal(_FIRST_DAY + number)
            is_time = isinstance(value, datetime)
            value = datetime(day.year, day.month, day.day, tzinfo=UTC) if is_time else day
        elif isinstance(value, Typed):
            value = Typed(_TEXT.format(number))
        else:
            value = _FIRST_NUMBER - number
        values.append(value)
        return value

    standing: list[Any] = []
    for arg in args:
        if hasattr(arg, "sql_kind"):
            standing.append(arg.stand_in(*map(standing_for, arg.sql_values())))
        else:
            standing.append(standing_for(arg) if _is_value(arg) else arg)
    try:
        return _Built(build(*standing), values)
    except EmptyResultSet:
        return None


def _in_its_terms(value: Any, operations: Any) -> Any:
    if isinstance(value, datetime):
        return operations.adapt_datetimefield_value(value)
    return operations.adapt_datefield_value(value) if isinstance(value, date) else value


def _check(found: QuerySet[Any], usual: QuerySet[Any]) -> None:
    try:
        wanted = usual.query.sql_with_params()
    except EmptyResultSet:
        return
    compiler = found.query.get_compiler(found.db)
    sql, params = compiler.as_sql()
    wanted = _with_networks(*wanted, found.db, str)
    if (sql, tuple(params)) != wanted:
        raise AssertionError(
            f"A prepared query depends on a value:\n{sql}\n{params}\nbut usually\n{wanted[0]}\n{wanted[1]}"
        )
