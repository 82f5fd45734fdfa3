"""Bringing members in from a file: upload, columns, preview, confirm."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from iocn.shared.downloads import download
from iocn.shared.forms import Form
from iocn.shared.lists import Pages, wanted_format
from iocn.shared.tables import read_csv
from people import actions
from people.forms import UploadForm
from people.member_import import COLUMNS, LABELS, REQUIRED, Outcome, Plan, is_complete, make_plan, matched
from people.models import Upload
from people.permissions import Permission
from people.scopes import is_gone, member_uploads_of
from people.web import MemberRequest, network_page, posted

COLOURS = {
    Outcome.WRONG: "red",
    Outcome.ADD: "green",
    Outcome.AGAIN: "blue",
    Outcome.CHANGE: "blue",
    Outcome.NOTHING: "grey",
}


def _read(request: MemberRequest) -> UploadForm:
    form = UploadForm(request.POST, request.FILES)
    form.is_valid()
    return form


@network_page(Permission.MANAGE_NETWORK, read_first=_read)
@require_http_methods(["GET", "POST"])
def upload(request: MemberRequest, sent: UploadForm | None = None) -> HttpResponseBase:
    """Take the file; where its headings say which column is which, go on to the preview. `?format=xlsx`: an empty one."""
    if kind := wanted_format(request):
        return download(kind, "members", list(COLUMNS), [])
    form = sent or UploadForm()
    if form.is_valid():
        file = form.cleaned_data["file"]
        columns = matched(read_csv(file.csv))
        upload = actions.keep_upload(by=request.membership, name=file.name, content=file.csv, columns=columns)
        if file.remark:
            messages.info(request, file.remark)
        name = "people:import_preview" if is_complete(columns) else "people:import_columns"
        return redirect(name, request.membership.network.slug, upload.pk)
    return render(request, "people/import_upload.html", {"form": form})


class ColumnsForm(Form):
    """Which heading of the file is which of our columns."""

    def __init__(self, *args: object, headings: tuple[str, ...], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        choices = [(heading, heading) for heading in headings if heading]
        for key in COLUMNS:
            is_required = key in REQUIRED
            empty = "Choose" if is_required else "Not in this file"
            self.fields[key] = forms.ChoiceField(
                label=LABELS[key],
                choices=[("", empty), *choices],
                required=is_required,
                error_messages={"required": f"Choose the column of “{LABELS[key]}”"},
            )

    def clean(self) -> dict[str, str]:
        cleaned = super().clean() or self.cleaned_data
        used: dict[str, str] = {}
        for key, heading in list(cleaned.items()):
            if heading and heading in used:
                self.add_error(key, f"“{heading}” is chosen already for “{LABELS[used[heading]]}”")
            used.setdefault(heading, key)
        return cleaned


@network_page(Permission.MANAGE_NETWORK)
@require_http_methods(["GET", "POST"])
def columns(request: MemberRequest, pk: int) -> HttpResponse:
    """Let the person say which column is which."""
    upload = get_object_or_404(member_uploads_of(request.membership), pk=pk)
    table = read_csv(bytes(upload.content))
    form = ColumnsForm(posted(request), headings=table.headings, initial=upload.columns)
    if request.method == "POST" and form.is_valid():
        upload.columns = {key: heading for key, heading in form.cleaned_data.items() if heading}
        upload.save(update_fields=["columns"])
        return redirect("people:import_preview", request.membership.network.slug, upload.pk)
    example = [
        {"heading": heading, "cells": [row.cells[heading] for row in table.rows[:3]]}
        for heading in table.headings
        if heading
    ]
    return render(request, "people/import_columns.html", {"form": form, "upload": upload, "example": example})


@network_page(Permission.MANAGE_NETWORK)
@require_http_methods(["GET", "POST"])
def preview(request: MemberRequest, pk: int) -> HttpResponse:
    """Show row by row what the file would do; a confirmation does it, all or nothing."""
    upload = member_uploads_of(request.membership).filter(pk=pk).first()
    if upload is None:
        return _not_here(request, pk)
    network = request.membership.network
    if request.method == "GET":
        return _show(request, upload, make_plan(network, read_csv(bytes(upload.content)), upload.columns))
    if "discard" in request.POST:
        upload.delete()
        messages.success(request, "The file is discarded. Nothing was changed.")
        return redirect("people:import", network.slug)
    try:
        plan = actions.import_members(by=request.membership, upload=upload, seen=request.POST.get("seen", ""))
    except actions.PlanChanged as changed:
        return _show(request, upload, changed.plan, has_changed=True)
    except ValidationError as error:
        messages.info(request, error.messages[0])
    else:
        messages.success(request, _done(plan))
    return redirect("people:members", network.slug)


def _not_here(request: MemberRequest, pk: int) -> HttpResponse:
    """Answer a second click on "confirm" with the list that the first one led to; all else is 404."""
    if request.method != "POST" or not is_gone(pk):
        raise Http404
    messages.info(request, "This file has been imported or discarded already.")
    return redirect("people:members", request.membership.network.slug)


def _done(plan: Plan) -> str:
    counts = plan.counts
    said = [
        (counts[Outcome.ADD] + counts[Outcome.AGAIN], "invited"),
        (counts[Outcome.CHANGE], "changed"),
        (counts[Outcome.NOTHING], "as before"),
    ]
    return f"Imported: {', '.join(f'{number} {what}' for number, what in said if number)}."


def _show(request: MemberRequest, upload: Upload, plan: Plan, has_changed: bool = False) -> HttpResponse:
    # What is wrong comes first; it is what the person has to do.
    rows = sorted(plan.rows, key=lambda row: (not row.errors, row.line))
    counts = plan.counts
    context = {
        "upload": upload,
        "plan": plan,
        "counts": [(outcome, counts[outcome], COLOURS[outcome]) for outcome in Outcome if counts[outcome]],
        "wrong": counts[Outcome.WRONG],
        "pages": (pages := Pages(request, rows, size=100)),
        "rows": [{"row": row, "colour": COLOURS[row.outcome]} for row in pages.rows],
        "has_changed": has_changed,
        "chosen": [(LABELS[key], upload.columns.get(key, "")) for key in COLUMNS],
    }
    return render(request, "people/import_preview.html", context)
