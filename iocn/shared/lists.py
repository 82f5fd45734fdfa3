"""Every list: searched, filtered, sorted, paged and downloaded by its URL, without counting all rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import batched
from types import SimpleNamespace
from typing import Any

import django_filters
from django import forms
from django.core.validators import EMPTY_VALUES
from django.db.models import F, Model, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from iocn.shared.downloads import FORMATS, download
from iocn.shared.prepared import prepared

PAGE = 25
CHUNK = 1000  # rows of a download that are read at a time


@dataclass(frozen=True)
class Column:
    """A column: its key in the URL, its heading, what its cells hold in a download (numbers and dates as such), the fields it sorts by.

    `sort` names order_by fields, ascending; empty means that the list cannot be sorted by it. With `empty_last` rows
    in which they are empty come last whichever way it is sorted, on every database.
    """

    key: str
    label: str
    value: Callable[[Any], object]
    sort: tuple[str, ...] = ()
    numeric: bool = False
    empty_last: bool = False


@dataclass(frozen=True)
class Heading:
    """What components/table_head.html shows of a column."""

    label: str
    url: str
    direction: str
    numeric: bool


class PreparedFilters(django_filters.FilterSet):
    """Filters of a list whose first page is a prepared query also when it is narrowed (iocn.shared.prepared).

    So a filter asks nothing of what is a value: numbers, times, texts that are `Typed`. Other texts, such as those
    that a select offers, decide which SQL is built.
    """

    def chosen(self) -> dict[str, Any]:
        """Return what is chosen, and is as it should be, as filters take it."""
        self.is_valid()
        return {name: value for name, value in self.form.cleaned_data.items() if value not in EMPTY_VALUES}

    def narrowed(self, rows: QuerySet[Any], chosen: Mapping[str, Any]) -> QuerySet[Any]:
        """Return the rows that fit."""
        for name, value in chosen.items():
            rows = self.filters[name].filter(rows, value)
        return rows

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return self.narrowed(queryset, self.chosen())


# The fields of filters in which nothing is chosen, by kind of reader.
_BLANK: dict[tuple[Any, ...], dict[str, SafeString]] = {}


@prepared
def _first_page(
    reader: Any,
    rows: Callable[..., QuerySet[Any]],
    filterset: type[django_filters.FilterSet] | None,
    order: tuple[str, ...],
    empty_last: bool,
    size: tuple[int],
    chosen: tuple[str, ...],
    *values: Any,
) -> QuerySet[Any]:
    """Return the first page: values are what is chosen in the filters of these names, and then what `rows` takes."""
    found = rows(reader, *values[len(chosen) :])
    if filterset:
        filters = filterset({}, queryset=found, request=SimpleNamespace(membership=reader))
        found = filters.qs
        if isinstance(filters, PreparedFilters):
            found = filters.narrowed(found, dict(zip(chosen, values, strict=False)))
    return _in_order(found, order, empty_last)[: size[0] + 1]


def _shown(form: forms.BaseForm, names: Iterable[str]) -> dict[str, SafeString]:
    return {
        name: render_to_string("components/list_filter_field.html", {"field": form[name]}) for name in names
    }


def _in_order(rows: QuerySet[Any], order: tuple[str, ...], empty_last: bool) -> QuerySet[Any]:
    if not empty_last:
        return rows.order_by(*order)
    fields = [
        F(name[1:]).desc(nulls_last=True) if name.startswith("-") else F(name).asc(nulls_last=True)
        for name in order[:-1]
    ]
    return rows.order_by(*fields, order[-1])


def address(request: HttpRequest, **changes: str) -> str:
    """Return the address of the same page with other choices, and all else that was chosen; an empty one takes it away."""
    query = request.GET.copy()
    for key, value in changes.items():
        if value:
            query[key] = value
        else:
            query.pop(key, None)
    return f"?{query.urlencode()}"


def wanted_format(request: HttpRequest) -> str:
    """Return the kind of file that the address asks for, empty for the page."""
    asked = request.GET.get("format", "")
    return asked if asked in FORMATS else ""


class Listing:
    """One page of a list, made from the request's URL.

    `rows` that pass `filterset` (a django-filter class, or None), sorted by `?sort=key` (`-key` for descending),
    page `?page=n`; `?format=csv` or `xlsx` downloads all that match. `rows` is a query set, or a function of the
    reader that makes one: then the first page, which most people look at, is a prepared query
    (iocn.shared.prepared), and `given` are numbers that it takes too. `kept` names what else of the URL a search
    keeps, such as the open tab; `size` is how many rows a page has. `lines` makes of rows, many at a time, what the
    columns of a download read.
    """

    def __init__(
        self,
        request: HttpRequest,
        rows: QuerySet[Any] | Callable[..., QuerySet[Any]],
        columns: Sequence[Column],
        filterset: type[django_filters.FilterSet] | None = None,
        sort: str = "",
        name: str = "list",
        kept: Sequence[str] = (),
        given: Sequence[int] = (),
        size: int = PAGE,
        lines: Callable[[Sequence[Any]], Iterable[Any]] = iter,
    ) -> None:
        self.request = request
        self.columns = columns
        self.name = name
        self.kept = [(key, request.GET[key]) for key in ("sort", *kept) if request.GET.get(key)]
        self.filterset = filterset
        self._rows = rows
        self._given = tuple(given)
        self.size = size
        self._lines = lines
        self.sort, self._descending = (
            self._chosen_sort(request.GET.get("sort", "")) or self._chosen_sort(sort) or ("", False)
        )

    @property
    def has_filters(self) -> bool:
        """Whether the list can be searched."""
        return self.filterset is not None

    @cached_property
    def filter(self) -> django_filters.FilterSet | None:
        """What was searched and chosen, with its form."""
        if self.filterset is None:
            return None
        # Without its rows, which a first page has prepared.
        return self.filterset(self.request.GET, request=self.request)

    @property
    def _all_rows(self) -> QuerySet[Any]:
        if isinstance(self._rows, QuerySet):
            return self._rows
        return self._rows(self.request.membership, *self._given)  # type: ignore[attr-defined]

    @cached_property
    def queryset(self) -> QuerySet[Any]:
        """All rows that match, in order."""
        rows = self._all_rows
        if self.filter is not None:
            self.filter.queryset = rows
            rows = self.filter.qs
        return _in_order(rows, self._order(), self._empty_last())

    def _chosen_sort(self, text: str) -> tuple[str, bool] | None:
        key = text.removeprefix("-")
        if any(column.key == key and column.sort for column in self.columns):
            return key, text.startswith("-")
        return None

    def _order(self) -> tuple[str, ...]:
        if not self.sort:
            return ()
        fields = self._sort_column().sort
        if self._descending:
            fields = tuple(name[1:] if name.startswith("-") else f"-{name}" for name in fields)
        return (*fields, "pk")  # pk makes pages steady where values are equal

    def _empty_last(self) -> bool:
        return bool(self.sort) and self._sort_column().empty_last

    def _sort_column(self) -> Column:
        return next(column for column in self.columns if column.key == self.sort)

    @property
    def page(self) -> int:
        """The page's number, from 1; nonsense in the URL means the first."""
        text = self.request.GET.get("page", "1")
        return min(int(text), 10_000) if text.isascii() and text.isdecimal() and int(text) > 0 else 1

    @cached_property
    def _window(self) -> list[Model]:
        if self.page > 1 or isinstance(self._rows, QuerySet) or not self._is_prepared:
            start = (self.page - 1) * self.size
            return list(self.queryset[start : start + self.size + 1])
        chosen = self.filter.chosen() if self.is_filtered else {}  # type: ignore[union-attr]
        return list(
            _first_page(
                self.request.membership,  # type: ignore[attr-defined]
                self._rows,
                self.filterset,
                self._order(),
                self._empty_last(),
                (self.size,),
                tuple(chosen),
                *chosen.values(),
                *self._given,
            )
        )

    @property
    def _is_prepared(self) -> bool:
        return not self.is_filtered or issubclass(self.filterset, PreparedFilters)  # type: ignore[arg-type]

    @property
    def rows(self) -> list[Any]:
        """The rows of this page."""
        return self._window[: self.size]

    @property
    def has_more(self) -> bool:
        """Whether a next page has rows. One row more than shown is read, so that nothing is counted."""
        return len(self._window) > self.size

    @property
    def first(self) -> int:
        """The number of the first row shown, counted from 1."""
        return (self.page - 1) * self.size + 1

    @property
    def last(self) -> int:
        """The number of the last row shown."""
        return self.first + len(self.rows) - 1

    @property
    def next_url(self) -> str:
        return self._url(page=str(self.page + 1)) if self.has_more else ""

    @property
    def previous_url(self) -> str:
        return self._url(page=str(self.page - 1)) if self.page > 1 else ""

    @property
    def downloads(self) -> list[tuple[str, str]]:
        """What the list can be downloaded as: its kind's name and the address."""
        return [(label, self._url(format=kind, page="")) for kind, label in FORMATS.items()]

    @cached_property
    def is_filtered(self) -> bool:
        """Whether the person searched or filtered, so that an empty list says something else."""
        return self.filterset is not None and any(
            self.request.GET.get(name) for name in self.filterset.base_filters
        )

    @cached_property
    def filter_fields(self) -> list[SafeString]:
        """The fields of the form that searches and narrows, as HTML."""
        fields = self._blank_fields()
        given = [name for name in fields if self.request.GET.get(name)]
        if given:
            fields = fields | _shown(self.filter.form, given)  # type: ignore[union-attr]
        return list(fields.values())

    def _blank_fields(self) -> dict[str, SafeString]:
        """Return the fields with nothing chosen, which look the same to all readers of a kind and take long to show."""
        assert self.filterset is not None  # noqa: S101 - components/list_filters.html asks first
        kind = None
        if not isinstance(self._rows, QuerySet):
            kind = (self.filterset, self.request.membership.sql_kind())  # type: ignore[attr-defined]
        if kind in _BLANK:
            return _BLANK[kind]
        form = self.filterset({}, request=self.request).form
        fields = _shown(form, form.fields)
        if kind and not any(hasattr(field, "queryset") for field in form.fields.values()):
            _BLANK[kind] = fields
        return fields

    @property
    def headings(self) -> list[Heading]:
        """The table's head, with the link that sorts by each column."""
        return [self._heading(column) for column in self.columns]

    def _heading(self, column: Column) -> Heading:
        direction, target = "none", column.key
        if column.key == self.sort:
            direction = "descending" if self._descending else "ascending"
            target = column.key if self._descending else f"-{column.key}"
        url = self._url(sort=target, page="") if column.sort else ""
        return Heading(column.label, url, direction, column.numeric)

    def _url(self, **changes: str) -> str:
        return address(self.request, **changes)

    def download(self) -> HttpResponseBase | None:
        """Return all matching rows as a file if the address asks for one, else None."""
        if not (kind := wanted_format(self.request)):
            return None
        rows = (
            [column.value(line) for column in self.columns]
            for many in batched(self.queryset.iterator(chunk_size=CHUNK), CHUNK)
            for line in self._lines(many)
        )
        return download(kind, self.name, [column.label for column in self.columns], rows)


class Pages:
    """One page of rows that are in memory already, or of a query set that is `count` long; for
    components/pagination.html."""

    def __init__(self, request: HttpRequest, rows: Any, size: int = PAGE, count: int | None = None) -> None:
        count = len(rows) if count is None else count
        text = request.GET.get("page", "1")
        wanted = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 1
        self.page = max(1, min(wanted, -(-count // size)))
        self.first = (self.page - 1) * size + 1
        self.rows = rows[self.first - 1 : self.first - 1 + size]
        self.last = self.first + len(self.rows) - 1
        self.has_more = self.last < count
        self.next_url = address(request, page=str(self.page + 1)) if self.has_more else ""
        self.previous_url = address(request, page=str(self.page - 1)) if self.page > 1 else ""
