"""The network's own settings, for its staff."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from iocn.shared.forms import refusals_at
from iocn.shared.models import History
from iocn.shared.templatetags.components import day
from people import actions
from people.forms import ClosedDayForm, NetworkForm
from people.permissions import Permission
from people.scopes import lacking_second_factor_for
from people.web import MemberRequest, network_page, posted

SHOWN = 20


@network_page(Permission.MANAGE_NETWORK)
@require_http_methods(["GET", "POST"])
def settings(request: MemberRequest) -> HttpResponse:
    """Show and change how the network works, and who has no second factor yet where one is asked for."""
    network = request.membership.network
    form = NetworkForm(
        posted(request), initial={name: getattr(network, name) for name in NetworkForm.base_fields}
    )
    if request.method == "POST" and form.is_valid():
        with refusals_at(form):
            actions.change_network(by=request.membership, **form.cleaned_data)
            messages.success(request, "Saved.")
            return redirect("people:network_settings", network.slug)
    lacking = list(lacking_second_factor_for(request.membership)[: SHOWN + 1])
    context = {
        "form": form,
        "lacking": lacking[:SHOWN],
        "more_lack": len(lacking) > SHOWN,
        "history": History.objects.of(network)[:20],
    }
    return render(request, "people/network_settings.html", context)


@network_page(Permission.MANAGE_NETWORK)
@require_http_methods(["GET", "POST"])
def closed_days(request: MemberRequest) -> HttpResponse:
    """Show the days on which the network does not work, and add one."""
    network = request.membership.network
    form = ClosedDayForm(posted(request))
    if request.method == "POST" and form.is_valid():
        with refusals_at(form):
            closed = actions.add_closed_day(by=request.membership, **form.cleaned_data)
            messages.success(request, f"{day(closed.day)} is closed: {closed.name}.")
            return redirect("people:closed_days", network.slug)
    days = list(network.closed_days.all())
    today = timezone.localdate()
    context = {
        "form": form,
        "to_come": [closed for closed in days if closed.day >= today],
        "past": [closed for closed in reversed(days) if closed.day < today],
    }
    return render(request, "people/closed_days.html", context)


@network_page(Permission.MANAGE_NETWORK)
@require_POST
def closed_day_remove(request: MemberRequest, pk: int) -> HttpResponse:
    """Let the network work on that day after all."""
    network = request.membership.network
    closed = get_object_or_404(network.closed_days, pk=pk)
    actions.remove_closed_day(by=request.membership, closed=closed)
    messages.success(request, f"{day(closed.day)} is a working day again.")
    return redirect("people:closed_days", network.slug)
