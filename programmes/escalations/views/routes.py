"""Where any ask goes and how long it may wait: looked up by staff and leaders, set by staff."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from iocn.shared.forms import refusals_at
from people import actions as people
from people.permissions import Permission
from people.scopes import leaders_looked_after_by, organisations_for
from people.web import MemberRequest, network_page, posted
from programmes.escalations import actions
from programmes.escalations.actions.times import in_words
from programmes.escalations.forms import GiveRemitForm, RouteForm, TimesForm
from programmes.escalations.models import Escalation
from programmes.escalations.permissions import may_see_routes
from programmes.escalations.policy import allowed_in
from programmes.escalations.routing import route_for


@network_page()
@require_http_methods(["GET", "POST"])
def routes(request: MemberRequest) -> HttpResponse:
    """Show the whole route of asks about a domain at an organisation, and all times; staff say who else decides."""
    reader = request.membership
    may_edit = reader.may(Permission.MANAGE_NETWORK)
    if not may_see_routes(reader) or (request.method == "POST" and not may_edit):
        raise Http404
    form = _chosen(request, request.GET)
    context: dict[str, Any] = {"chosen": form, "may_edit": may_edit, "times": _times(request)}
    if form.is_valid():
        domain, organisation = form.cleaned_data["domain"], form.cleaned_data["organisation"]
        route = route_for(reader.network, organisation, domain, None)
        context |= {"route": route, "organisation": organisation, "domain": domain}
        if may_edit and domain:
            order = len(route.stages[0].named) + 1
            leaders = leaders_looked_after_by(reader)
            give = GiveRemitForm(posted(request), leaders=leaders, initial={"order": order})
            if request.method == "POST" and give.is_valid():
                leader, order = give.cleaned_data["leader"], give.cleaned_data["order"]
                with refusals_at(give):
                    people.give_remit(
                        by=reader, membership=leader, organisation=organisation, domain=domain, order=order
                    )
                    messages.success(request, f"Asks about this reach {leader} from now on.")
                    return redirect(request.get_full_path())
            context["form"] = give
    elif form.is_bound:
        context["form"] = form
    return render(request, "escalations/routes.html", context)


@network_page(Permission.MANAGE_NETWORK)
@require_POST
def remit_take(request: MemberRequest) -> HttpResponse:
    """Say, where the route is shown, that a leader no longer decides on it."""
    form = _chosen(request, request.POST)
    leader = request.POST.get("leader", "")
    if not form.is_valid() or not leader.isdecimal():
        raise Http404
    domain, organisation = form.cleaned_data["domain"], form.cleaned_data["organisation"]
    remits = organisation.remits.filter(domain=domain).select_related("membership", "organisation")
    remit = get_object_or_404(remits, membership=leader[:18])
    people.take_remit(by=request.membership, remit=remit)
    messages.success(request, f"{remit.membership} no longer decides on {remit}.")
    at = reverse("escalations:routes", args=[request.membership.network.slug])
    return redirect(f"{at}?{urlencode({'domain': domain, 'organisation': organisation.pk})}")


def _chosen(request: MemberRequest, sent: QueryDict) -> RouteForm:
    organisations = organisations_for(request.membership).current().select_related("executive_sponsor")
    return RouteForm(sent if "organisation" in sent else None, organisations=organisations)


def _times(request: MemberRequest) -> list[dict[str, object]]:
    network = request.membership.network
    allowed = allowed_in(network)
    return [
        {"key": key, "label": label, **in_words(network, allowed[key])}
        for key, label in Escalation.Urgency.choices
    ]


@network_page(Permission.MANAGE_NETWORK)
@require_http_methods(["GET", "POST"])
def times(request: MemberRequest, urgency: str) -> HttpResponse:
    """Change how long asks of an urgency may wait."""
    network = request.membership.network
    if urgency not in Escalation.Urgency.values:
        raise Http404
    now = allowed_in(network)[urgency]
    form = TimesForm(
        posted(request), initial={name: getattr(now, name) // 60 for name in TimesForm.base_fields}
    )
    if request.method == "POST" and form.is_valid():
        with refusals_at(form):
            actions.set_times(by=request.membership, urgency=urgency, **form.in_minutes())
            messages.success(request, "Saved. The times of open asks follow in a moment.")
            return redirect("escalations:routes", network.slug)
    context = {
        "form": form,
        "label": Escalation.Urgency(urgency).label,
        "hours_a_day": network.minutes_a_day / 60,
    }
    return render(request, "escalations/times.html", context)
