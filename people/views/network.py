"""The network's own settings, for its staff."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from iocn.shared.models import History
from people import actions
from people.forms import NetworkForm
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
