"""Pages of many measures as small charts, what needs attention first: of a project, a programme, an organisation,
or the network; and one measure beside those alike."""

from itertools import groupby
from typing import Any

from django.db.models import Count, F, Max, Min, Q, QuerySet
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from iocn.shared.lists import Column, Listing, Pages
from people.models import Membership
from people.scopes import organisations_for
from people.web import MemberRequest, network_page
from programmes.measures import change
from programmes.measures.drawing import Frame
from programmes.measures.figures import period_name, unit_of
from programmes.measures.filters import WallFilter
from programmes.measures.meaning import Series
from programmes.measures.models import PATHS, WORKING_OUT, Measure, MeasureQuerySet, Result
from programmes.measures.permissions import measures_for
from programmes.measures.results import figure
from programmes.projects.permissions import programmes_for, projects_for

PAGE = 100

_TITLES = {**dict(Result.Attention.choices), WORKING_OUT: "Being worked out"}
_VARIATION = dict(Result.VariationShown.choices)
_ASSURANCE = dict(Result.AssuranceShown.choices)
_SAID = ("variation", "assurance", "latest", "last_period", "numbers")


# --- Which measures ----------------------------------------------------------------------------------------
def of_network(reader: Membership) -> QuerySet[Any]:
    """Return all that the reader may see."""
    return _drawn(measures_for(reader))


def of_project(reader: Membership, pk: int) -> QuerySet[Any]:
    """Return the project's."""
    return _drawn(measures_for(reader).filter(project=pk))


def of_programme(reader: Membership, pk: int) -> QuerySet[Any]:
    """Return the programme's own, and those of its projects."""
    return _drawn(measures_for(reader).filter(Q(programme=pk) | Q(project__programme=pk)))


def of_organisation(reader: Membership, pk: int) -> QuerySet[Any]:
    """Return those that count in the organisation, whoever they belong to."""
    return _drawn(measures_for(reader).filter(organisation=pk))


def _drawn(measures: MeasureQuerySet) -> QuerySet[Any]:
    """Read what a small chart needs."""
    return measures.values(
        "pk",
        "name",
        "subgroup",
        "shape",
        "per",
        "unit",
        "frequency",
        "made_up",
        "attention",
        in_organisation=F("organisation__name"),
        of_project=F("project__name"),
        of_programme=F("programme__name"),
        **{name: F(f"result__{name}") for name in (*PATHS, *_SAID)},
    )


_OWNERS: dict[str, Any] = {
    "project": (projects_for, of_project, "projects:project"),
    "programme": (programmes_for, of_programme, "projects:programme"),
    "organisation": (organisations_for, of_organisation, "people:organisation"),
}


# --- The page ----------------------------------------------------------------------------------------------
@require_GET
@network_page()
def wall(request: MemberRequest, **address: int) -> HttpResponseBase:
    """Show measures as small charts: what shows a concern first, then what will miss its target."""
    owner, rows, page = None, of_network, "measures:measures"
    for key, pk in address.items():
        seen, rows, page = _OWNERS[key]
        owner = get_object_or_404(seen(request.membership), pk=pk)
    listing = Listing(
        request,
        rows,
        COLUMNS,
        WallFilter,
        sort="shows",
        name="small-charts",
        given=list(address.values()),
        size=PAGE,
    )
    if download := listing.download():
        return download
    groups = [
        (_TITLES[attention], attention == WORKING_OUT, [_card(row) for row in found])
        for attention, found in groupby(listing.rows, key=lambda row: row["attention"])
    ]
    context = {
        "listing": listing,
        "groups": groups,
        "owner": owner,
        "owner_url": reverse(page, args=[request.membership.network.slug, *address.values()]),
        "is_project": "project" in address,
        "show_of": not owner,
    }
    return render(request, "measures/wall.html", context)


def _card(row: dict[str, Any]) -> dict[str, Any]:
    """Add to a row what its card says in words."""
    row["title"] = title(row)
    row["unit"] = (
        unit_of(Measure(shape=row["shape"], per=row["per"], unit=row["unit"])).removeprefix("%").strip()
    )
    row["period"] = period_name(row["last_period"], row["frequency"]) if row["last_period"] else ""
    row["varies"] = _VARIATION.get(row["variation"], "")
    row["assures"] = _ASSURANCE.get(row["assurance"], "")
    return row


def title(row: dict[str, Any]) -> str:
    """Return a measure's full name."""
    return " – ".join(filter(None, (row["name"], row["subgroup"], row["in_organisation"])))


def _said(row: dict[str, Any], key: str, words: dict[str, str] | None = None) -> object:
    """Return what the result says, in words; nothing of one that is old."""
    if row["attention"] == WORKING_OUT:
        return ""
    return words.get(row[key], "") if words else row[key]


COLUMNS = [
    Column("name", "Measure", title, ("name", "subgroup")),
    Column("of", "Of", lambda row: row["of_project"] or row["of_programme"] or row["in_organisation"] or ""),
    Column(
        "shows", "What it shows", lambda row: _TITLES[row["attention"]], ("attention", "name", "subgroup")
    ),
    Column("variation", "Variation", lambda row: _said(row, "variation", _VARIATION)),
    Column("assurance", "Target", lambda row: _said(row, "assurance", _ASSURANCE)),
    Column("latest", "Latest", lambda row: _said(row, "latest"), numeric=True),
    Column("period", "Period", lambda row: _said(row, "last_period")),
    Column("made_up", "Made up", lambda row: "yes" if row["made_up"] else "no"),
]


# --- One measure beside those alike ------------------------------------------------------------------------
@require_GET
@network_page()
def compare(request: MemberRequest, measure: int) -> HttpResponseBase:
    """Show the same measure of all organisations and subgroups on one scale, what needs attention first."""
    thing = get_object_or_404(measures_for(request.membership), pk=measure)
    alike = measures_for(request.membership).alike(thing)
    drawn = Q(result__drawn_from__isnull=False) & ~Q(attention=WORKING_OUT)
    of_all = alike.aggregate(
        count=Count("pk"),
        first=Min("result__drawn_from", filter=drawn),
        last=Max("result__last_period", filter=drawn),
        low=Min("result__low", filter=drawn),
        high=Max("result__high", filter=drawn),
    )
    frames = {key: F(f"result__{key}") for key in ("drawn_from", "low", "high")}
    rows = _drawn(alike).annotate(**frames).order_by("attention", "subgroup", "in_organisation", "pk")
    pages = Pages(request, rows, PAGE, count := of_all.pop("count"))
    scale = Frame(**of_all) if of_all["first"] else None
    for row in pages.rows:
        if scale and row["attention"] != WORKING_OUT and row["line"]:
            row["matrix"] = _onto(scale, row)
    groups = [
        (_TITLES[attention], attention == WORKING_OUT, [_card(row) for row in found])
        for attention, found in groupby(pages.rows, key=lambda row: row["attention"])
    ]
    context = {
        "measure": thing,
        "change": change.sentence(Series.of(thing)),
        "groups": groups,
        "owner": thing,  # where the way back leads
        "owner_url": thing.get_absolute_url(),
        "count": count,
        "pages": pages,
        "show_of": True,
        "unit": unit_of(thing).removeprefix("%").strip(),
        "scale": scale
        and {
            "low": figure(thing, scale.low),
            "high": figure(thing, scale.high),
            "first": period_name(scale.first, thing.frequency),
            "last": period_name(scale.last, thing.frequency),
        },
    }
    return render(request, "measures/compare.html", context)


def _onto(scale: Frame, row: dict[str, Any]) -> str:
    """Return the matrix that takes a row's picture into the frame that holds all."""
    own = Frame(row["drawn_from"], row["last_period"], row["low"], row["high"])
    across, along, down, below = own.onto(scale)
    return f"matrix({across} 0 0 {down} {along} {below})"
