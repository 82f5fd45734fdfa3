"""Raising an ask."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from people.models import Domain, Organisation
from people.permissions import Permission
from people.web import MemberRequest, network_page
from programmes.escalations import actions, forms
from programmes.escalations.hooks import find_asked_from
from programmes.escalations.models import Escalation
from programmes.escalations.permissions import projects_to_ask_for
from programmes.escalations.routing import Route, mandates, route_for
from programmes.escalations.states import Step


@network_page(Permission.RAISE_ASK)
@require_http_methods(["GET", "POST"])
def raise_ask(request: MemberRequest) -> HttpResponseBase:
    """Raise an ask, and see beforehand to whom it goes and what needs no asking."""
    membership = request.membership
    if request.method == "GET" and request.htmx:  # type: ignore[attr-defined]
        form = forms.RaiseForm(request.GET, membership=membership)
        return render(request, "escalations/raise.html#route", _route_of(request, form))
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
    else:
        initial = {"project": _project_asked_for(request), "asked_from": request.GET.get("from", "")}
        form = forms.RaiseForm(initial=initial, membership=membership)
    context = {
        "form": form,
        "has_projects": projects_to_ask_for(membership).exists(),
        "asked_from": find_asked_from(membership, str(form["asked_from"].value() or "")),
        **_route_of(request, form),
    }
    return render(request, "escalations/raise.html", context)


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


def _route_of(request: MemberRequest, form: forms.RaiseForm) -> dict[str, object]:
    """Return where the form's ask would go, and what teams may do there without asking."""
    domain = str(form["domain"].value() or "")
    if domain not in Domain.values:
        domain = ""
    organisation = form["organisation"].value()
    if not isinstance(organisation, Organisation | None):
        try:
            organisation = form.fields["organisation"].clean(organisation)
        except ValidationError:
            organisation = None
    route: Route = route_for(request.membership.network, organisation, domain, request.membership)
    return {"route": route, "mandates": mandates(route.organisation, domain)}
