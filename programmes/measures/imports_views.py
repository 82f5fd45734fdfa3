"""A file of numbers on its way in: bring it, choose its columns and rows, look at what it does, confirm."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from iocn.shared.permissions import require
from iocn.shared.tables import read_csv
from people.models import Upload
from people.web import MemberRequest, network_page
from programmes.measures import actions
from programmes.measures.figures import today_in
from programmes.measures.forms import ColumnsForm, UploadForm
from programmes.measures.imports import Choices, DateReader, Plan
from programmes.measures.models import Measure
from programmes.measures.permissions import is_gone, may_change, measures_for, uploads_for

ROWS_SHOWN = 100


def _measure(request: MemberRequest, measure: int) -> Measure:
    thing = get_object_or_404(measures_for(request.membership), pk=measure)
    require(may_change(request.membership, thing))
    return thing


def _is_chosen(measure: Measure, upload: Upload) -> bool:
    """Whether the columns are chosen, for the shape that the measure has now."""
    return bool(upload.columns) and bool(upload.columns.get("denominator")) == measure.has_denominator


def _plan(measure: Measure, upload: Upload) -> Plan:
    table = read_csv(bytes(upload.content))
    return Plan(measure, table, Choices.of(upload.columns), today_in(measure.network))


def _read(request: MemberRequest, measure: int) -> UploadForm:
    _measure(request, measure)  # of whoever may not change it no file is read
    form = UploadForm(request.POST, request.FILES)
    form.is_valid()
    return form


@require_http_methods(["GET", "POST"])
@network_page(read_first=_read)
def upload_file(request: MemberRequest, measure: int, sent: UploadForm | None = None) -> HttpResponseBase:
    """Bring a CSV or Excel file."""
    thing = _measure(request, measure)
    form = sent or UploadForm()
    if form.is_valid():
        file = form.cleaned_data["file"]
        upload = actions.keep_upload(by=request.membership, measure=thing, name=file.name, content=file.csv)
        if file.remark:
            messages.info(request, file.remark)
        return redirect("measures:import_columns", request.membership.network.slug, thing.pk, upload.pk)
    return render(request, "measures/import_file.html", {"measure": thing, "form": form})


@require_http_methods(["GET", "POST"])
@network_page()
def columns(request: MemberRequest, measure: int, upload: int) -> HttpResponseBase:
    """Choose which columns are ours and which rows to take; say how dates are meant where nobody can tell."""
    thing = _measure(request, measure)
    file = get_object_or_404(uploads_for(request.membership, thing), pk=upload)
    table = read_csv(bytes(file.content))
    common = {"measure": thing, "table": table, "kept": file.columns}
    form = ColumnsForm(request.POST if request.method == "POST" else None, **common)
    if request.method == "POST" and form.is_valid():
        dates = DateReader.for_rows(table.rows, Choices.of(form.choices()))
        if dates.is_ambiguous:
            form = ColumnsForm(request.POST, ask_order=dates.example, **common)
        if form.is_valid():
            actions.choose_columns(upload=file, choices=form.choices())
            return redirect("measures:import_preview", request.membership.network.slug, thing.pk, file.pk)
    context = {
        "measure": thing,
        "upload": file,
        "form": form,
        "headings": table.headings,
        "samples": [list(row.cells.values()) for row in table.rows[:3]],
        "count": len(table.rows),
    }
    return render(request, "measures/import_columns.html", context)


@require_http_methods(["GET", "POST"])
@network_page()
def preview(request: MemberRequest, measure: int, upload: int) -> HttpResponseBase:
    """Show row by row what the file would do, and the chart it would make; on confirmation do it, all or nothing."""
    thing = _measure(request, measure)
    if request.method == "POST":
        return _confirm(request, thing, upload)
    file = get_object_or_404(uploads_for(request.membership, thing), pk=upload)
    if not _is_chosen(thing, file):
        return redirect("measures:import_columns", request.membership.network.slug, thing.pk, file.pk)
    return _preview_page(request, thing, file, _plan(thing, file))


def _preview_page(
    request: MemberRequest, measure: Measure, upload: Upload, plan: Plan, changed_since: bool = False
) -> HttpResponseBase:
    rows = plan.in_order
    would_be = plan.series() if plan.writes else None
    context = {
        "measure": measure,
        "upload": upload,
        "plan": plan,
        "changed_since": changed_since,
        "rows": rows[:ROWS_SHOWN],
        "more": len(rows) - ROWS_SHOWN if len(rows) > ROWS_SHOWN else 0,
        "chart": would_be.picture() if would_be else None,
        "to_write": plan.counts["new"] + plan.counts["changed"],
    }
    return render(request, "measures/import_preview.html", context)


@transaction.atomic
def _confirm(request: MemberRequest, measure: Measure, upload: int) -> HttpResponseBase:
    """Write what the preview showed. The file is locked, so that two confirmations act once."""
    file = uploads_for(request.membership, measure).select_for_update().filter(pk=upload).first()
    page = redirect("measures:measure", request.membership.network.slug, measure.pk)
    if file is None:
        if not is_gone(upload):
            raise Http404  # somebody else's
        messages.info(request, "That file is not waiting any more: it was imported or discarded.")
        return page
    if not _is_chosen(measure, file):
        return redirect("measures:import_columns", request.membership.network.slug, measure.pk, file.pk)
    plan = _plan(measure, file)
    if not plan.writes or plan.stamp != request.POST.get("stamp"):
        return _preview_page(request, measure, file, plan, changed_since=plan.writes)
    added, changed = actions.apply_upload(
        by=request.membership, upload=file, measure=measure, rows=plan.numbers()
    )
    messages.success(request, f"{file.name}: {_said(added, changed)}.")
    return page


def _said(added: int, changed: int) -> str:
    parts = [
        f"{number:,} number{'' if number == 1 else 's'} {word}"
        for number, word in ((added, "added"), (changed, "changed"))
        if number
    ]
    return " and ".join(parts)


@require_POST
@network_page()
def discard(request: MemberRequest, measure: int, upload: int) -> HttpResponseBase:
    """Let go of a file without importing it."""
    thing = _measure(request, measure)
    get_object_or_404(uploads_for(request.membership, thing), pk=upload).delete()
    messages.info(request, "The file is discarded. Nothing was imported.")
    return redirect("measures:measure", request.membership.network.slug, thing.pk)
