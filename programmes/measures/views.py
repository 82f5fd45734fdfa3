"""Pages of measures: the list, one measure, and its numbers one by one. Files are in imports_views."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import CharField, F, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from iocn.shared.history import last_of
from iocn.shared.lists import Column, Listing
from iocn.shared.permissions import require
from iocn.shared.prepared import one_or_404, prepared
from people.models import Membership
from people.scopes import organisations_for
from people.web import MemberRequest, network_page, posted
from programmes.measures import actions
from programmes.measures.events import drawn, events_of
from programmes.measures.figures import entered, period_name, shown, unit_of
from programmes.measures.filters import MeasureFilter
from programmes.measures.forms import MeasureForm, NumberForm, RemoveNumberForm
from programmes.measures.meaning import Series
from programmes.measures.models import Measure, Observation
from programmes.measures.permissions import (
    may_add,
    may_change,
    may_read_words_of,
    measures_for,
    numbers_of,
)
from programmes.measures.picture import NEWEST, small
from programmes.measures.rebase import proposal
from programmes.measures.results import icons_of, in_short, with_results
from programmes.measures.sentences import rule_words
from programmes.measures.spc import value_of
from programmes.projects.permissions import programmes_for, projects_for

LAST_NUMBERS = 6
LAST_STEPS = 6
HISTORY = 200


# --- The list ----------------------------------------------------------------------------------------------
@require_GET
@network_page()
def measures(request: MemberRequest) -> HttpResponseBase:
    """All measures that the reader may see: the newest number of each, and signal or noise."""
    rows = with_results(measures_for(request.membership)).annotate(owner=owner_name())
    columns = [
        Column(
            "name", "Measure", lambda line: line.measure.full_name, ("name", "subgroup", "organisation__name")
        ),
        Column("of", "Of", lambda line: line.measure.belongs_to.name, ("owner", "name")),
        Column("kind", "Kind", lambda line: kind_of(line.measure), ("kind", "name")),
        Column("latest", "Latest", lambda line: line.latest, numeric=True),
        Column("when", "Period", lambda line: line.period, ("result__last_period",)),
        Column("centre", "Centre", lambda line: line.centre, numeric=True),
        Column("shows", "Signal or noise", lambda line: line.result.says),
        Column("made_up", "Made up", lambda line: "yes" if line.measure.made_up else "no"),
    ]
    listing = Listing(request, rows, columns, MeasureFilter, sort="name", name="measures", lines=in_short)
    if download := listing.download():
        return download
    # The page says it beside the name; only the download needs a column of its own.
    listing.columns = columns[:-1]
    return render(
        request,
        "measures/measures.html",
        {
            "may_add": may_add(request.membership, request.membership.network),
            "listing": listing,
            "lines": [(line.measure, line, kind_of(line.measure)) for line in in_short(listing.rows)],
        },
    )


def owner_name() -> Coalesce:
    """Return the name of what a measure belongs to, as the database reads it."""
    names = (F(f"{owner}__name") for owner in ("project", "programme", "organisation", "network"))
    return Coalesce(*names, output_field=CharField())


def kind_of(measure: Measure) -> str:
    """Return the kind in one word."""
    return Measure.Kind(measure.kind).label.split(":")[0]


# --- One measure -------------------------------------------------------------------------------------------
def _measure(request: MemberRequest, measure: int) -> Measure:
    return one_or_404(_measures(request.membership, measure))


@prepared
def _measures(reader: Membership, pk: int) -> QuerySet[Measure]:
    return measures_for(reader).filter(pk=pk)


@require_GET
@network_page()
def measure(request: MemberRequest, measure: int) -> HttpResponseBase:
    """A measure: signal or noise? Its chart, its numbers, its history."""
    thing = _measure(request, measure)
    words = may_read_words_of(request.membership, thing)
    listing = Listing(
        request,
        numbers_of,
        _number_columns(thing, words),
        sort="-period",
        name=f"measure-{thing.pk}",
        given=[thing.pk],
    )
    if download := listing.download():
        return download
    listing.columns = _columns_of_page(thing, words)
    history = last_of(thing, HISTORY) if words else []
    [series] = Series.of_many([thing])
    events = events_of(request.membership, thing) if words and series.points else []
    newest = None if request.GET.get("picture") == "all" else NEWEST
    chart = series.picture(notes=words, table=False, newest=newest) | {"csv": "?format=csv"}
    chart["events"] = drawn(series, events, len(chart["points"]))
    if len(chart["points"]) < len(series.points):
        chart["of"] = len(series.points)
    places = {point.period: at for at, point in enumerate(series.points)}
    today = thing.network.today()
    answer = may_change(request.membership, thing)
    return render(
        request,
        "measures/measure.html",
        {
            "proposal": proposal(series, events) if answer else None,
            "measure": thing,
            "kind": kind_of(thing),
            "series": series,
            "chart": chart,
            "small": small(series),
            "icons": icons_of(series),
            "listing": listing,
            "numbers": [
                (
                    row,
                    series.name_of(row.period),
                    _shown(thing, row),
                    entered(row.numerator, row.denominator),
                    rule_words(series, places[row.period]) if row.period in places else "",
                )
                for row in listing.rows
            ],
            "due": series.due(today) or "a number",
            "may_change": answer,
            "facts": _facts(thing),
            "words": words,
            "history": history[:LAST_STEPS],
            "earlier": history[LAST_STEPS:],
        },
    )


def _facts(measure: Measure) -> list[tuple[str, str]]:
    """Return what the measure is, for the summary list."""
    return [
        ("Kind", measure.get_kind_display()),
        ("One number", measure.get_shape_display()),
        ("Unit", unit_of(measure)),
        ("Which way is better", measure.get_better_display()),
        ("Target", "" if measure.target is None else shown(measure, float(measure.target))),
        ("Chart", measure.get_chart_display()),
        ("How often", _rhythm(measure)),
        ("Source", "Made-up numbers" if measure.made_up else measure.source),
    ]


def _rhythm(measure: Measure) -> str:
    reminder = "; a reminder comes when a number is due" if measure.reminds else ""
    return f"{measure.get_frequency_display()}{reminder}"


def _number_columns(measure: Measure, words: bool) -> list[Column]:
    columns = [
        Column("period", "Period", lambda row: row.period, ("period",)),
        Column("value", "Value", lambda row: _shown(measure, row), numeric=True),
        Column("numerator", "Numerator", lambda row: row.numerator, numeric=True),
    ]
    if measure.has_denominator:
        columns.append(Column("denominator", "Denominator", lambda row: row.denominator, numeric=True))
    if words:
        columns.append(Column("note", "Note", lambda row: row.note))
        columns.append(Column("by", "Added by", lambda row: row.added_by.name))
    columns.append(Column("made_up", "Made up", lambda row: "yes" if measure.made_up else "no"))
    return columns


def _columns_of_page(measure: Measure, words: bool) -> list[Column]:
    """Return the columns of the page's table, which says in one cell what a download holds in two."""
    columns = [
        Column("period", "Period", lambda row: row.period, ("period",)),
        Column("value", "Value", lambda row: "", numeric=True),
    ]
    if measure.has_denominator:
        columns.append(Column("entered", "Entered", lambda row: "", numeric=True))
    columns.append(Column("signal", "Signal", lambda row: ""))
    if words:
        columns.append(Column("note", "Note", lambda row: ""))
    return columns


def _shown(measure: Measure, row: Observation) -> str:
    bottom = float(row.denominator or 0) if measure.has_denominator else 1
    return shown(measure, value_of(float(row.numerator), bottom, multiply=measure.multiply))


@require_http_methods(["GET", "POST"])
@network_page()
def add_measure(request: MemberRequest, **address: int) -> HttpResponseBase:
    """Give a project, a programme, an organisation or the network a measure: only its name is needed."""
    owners = _owners(request, **address)
    measure = Measure(network=request.membership.network, **owners)
    require(may_add(request.membership, measure.belongs_to))
    form = MeasureForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.create_measure(by=request.membership, **owners, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(
                request, f"“{made.name}” is a measure of {made.belongs_to.name}. Now add its numbers."
            )
            return redirect("measures:measure", request.membership.network.slug, made.pk)
    return render(
        request,
        "measures/measure_form.html",
        {"form": form, "owner": measure.belongs_to, "owner_url": measure.owner_url},
    )


def _owners(request: MemberRequest, **address: int) -> dict[str, Any]:
    """Return what the address names as the measure's owner; nothing is the network."""
    seen = {"project": projects_for, "programme": programmes_for, "organisation": organisations_for}
    return {key: get_object_or_404(seen[key](request.membership), pk=pk) for key, pk in address.items()}


@require_http_methods(["GET", "POST"])
@network_page()
def change_measure(request: MemberRequest, measure: int) -> HttpResponseBase:
    """Change what a measure is."""
    thing = _measure(request, measure)
    require(may_change(request.membership, thing))
    form = MeasureForm(
        request.POST if request.method == "POST" else None,
        instance=thing,
        has_numbers=thing.observations.exists(),
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_measure(by=request.membership, measure=thing, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("measures:measure", request.membership.network.slug, thing.pk)
    # The form has written what was typed onto the measure; the page's title keeps the name that holds.
    context = {"form": form, "owner": thing.belongs_to, "measure": thing, "name": form.initial["name"]}
    return render(request, "measures/measure_form.html", context)


# --- One number --------------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
@network_page()
def add_number(request: MemberRequest, measure: int) -> HttpResponseBase:
    """Add a period's number, the one that is due offered first."""
    thing = _measure(request, measure)
    require(may_change(request.membership, thing))
    series = Series.of(thing)
    by_day = "day" in request.GET
    form = NumberForm(
        request.POST if request.method == "POST" else None,
        series=series,
        today=thing.network.today(),
        by_day=by_day,
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        numbers = {"numerator": data["numerator"], "denominator": data.get("denominator")}
        try:
            try:
                done = actions.add_observation(
                    by=request.membership, measure=thing, period=data["period"], note=data["note"], **numbers
                )
            except actions.PeriodTaken as taken:
                if not (data["change"] and data["seen"] == taken.there.stamp):
                    raise
                done = actions.change_observation(
                    by=request.membership,
                    observation=taken.there,
                    note=data["note"] or taken.there.note,
                    seen=data["seen"],
                    **numbers,
                )
        except actions.PeriodTaken as taken:
            form = form.asking_about(taken.there)
        else:
            return _number_is_in(request, thing, done)
    return _number_page(request, thing, series, form)


@require_http_methods(["GET", "POST"])
@network_page()
def change_number(request: MemberRequest, measure: int, number: int) -> HttpResponseBase:
    """Change a period's number; what somebody else changed meanwhile is shown first."""
    thing = _measure(request, measure)
    require(may_change(request.membership, thing))
    observation = get_object_or_404(thing.observations.select_related("added_by"), pk=number)
    observation.measure = thing
    series = Series.of(thing)
    form = NumberForm(
        request.POST if request.method == "POST" else None,
        series=series,
        today=thing.network.today(),
        of=observation,
        initial=NumberForm.initial_of(observation),
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            done = actions.change_observation(
                by=request.membership,
                observation=observation,
                numerator=data["numerator"],
                denominator=data.get("denominator"),
                note=data["note"],
                seen=data["seen"],
            )
        except actions.PeriodTaken as taken:
            # The new stamp goes out with the form: sending it again means having seen what it says now.
            form = form.asking_about(taken.there)
        else:
            return _number_is_in(request, thing, done)
    return _number_page(request, thing, series, form, observation)


@require_http_methods(["GET", "POST"])
@network_page()
def remove_number(request: MemberRequest, measure: int, number: int) -> HttpResponseBase:
    """Take a period's number away, with a reason."""
    thing = _measure(request, measure)
    require(may_change(request.membership, thing))
    observation = get_object_or_404(thing.observations, pk=number)
    observation.measure = thing
    form = RemoveNumberForm(posted(request), initial={"seen": observation.stamp})
    if request.method == "POST" and form.is_valid():
        try:
            actions.remove_observation(by=request.membership, observation=observation, **form.cleaned_data)
        except actions.PeriodTaken:
            form.add_error(None, "Somebody changed the number meanwhile. Look at it again.")
        else:
            messages.success(request, f"{period_name(observation.period, thing.frequency)} is removed.")
            return redirect("measures:measure", request.membership.network.slug, thing.pk)
    context = {
        "measure": thing,
        "number": observation,
        "form": form,
        "period": period_name(observation.period, thing.frequency),
        "entered": entered(observation.numerator, observation.denominator),
    }
    return render(request, "measures/remove_number.html", context)


def _number_is_in(request: MemberRequest, measure: Measure, done: Observation) -> HttpResponseBase:
    text = entered(done.numerator, done.denominator)
    value = f" ({_shown(measure, done)})" if measure.has_denominator else ""
    messages.success(request, f"{period_name(done.period, measure.frequency)} is {text}{value}.")
    return redirect("measures:measure", request.membership.network.slug, measure.pk)


def _number_page(
    request: MemberRequest,
    measure: Measure,
    series: Series,
    form: NumberForm,
    observation: Observation | None = None,
) -> HttpResponseBase:
    last = list(zip(series.points, series.values, strict=True))[-LAST_NUMBERS:][::-1]
    return render(
        request,
        "measures/number_form.html",
        {
            "measure": measure,
            "form": form,
            "period": series.name_of(observation.period) if observation else "",
            "observation": observation,
            "by_months": series.is_monthly,
            "by_day": form.by_day,
            "last": [
                (
                    series.name_of(point.period),
                    shown(measure, value),
                    entered(point.numerator, point.denominator) if measure.has_denominator else "",
                )
                for point, value in last
            ],
        },
    )
