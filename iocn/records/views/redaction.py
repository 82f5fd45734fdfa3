"""Removing words, and the list of what was removed. The words are in no address: they travel in posts alone."""

from collections.abc import Sequence

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from iocn.records.forms import RedactForm
from iocn.records.redaction import (
    Place,
    PlacesChanged,
    counts_of,
    find,
    fingerprint,
    line_of,
    redact_words,
)
from iocn.records.scopes import redactions_for
from iocn.shared.lists import Column, Listing
from iocn.shared.words import Words
from people.permissions import Permission
from people.web import MemberRequest, network_page, posted

# How many places a page of the preview shows.
LINES = 50


@network_page(Permission.MANAGE_NETWORK)
@require_GET
def redactions(request: MemberRequest) -> HttpResponseBase:
    """List what was removed, by whom and why."""
    rows = redactions_for(request.membership).select_related("by", "membership")
    columns = [
        Column("at", "When", lambda row: row.at, ("at",)),
        Column("what", "What", lambda row: row.get_kind_display(), ("kind",)),
        Column("reason", "Why", lambda row: row.reason),
        Column("places", "Places", lambda row: row.places, ("places",), numeric=True),
        Column("by", "By", lambda row: row.by.name if row.by else "Retention schedule"),
    ]
    listing = Listing(request, rows, columns, sort="-at", name="redactions")
    if download := listing.download():
        return download
    return render(request, "records/redactions.html", {"listing": listing})


@never_cache
@network_page(Permission.MANAGE_NETWORK)
@require_http_methods(["GET", "POST"])
def redact(request: MemberRequest) -> HttpResponse:
    """Ask for the words, show every place that has them, and remove them once that is confirmed."""
    form = RedactForm(posted(request))
    if request.method == "GET" or not form.is_valid() or "again" in request.POST:
        return render(request, "records/redact.html", {"form": form})
    words, reason = form.cleaned_data["words"], form.cleaned_data["reason"]
    if "confirm" not in request.POST:
        return _preview(request, form, words, find(request.membership.network, [words]))
    try:
        done = redact_words(
            by=request.membership, words=words, reason=reason, seen=request.POST.get("seen", "")
        )
    except PlacesChanged as changed:
        return _preview(request, form, words, changed.places, problem=str(changed))
    except ValidationError as error:
        form.add_error("words", error)
        return render(request, "records/redact.html", {"form": form})
    messages.success(
        request, f"Removed from {done.places} place{'s' if done.places > 1 else ''}. Only the reason is kept."
    )
    return redirect("records:redactions", request.membership.network.slug)


def _preview(
    request: MemberRequest, form: RedactForm, words: Words, places: Sequence[Place], problem: str = ""
) -> HttpResponse:
    if not places:
        form.add_error("words", "No place in this network has these words")
        return render(request, "records/redact.html", {"form": form})
    text = request.POST.get("page", "1")
    pages = -(-len(places) // LINES)
    page = min(int(text), pages) if text.isascii() and text.isdecimal() and 0 < len(text) < 6 else 1
    page = max(page, 1)
    context = {
        "form": form,
        "problem": problem,
        "counts": counts_of(places).items(),
        "lines": [line_of(place, [words]) for place in places[(page - 1) * LINES : page * LINES]],
        "number": len(places),
        "caption": f"Places, page {page} of {pages}" if pages > 1 else "Places",
        "seen": fingerprint(places),
        "page": page,
        "pages": pages,
        "next_page": page + 1 if page < pages else None,
        "previous_page": page - 1 if page > 1 else None,
        "kept": [(name, form.data.get(name, "")) for name in form.fields],
    }
    return render(request, "records/redact_preview.html", context)
