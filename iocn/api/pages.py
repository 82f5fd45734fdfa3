"""Where people make and revoke access keys."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_http_methods, require_POST

from iocn.api import actions
from iocn.api.forms import KeyForm
from iocn.api.permissions import keys_for
from iocn.shared.permissions import require
from people.messages import absolute
from people.web import MemberRequest, network_page, posted
from programmes.measures.models import Measure
from programmes.measures.permissions import may_add, may_change, measures_for
from programmes.projects.models import ProgrammeOfCare
from programmes.projects.permissions import programmes_for


@require_http_methods(["GET", "POST"])
@network_page()
def keys(
    request: MemberRequest, measure: int | None = None, programme: int | None = None
) -> HttpResponseBase:
    """The access keys of a measure or a programme; a new one is shown once."""
    reader = request.membership
    into: dict[str, Any]
    thing: Measure | ProgrammeOfCare
    if measure is not None:
        thing = get_object_or_404(measures_for(reader), pk=measure)
        require(may_change(reader, thing))
        into, name, back = {"measure": thing}, thing.full_name, thing.get_absolute_url()
        example = thing.pk
    else:
        thing = get_object_or_404(programmes_for(reader), pk=programme)
        require(may_add(reader, thing))
        into, name = {"programme": thing}, thing.name
        back = reverse("projects:programme", args=[reader.network.slug, thing.pk])
        first = Measure.objects.filter(programme=thing).order_by("pk").first()
        example = first.pk if first else 1
    form = KeyForm(posted(request))
    made = ""
    if request.method == "POST" and form.is_valid():
        made = actions.make_key(by=reader, **into, **form.cleaned_data)
        form = KeyForm()
    context = {
        "name": name,
        "back": back,
        "form": form,
        "made": made,
        "keys": keys_for(reader).filter(**into),
        "address": absolute(reverse("api-observations", args=[example])),
        "schema": reverse("api-schema"),
    }
    response = render(request, "api/keys.html", context)
    if made:
        add_never_cache_headers(response)
    return response


@require_POST
@network_page()
def revoke(request: MemberRequest, pk: int) -> HttpResponseBase:
    """End an access key at once."""
    key = get_object_or_404(keys_for(request.membership), pk=pk)
    thing = key.measure or key.programme
    if isinstance(thing, Measure):
        require(may_change(request.membership, thing))
        page = reverse("api:measure_keys", args=[request.membership.network.slug, thing.pk])
    else:
        assert thing is not None  # noqa: S101 - a constraint holds it
        require(may_add(request.membership, thing))
        page = reverse("api:programme_keys", args=[request.membership.network.slug, thing.pk])
    actions.revoke_key(by=request.membership, key=key)
    messages.success(request, f"“{key.name}” is revoked. Nothing can use it any more.")
    return redirect(page)
