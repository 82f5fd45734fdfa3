"""Raising an ask."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from people.permissions import Permission
from people.web import MemberRequest, network_page
from programmes.escalations import actions, forms
from programmes.escalations.actions.raising import manager_first
from programmes.escalations.hooks import find_asked_from
from programmes.escalations.models import Escalation
from programmes.escalations.outcomes import came_of_it
from programmes.escalations.policy import times_of
from programmes.escalations.routing import mandates, route_for
from programmes.escalations.search import similar_asks
from programmes.escalations.states import Step
from programmes.escalations.stories import stories_like


@network_page(Permission.RAISE_ASK)
@require_http_methods(["GET", "POST"])
def raise_ask(request: MemberRequest) -> HttpResponseBase:
    """Raise an ask, and see beforehand what needs no asking, to whom it goes and by when an answer is due."""
    membership = request.membership
    if request.method == "GET" and request.htmx:  # type: ignore[attr-defined]
        form = forms.RaiseForm(request.GET, membership=membership)
        return render(request, "escalations/raise.html#route", _what_happens(request, form))
    similar: dict[str, object] = {}
    if request.method == "POST":
        form = forms.RaiseForm(request.POST, membership=membership)
        checks_only = "check" in request.POST
        if not checks_only and form.is_valid():
            ask = actions.raise_ask(by=membership, **form.cleaned_data)
            messages.success(request, _where_it_went(ask))
            return redirect(ask)
        if checks_only:
            # Nothing is wrong yet: the person has only looked where it would go.
            form = forms.RaiseForm(initial=_typed(form), membership=membership)
        similar = _similar(request, form["ask"].value() or "")
    else:
        initial = {"project": _project_asked_for(request), "asked_from": request.GET.get("from", "")}
        form = forms.RaiseForm(initial=initial, membership=membership)
    context = {
        "form": form,
        "asked_from": find_asked_from(membership, str(form["asked_from"].value() or "")),
        **similar,
        **_what_happens(request, form),
    }
    return render(request, "escalations/raise.html", context)


@network_page(Permission.RAISE_ASK)
@require_GET
def similar(request: MemberRequest) -> HttpResponseBase:
    """Show earlier asks like the one that is being typed; nothing at all if these are shown already."""
    found = _similar(request, request.GET.get("ask", ""))
    if request.GET.get("shown") == found["shown"]:
        return HttpResponse(status=204)
    return render(request, "escalations/raise.html#similar", {"is_news": True, **found})


def _similar(request: MemberRequest, text: str) -> dict[str, object]:
    asks = list(similar_asks(request.membership, text))
    # Also of asks that the reader does not see: what was agreed to be told.
    shown = {ask.pk for ask in asks}
    stories = [story for story in stories_like(request.membership, text) if story[0] not in shown]
    return {
        "similar": [{"ask": ask, "came_of_it": came_of_it(ask)} for ask in asks],
        "stories": [(line, by) for _ask, line, by in stories],
        "shown": " ".join([*(ask.reference for ask in asks), *(str(ask) for ask, _line, _by in stories)]),
        "asks_url": _asks_url(request),
    }


def _asks_url(request: MemberRequest) -> str:
    return request.path.partition("raise/")[0]


def _where_it_went(ask: Escalation) -> str:
    first = ask.owner or ask.manager
    if first:
        return f"{ask.reference} is with {first}, who is told by e-mail now."
    if ask.step == Step.TABLE:
        return (
            f"{ask.reference} is at the network table: any leader may take it. They are told by e-mail now."
        )
    return (
        f"{ask.reference} is with network staff, who find somebody to decide it. They are told by e-mail now."
    )


def _typed(form: forms.RaiseForm) -> dict[str, Any]:
    return {name: form[name].value() for name in form.fields}


def _project_asked_for(request: MemberRequest) -> int | None:
    text = request.GET.get("project", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None


def _what_happens(request: MemberRequest, form: forms.RaiseForm) -> dict[str, object]:
    """Return what teams may do without asking, where the form's ask would go, and by when an answer is due."""
    membership, network = request.membership, request.membership.network
    domain, urgency = form.chosen("domain") or "", form.chosen("urgency")
    route = route_for(network, form.chosen("organisation"), domain, membership)
    manager = None
    if form.chosen("restricted"):
        route = route.without_table()
    elif project := form.chosen("project"):
        manager, _why_not = manager_first(project, membership, route)
    answer_by = None
    if urgency:
        answer_by = times_of(network).answer_by(urgency, timezone.now(), after_manager=manager is not None)
    return {
        "route": route,
        "manager": manager,
        "answer_by": answer_by,
        "mandates": mandates(route.organisation, domain),
    }
