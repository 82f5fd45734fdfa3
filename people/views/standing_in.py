"""Pages on which a leader, or staff for one, says who stands in while they are away and who acts for them."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from iocn.shared.forms import refusals_at
from iocn.shared.templatetags.components import day
from people import actions
from people.forms import AbsenceForm, DelegateForm
from people.models import Membership
from people.scopes import absences_for, delegates_for, leaders_looked_after_by
from people.web import MemberRequest, network_page, posted

SHOWN = 50


def _leader(request: MemberRequest, pk: int | None) -> Membership:
    """Return the leader whose page it is: the reader, or for staff anybody."""
    reader = request.membership
    if pk is None:
        if not reader.is_leader:
            raise Http404
        return reader
    return get_object_or_404(leaders_looked_after_by(reader).select_related("network"), pk=pk)


def _page_of(request: MemberRequest, leader: Membership, page: str) -> HttpResponse:
    """Lead back to the page, one's own or that of somebody whom staff look after."""
    slug = request.membership.network.slug
    if leader.pk == request.membership.pk:
        return redirect(f"people:{page}", slug)
    return redirect(f"people:member_{page}", slug, leader.pk)


@network_page()
@require_http_methods(["GET", "POST"])
def away(request: MemberRequest, pk: int | None = None) -> HttpResponse:
    """Show when a leader is away, and enter an absence."""
    leader = _leader(request, pk)
    today = leader.network.today()
    form = AbsenceForm(posted(request), leader=leader, initial={"from_date": today})
    if request.method == "POST" and form.is_valid():
        with refusals_at(form):
            absence = actions.set_absence(by=request.membership, membership=leader, **form.cleaned_data)
            who = f"{absence.stand_in} stands in." if absence.stand_in else "Nobody stands in."
            messages.success(
                request, f"Away from {day(absence.from_date)} until {day(absence.until_date)}. {who}"
            )
            return _page_of(request, leader, "away")
    absences = list(leader.absences.select_related("stand_in", "ended_by")[:SHOWN])
    to_come = [one for one in absences if one.ended_at is None and one.until_date >= today]
    context = {
        **_whose(request, leader),
        "form": form,
        "today": today,
        "to_come": to_come,
        "past": [one for one in absences if one not in to_come],
    }
    return render(request, "people/away.html", context)


@network_page()
@require_POST
def absence_end(request: MemberRequest, pk: int) -> HttpResponse:
    """End an absence early, or call it off."""
    absence = get_object_or_404(
        absences_for(request.membership).select_related("membership__network", "stand_in"), pk=pk
    )
    actions.end_absence(by=request.membership, absence=absence)
    messages.success(request, f"The absence until {day(absence.until_date)} is ended.")
    return _page_of(request, absence.membership, "away")


@network_page()
@require_http_methods(["GET", "POST"])
def delegates(request: MemberRequest, pk: int | None = None) -> HttpResponse:
    """Show who acts for a leader; name somebody, or (`?renew=`) go on with somebody."""
    leader = _leader(request, pk)
    today = leader.network.today()
    rows = list(leader.delegates.select_related("delegate", "ended_by")[:SHOWN])
    renewed = next((row for row in rows if str(row.pk) == request.GET.get("renew")), None)
    names = ("delegate", "power", "copies_mail")
    initial = {name: getattr(renewed, name) for name in names} if renewed else {}
    form = DelegateForm(
        posted(request),
        by=request.membership,
        initial=initial,
    )
    if request.method == "POST" and form.is_valid():
        with refusals_at(form):
            row = actions.name_delegate(by=request.membership, leader=leader, **form.cleaned_data)
            messages.success(
                request, f"{row.delegate} acts for {_name(request, leader)} until {day(row.until)}."
            )
            return _page_of(request, leader, "delegates")
    context = {
        **_whose(request, leader),
        "form": form,
        "renewed": renewed,
        "today": today,
        "open": [row for row in rows if row.ended_at is None],
        "past": [row for row in rows if row.ended_at],
    }
    return render(request, "people/delegates.html", context)


@network_page()
@require_POST
def delegate_end(request: MemberRequest, pk: int) -> HttpResponse:
    """Let somebody act for a leader no longer."""
    row = get_object_or_404(
        delegates_for(request.membership).select_related("leader__network", "delegate"), pk=pk
    )
    actions.end_delegate(by=request.membership, row=row)
    messages.success(request, f"{row.delegate} no longer acts for {_name(request, row.leader)}.")
    return _page_of(request, row.leader, "delegates")


def _name(request: MemberRequest, leader: Membership) -> str:
    return "you" if leader.pk == request.membership.pk else leader.name


def _whose(request: MemberRequest, leader: Membership) -> dict[str, Any]:
    return {"leader": leader, "is_self": leader.pk == request.membership.pk}
