"""A file of numbers on its way in: bring it, choose its columns and rows, look at what it does, confirm."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from iocn.shared.downloads import FORMATS, download
from iocn.shared.lists import Pages
from iocn.shared.permissions import require
from iocn.shared.tables import Brought, Table, read_csv
from people.web import MemberRequest, network_page
from programmes.measures import actions
from programmes.measures.figures import entered, period_name
from programmes.measures.imports.columns import Choices
from programmes.measures.imports.forms import ColumnsForm, ConfirmForm, ManyForm, UploadForm
from programmes.measures.imports.staging import LIMITS, SERIES_SHOWN
from programmes.measures.meaning import Series
from programmes.measures.models import Import, ImportRow, Measure
from programmes.measures.permissions import (
    chosen_before,
    imports_for,
    may_add,
    measures_for,
    owner_of,
)
from programmes.projects.permissions import programmes_for

ROWS_SHOWN = 100
# So many numbers are read for one picture, and the newest of them drawn.
POINTS_READ, POINTS_DRAWN = 20_000, 1000

State = Import.State


# --- Bringing it -------------------------------------------------------------------------------------------
def _into(request: MemberRequest, measure: int | None = None, programme: int | None = None) -> dict[str, Any]:
    """Return what the address names, if the reader may bring numbers there; nothing is the network."""
    into: dict[str, Any] = {}
    if measure is not None:
        into["measure"] = get_object_or_404(measures_for(request.membership), pk=measure)
    elif programme is not None:
        into["programme"] = get_object_or_404(programmes_for(request.membership), pk=programme)
    require(may_add(request.membership, owner_of(Import(network=request.membership.network, **into))))
    return into


def _read_file(request: MemberRequest, **address: int) -> tuple[UploadForm, Table | None]:
    into = _into(request, **address)  # of whoever may not bring numbers no file is read
    form = UploadForm(request.POST, request.FILES, measure=into.get("measure"))
    if not form.is_valid() or form.cleaned_data["file"].workbook:
        return form, None
    return form, read_csv(form.cleaned_data["file"].csv, LIMITS)


@require_http_methods(["GET", "POST"])
@network_page(read_first=_read_file)
def upload_file(
    request: MemberRequest, sent: tuple[UploadForm, Table | None] | None = None, **address: int
) -> HttpResponseBase:
    """Bring a CSV or Excel file: of one measure, or of many of a programme or of the network."""
    into = _into(request, **address)
    form, table = sent or (UploadForm(measure=into.get("measure")), None)
    if form.is_valid():
        file: Brought = form.cleaned_data["file"]
        brought = actions.bring(by=request.membership, file=file, table=table, **into)
        return redirect("measures:import_columns", request.membership.network.slug, brought.pk)
    where = _where(Import(network=request.membership.network, **into))
    template_url = ""
    same = {"measure": into.get("measure"), "programme": into.get("programme")}
    where["waiting"] = imports_for(request.membership).filter(**same).exclude(state=State.APPLIED)
    if "measure" in into:
        args = [request.membership.network.slug, into["measure"].pk]
        template_url = reverse("measures:template", args=args)
    return render(request, "measures/import_file.html", {"form": form, "template_url": template_url, **where})


@require_GET
@network_page()
def template(request: MemberRequest, measure: int) -> HttpResponseBase:
    """A file to fill in: the columns, and the periods whose numbers are not there yet."""
    thing = get_object_or_404(measures_for(request.membership), pk=measure)
    require(may_add(request.membership, thing.belongs_to))
    kind = request.GET.get("format", "csv")
    if kind not in FORMATS:
        raise Http404
    headings = ["date", "numerator", *(["denominator"] if thing.has_denominator else []), "note"]
    series, today = Series.of(thing), thing.network.today()
    periods = [*series.missing, *filter(None, [series.due(today) and series.next_period(today)])]
    rows = [[period, *[""] * (len(headings) - 1)] for period in periods]
    return download(kind, f"{thing.full_name} to fill in", headings, rows)


def _where(brought: Import) -> dict[str, Any]:
    """Return what the pages say of where the numbers go."""
    measure = brought.measure or Measure(network=brought.network, programme=brought.programme)
    return {
        "owner": owner_of(brought),
        "into": brought.measure.full_name if brought.measure else owner_of(brought).name,
        "back": brought.measure.get_absolute_url() if brought.measure else measure.owner_url,
        "is_many": brought.is_many,
        "bring_again": _address(brought),
    }


def _address(brought: Import) -> str:
    """Return where a file for the same is brought."""
    slug = brought.network.slug
    if brought.measure_id:
        return reverse("measures:import", args=[slug, brought.measure_id])
    if brought.programme_id:
        return reverse("measures:import_to_programme", args=[slug, brought.programme_id])
    return reverse("measures:import_to_network", args=[slug])


def _brought(request: MemberRequest, pk: int) -> Import:
    brought = get_object_or_404(imports_for(request.membership), pk=pk)
    require(may_add(request.membership, owner_of(brought)))
    return brought


# --- Its columns -------------------------------------------------------------------------------------------
def _columns_form(brought: Import, *args: Any, **kwargs: Any) -> ColumnsForm:
    """Return the form of the file's columns, as they were chosen for it or for the last like it."""
    before = brought if brought.choices else chosen_before(brought)
    kwargs |= {"brought": brought, "kept": before.choices if before else {}}
    if brought.is_many:
        return ManyForm(*args, facts=before.facts if before else {}, **kwargs)
    return ColumnsForm(*args, **kwargs)


def _read_dates(request: MemberRequest, pk: int) -> ColumnsForm | None:
    """Return what was sent; where nobody can tell day from month, with the question how they are meant."""
    brought = _brought(request, pk)
    if not brought.is_unpacked:
        return None
    form = _columns_form(brought, request.POST)
    if form.is_valid() and brought.state != State.APPLIED:
        choices = Choices.of(form.choices())
        dates = choices.dates_of(read_csv(bytes(brought.content), LIMITS).rows)
        if dates.is_ambiguous:
            form = _columns_form(brought, request.POST, ask_order=dates.example)
    return form


@require_http_methods(["GET", "POST"])
@network_page(read_first=_read_dates)
def columns(request: MemberRequest, pk: int, sent: ColumnsForm | None = None) -> HttpResponseBase:
    """Choose which columns are ours and which rows to take; say how dates are meant where nobody can tell."""
    brought = _brought(request, pk)
    if brought.state == State.APPLIED:
        return _is_in(request, brought)
    if not brought.is_unpacked:
        return redirect("measures:import_preview", request.membership.network.slug, brought.pk)
    form = sent or _columns_form(brought)
    if form.is_valid():
        facts = form.facts() if isinstance(form, ManyForm) else None
        actions.choose(brought=brought, choices=form.choices(), facts=facts)
        return redirect("measures:import_preview", request.membership.network.slug, brought.pk)
    return render(
        request, "measures/import_columns.html", {"brought": brought, "form": form, **_where(brought)}
    )


# --- What it would do --------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
@network_page()
def preview(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Show how far the reading is, then what the file would do; on confirmation do it, all or nothing."""
    brought = _brought(request, pk)
    if brought.state == State.APPLIED:
        return _is_in(request, brought)
    if brought.state == State.CHOOSING:
        return redirect("measures:import_columns", request.membership.network.slug, brought.pk)
    if request.method == "POST":
        return _confirm(request, brought)
    return _page(request, brought)


def _page(request: MemberRequest, brought: Import, changed_since: bool = False) -> HttpResponseBase:
    if brought.state == State.READY:
        return _preview_page(request, brought, changed_since)
    context = {"brought": brought, **_where(brought)}
    return render(request, "measures/import_progress.html", context)


@require_GET
@network_page()
def progress(request: MemberRequest, pk: int) -> HttpResponseBase:
    """The bar alone, as often as the page asks: nothing where it stands still, and the page anew when all is read."""
    brought = _brought(request, pk)
    if brought.state not in (State.WAITING, State.READING):
        return HttpResponseClientRefresh()
    if request.GET.get("seen") == str(brought.progress):
        return HttpResponse(status=204)  # not 304, with whose empty body htmx would replace the bar
    return render(request, "measures/import_progress.html#bar", {"brought": brought})


def _preview_page(request: MemberRequest, brought: Import, changed_since: bool) -> HttpResponseBase:
    context: dict[str, Any] = {
        "brought": brought,
        "changed_since": changed_since,
        "has_notes": bool(brought.choices.get("note")),
        **_where(brought),
    }
    rows = brought.staged.select_related("series")
    count = brought.new + brought.changed + brought.same + brought.wrong
    if brought.is_many and not brought.wrong:
        parts = brought.series.select_related("organisation")
        context["series"] = parts[:SERIES_SHOWN]
        context["more_series"] = max(0, parts.count() - SERIES_SHOWN)
        # Of many measures only those numbers one by one that were others before.
        rows, count = rows.filter(what=ImportRow.What.CHANGED), brought.changed
        context["unknown"] = brought.series.filter(organisation=None).values("code").distinct().count()
        context["form"] = ConfirmForm() if context["unknown"] else None
    pages = Pages(request, rows, ROWS_SHOWN, count)
    frequency = brought.measure.frequency if brought.measure else brought.facts.get("frequency", "")
    context |= {"pages": pages, "rows": [_line(row, frequency) for row in pages.rows]}
    # The page then points to the choices.
    context["duplicates"] = any(" is also on line" in error for row in pages.rows for error in row.errors)
    if would_be := _would_be(brought):
        context["chart"] = would_be.picture(newest=POINTS_DRAWN)
    return render(request, "measures/import_preview.html", context)


def _line(row: ImportRow, frequency: str) -> tuple[ImportRow, str, str]:
    period = period_name(row.period, frequency) if row.period else row.text
    return row, period, "" if row.numerator is None else entered(row.numerator, row.denominator)


def _would_be(brought: Import) -> Series | None:
    """Return the measure as it would be, where one picture can show it."""
    if not (brought.measure and brought.to_write):
        return None
    series = Series.of(brought.measure)
    if len(series.points) + brought.new > POINTS_READ:
        return None
    written = brought.staged.filter(what__in=[ImportRow.What.NEW, ImportRow.What.CHANGED])
    columns = written.values_list("period", "numerator", "denominator", "note")
    return series.with_numbers(
        (period, top, bottom, note) for period, top, bottom, note in columns if period and top is not None
    )


def _confirm(request: MemberRequest, brought: Import) -> HttpResponseBase:
    """Write what the preview showed. What changed meanwhile is shown first."""
    if brought.refusal:  # read again it would say the same
        return _page(request, brought)
    form = ConfirmForm(request.POST)
    add_as = form.cleaned_data["add_as"] if form.is_valid() else ""
    try:
        added, changed = actions.apply_import(
            by=request.membership, brought=brought, stamp=request.POST.get("stamp", ""), add_as=add_as
        )
    except actions.ImportIsOld:
        was_right = brought.state == State.READY and not brought.wrong
        actions.read_again(brought=brought)
        brought.refresh_from_db()
        return _page(request, brought, changed_since=was_right)
    messages.success(request, f"{brought.name}: {_said(added, changed)}.")
    return redirect(_where(brought)["back"])


def _is_in(request: MemberRequest, brought: Import) -> HttpResponseBase:
    messages.info(request, f"{brought.name} was imported.")
    return redirect(_where(brought)["back"])


def _said(added: int, changed: int) -> str:
    parts = [
        f"{number:,} number{'' if number == 1 else 's'} {word}"
        for number, word in ((added, "added"), (changed, "changed"))
        if number
    ]
    return " and ".join(parts) or "nothing was imported"


@require_POST
@network_page()
def discard(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Let go of a file without importing it."""
    brought = _brought(request, pk)
    if brought.state == State.APPLIED:
        return _is_in(request, brought)
    back = _where(brought)["back"]
    actions.discard(brought=brought)
    messages.info(request, "The file is discarded. Nothing was imported.")
    return redirect(back)
