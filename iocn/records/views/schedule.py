"""What is kept for how long, what is on hold, and what was disposed of."""

from typing import cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from iocn.records.actions import Subject, end_hold, place_hold, set_periods
from iocn.records.forms import HoldForm, PeriodsForm
from iocn.records.retention import BY_KEY, FIXED, SCHEDULE, numbers_for, period
from iocn.records.scopes import disposals_for, holds_for
from iocn.shared.lists import Column, Listing
from people.permissions import Permission
from people.scopes import members_for, organisations_for
from people.web import MemberRequest, network_page, posted
from programmes.projects.permissions import projects_for

# How many of a kind a search shows: who looks for more types more.
FOUND = 20


@network_page(Permission.MANAGE_NETWORK)
@require_GET
def records(request: MemberRequest) -> HttpResponse:
    """Show the schedule, what is on hold, and whom or what a search finds, to hand over or to hold."""
    membership = request.membership
    numbers = numbers_for(membership.network)
    # PostgreSQL refuses a question with a null character.
    q = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:100]
    context = {
        "schedule": [(rule, period(rule, numbers[rule.key])) for rule in SCHEDULE],
        "fixed": FIXED,
        "holds": holds_for(membership)
        .now()
        .select_related("network", "organisation", "project", "membership", "by"),
        "q": q,
        "found": _found(request, q) if q else [],
    }
    return render(request, "records/records.html", context)


def _found(request: MemberRequest, q: str) -> list[dict[str, object]]:
    membership = request.membership
    members = members_for(membership).filter(Q(name__icontains=q) | Q(person__email__icontains=q))
    kinds = [
        ("Member", "member", members.filter(anonymised_at=None)),
        ("Organisation", "organisation", organisations_for(membership).filter(name__icontains=q)),
        ("Project", "project", projects_for(membership).filter(name__icontains=q)),
    ]
    return [
        {"kind": label, "key": key, "pk": thing.pk, "name": str(thing)}
        for label, key, things in kinds
        for thing in things[:FOUND]
    ]


@network_page(Permission.MANAGE_NETWORK)
@require_http_methods(["GET", "POST"])
def periods(request: MemberRequest) -> HttpResponse:
    """Let staff say for how long the network keeps what."""
    form = PeriodsForm(posted(request), numbers=numbers_for(request.membership.network))
    if request.method == "POST" and form.is_valid():
        set_periods(by=request.membership, numbers=form.cleaned_data)
        messages.success(request, "Saved. It counts from tonight on.")
        return redirect("records:records", request.membership.network.slug)
    context = {"form": form, "title": "How long are things kept?", "button": "Save"}
    return render(request, "records/form.html", context)


@network_page(Permission.MANAGE_NETWORK)
@require_http_methods(["GET", "POST"])
def hold(request: MemberRequest) -> HttpResponse:
    """Put on hold what the address names (?member=, ?organisation=, ?project=), or all of the network."""
    on = _subject(request)
    form = HoldForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            place_hold(by=request.membership, on=on, **form.cleaned_data)
        except ValidationError as error:
            form.add_error("until", error)
        else:
            messages.success(request, "On hold: the schedule leaves it alone.")
            return redirect("records:records", request.membership.network.slug)
    context = {
        "form": form,
        "title": f"Put {on or 'the whole network'} on hold",
        "remark": "Nothing that concerns it is disposed of until the hold ends. Files that wait to be confirmed"
        " still go after a day.",
        "button": "Put on hold",
    }
    return render(request, "records/form.html", context)


def _subject(request: MemberRequest) -> Subject | None:
    scopes = {"member": members_for, "organisation": organisations_for, "project": projects_for}
    for key, scope in scopes.items():
        if pk := request.GET.get(key, ""):
            if not pk.isascii() or not pk.isdecimal() or len(pk) > 18:
                raise Http404
            return cast(Subject, get_object_or_404(scope(request.membership), pk=pk))
    return None


@network_page(Permission.MANAGE_NETWORK)
@require_POST
def hold_end(request: MemberRequest, pk: int) -> HttpResponse:
    """End a hold."""
    end_hold(by=request.membership, hold=get_object_or_404(holds_for(request.membership), pk=pk))
    messages.success(request, "The hold is ended: the schedule goes on.")
    return redirect("records:records", request.membership.network.slug)


@network_page(Permission.MANAGE_NETWORK)
@require_GET
def holds(request: MemberRequest) -> HttpResponseBase:
    """List all holds, those that are over too."""
    rows = holds_for(request.membership).select_related(
        "network", "organisation", "project", "membership", "by", "ended_by"
    )
    columns = [
        Column("on", "On hold", str),
        Column("reason", "Why", lambda row: row.reason),
        Column("by", "By", lambda row: row.by.name),
        Column("at", "Since", lambda row: row.at, ("at",)),
        Column("until", "Until", lambda row: row.until or "", ("until",)),
        Column("ended", "Ended", lambda row: row.ended_at or "", ("ended_at",)),
    ]
    listing = Listing(request, rows, columns, sort="-at", name="holds")
    if download := listing.download():
        return download
    return render(request, "records/holds.html", {"listing": listing})


@network_page(Permission.MANAGE_NETWORK)
@require_GET
def disposals(request: MemberRequest) -> HttpResponseBase:
    """List how much the schedule disposed of, by day. What it was is kept nowhere."""

    def label(row: object) -> str:
        key = row.key  # type: ignore[attr-defined]
        return BY_KEY[key].what if key in BY_KEY else key

    columns = [
        Column("on", "Day", lambda row: row.on, ("on",)),
        Column("what", "What", label, ("key",)),
        Column("number", "How many", lambda row: row.number, ("number",), numeric=True),
    ]
    listing = Listing(request, disposals_for(request.membership), columns, sort="-on", name="disposals")
    if download := listing.download():
        return download
    rows = [(row, label(row)) for row in listing.rows]
    return render(request, "records/disposals.html", {"listing": listing, "rows": rows})
