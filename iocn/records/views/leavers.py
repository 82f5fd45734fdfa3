"""Replacing who a person was."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from iocn.records.forms import AnonymiseForm
from iocn.records.leavers import anonymise, may_anonymise, names_of, namesakes_of
from iocn.records.redaction import counts_of, find, line_of
from iocn.shared.lists import Pages
from iocn.shared.permissions import require
from people.permissions import Permission
from people.scopes import members_for
from people.web import MemberRequest, network_page, posted

LINES = 50


@never_cache
@network_page(Permission.MANAGE_NETWORK)
@require_http_methods(["GET", "POST"])
def redact_member(request: MemberRequest, pk: int) -> HttpResponse:
    """Show where the names of somebody who left are written, and replace who they were once confirmed."""
    members = members_for(request.membership).select_related("person", "network")
    member = get_object_or_404(members, pk=pk)
    require(may_anonymise(member))
    has_namesake = namesakes_of(member).exists()
    form = AnonymiseForm(posted(request), initial={"in_texts": not has_namesake})
    if request.method == "POST" and form.is_valid():
        try:
            anonymise(by=request.membership, membership=member, **form.cleaned_data)
        except ValidationError as error:
            form.add_error("reason", error)
        else:
            messages.success(request, "They are a former member now. What they did stays.")
            return redirect(member)
    names = names_of(member)
    places = find(member.network, names)
    pages = Pages(request, places, size=LINES)
    context = {
        "member": member,
        "form": form,
        "has_namesake": has_namesake,
        "number": len(places),
        "counts": counts_of(places).items(),
        "pages": pages,
        "lines": [line_of(place, names) for place in pages.rows],
    }
    return render(request, "records/redact_member.html", context)
