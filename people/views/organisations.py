"""Pages of organisations."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, F, Q
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from iocn.shared.lists import Column, Listing
from iocn.shared.models import History
from iocn.shared.permissions import require
from people import actions
from people.filters import OrganisationFilter
from people.forms import CloseOrganisationForm, MandateForm, OrganisationForm, SponsorForm
from people.models import Domain, Level, Organisation
from people.permissions import Permission
from people.scopes import (
    counted_members_for,
    listed_members_for,
    may_set_mandates,
    organisations_for,
    posts_of,
)
from people.web import MemberRequest, network_page, posted


@network_page()
@require_GET
def organisations(request: MemberRequest) -> HttpResponseBase:
    """List the organisations; evaluators read no names of people."""
    membership = request.membership
    sees_people = membership.may(Permission.SEE_PEOPLE)
    if not sees_people and not membership.may(Permission.SEE_NUMBERS):
        raise Http404
    is_current = Q(posts__membership__in=counted_members_for(membership)) & (
        Q(posts__until_date=None) | Q(posts__until_date__gt=timezone.localdate())
    )
    rows = (
        organisations_for(membership)
        .annotate(
            number=Count("posts__membership", filter=is_current, distinct=True),
            sponsor_name=F("executive_sponsor__name"),
        )
        .select_related("network")
    )
    columns = [
        Column("name", "Organisation", lambda row: row.name, ("name",)),
        Column("kind", "Kind", lambda row: row.get_kind_display(), ("kind",)),
        Column("ods_code", "ODS code", lambda row: row.ods_code, ("ods_code",)),
        Column("members", "Members", lambda row: row.number, ("number",), numeric=True),
    ]
    if sees_people:
        columns.append(
            Column("sponsor", "Executive sponsor", lambda row: row.sponsor_name, ("sponsor_name",))
        )
    listing = Listing(request, rows, columns, OrganisationFilter, sort="name", name="organisations")
    context = {
        "listing": listing,
        "sees_people": sees_people,
        "is_staff": membership.may(Permission.MANAGE_NETWORK),
    }
    return listing.download() or render(request, "people/organisations.html", context)


def _organisation(request: MemberRequest, pk: int) -> Organisation:
    organisation = get_object_or_404(
        organisations_for(request.membership).select_related("executive_sponsor", "succeeded_by"), pk=pk
    )
    organisation.network = request.membership.network
    return organisation


@network_page(Permission.SEE_PEOPLE)
@require_GET
def organisation(request: MemberRequest, pk: int) -> HttpResponse:
    """Show who is there, who decides on what, and what needs no asking."""
    reader = request.membership
    organisation = _organisation(request, pk)
    posts = list(
        posts_of(listed_members_for(reader).active())
        .filter(organisation=organisation)
        .select_related("membership")
        .order_by("membership__name", "pk")
    )
    levels = [(label, [post for post in posts if post.level == level]) for level, label in Level.choices]
    remits = list(organisation.remits.select_related("membership"))
    mandates = {mandate.domain: mandate.text for mandate in organisation.mandates.all()}
    domains = [
        {
            "key": domain,
            "label": label,
            "deciders": [remit.membership for remit in remits if remit.domain == domain],
            "mandate": mandates.get(domain, ""),
        }
        for domain, label in Domain.choices
    ]
    context = {
        "organisation": organisation,
        "levels": [(label, found) for label, found in levels if found],
        "domains": domains,
        "may_set_mandates": may_set_mandates(reader, organisation),
        "is_staff": reader.may(Permission.MANAGE_NETWORK),
        "predecessors": organisation.predecessors.all(),
        "history": History.objects.of(organisation)[:50],
    }
    return render(request, "people/organisation.html", context)


@network_page(Permission.MANAGE_NETWORK)
@require_http_methods(["GET", "POST"])
def add(request: MemberRequest) -> HttpResponse:
    """Add an organisation."""
    form = OrganisationForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            organisation = actions.add_organisation(by=request.membership, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"{organisation} is added. Who is its executive sponsor?")
            organisation.network = request.membership.network
            return redirect(organisation)
    return render(
        request,
        "people/organisation_form.html",
        {"form": form, "title": "Add an organisation", "button": "Add the organisation"},
    )


@network_page(Permission.MANAGE_NETWORK)
@require_http_methods(["GET", "POST"])
def change(request: MemberRequest, pk: int) -> HttpResponse:
    """Change an organisation's own facts."""
    organisation = _organisation(request, pk)
    initial = {"name": organisation.name, "kind": organisation.kind, "ods_code": organisation.ods_code}
    form = OrganisationForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_organisation(by=request.membership, organisation=organisation, **form.cleaned_data)
        except ValidationError as error:
            organisation = _organisation(request, pk)
            form.add_error(None, error)
        else:
            messages.success(request, "The organisation is saved.")
            return redirect(organisation)
    context = {
        "form": form,
        "organisation": organisation,
        "title": f"Change {organisation}",
        "button": "Save",
    }
    return render(request, "people/organisation_form.html", context)


@network_page(Permission.MANAGE_NETWORK)
@require_http_methods(["GET", "POST"])
def sponsor(request: MemberRequest, pk: int) -> HttpResponse:
    """Choose the executive sponsor."""
    organisation = _organisation(request, pk)
    form = SponsorForm(
        posted(request),
        membership=request.membership,
        initial={"executive_sponsor": organisation.executive_sponsor},
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_executive_sponsor(
                by=request.membership,
                organisation=organisation,
                membership=form.cleaned_data["executive_sponsor"],
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "The executive sponsor is saved.")
            return redirect(organisation)
    context = {
        "form": form,
        "organisation": organisation,
        "title": f"Executive sponsor of {organisation}",
        "button": "Save",
    }
    return render(request, "people/organisation_form.html", context)


@network_page(Permission.SEE_PEOPLE)
@require_http_methods(["GET", "POST"])
def mandate(request: MemberRequest, pk: int, domain: str) -> HttpResponse:
    """Say what teams may do without asking in one domain."""
    organisation = _organisation(request, pk)
    if domain not in Domain.values:
        raise Http404
    require(may_set_mandates(request.membership, organisation))
    now = organisation.mandates.filter(domain=domain).first()
    form = MandateForm(posted(request), initial={"text": now.text if now else ""})
    if request.method == "POST" and form.is_valid():
        actions.set_mandate(
            by=request.membership, organisation=organisation, domain=domain, text=form.cleaned_data["text"]
        )
        messages.success(request, "Saved. Teams read it before they send an ask.")
        return redirect(organisation)
    context = {
        "form": form,
        "organisation": organisation,
        "title": f"{Domain(domain).label} at {organisation}",
        "button": "Save",
    }
    return render(request, "people/organisation_form.html", context)


@network_page(Permission.MANAGE_NETWORK)
@require_http_methods(["GET", "POST"])
def close(request: MemberRequest, pk: int) -> HttpResponse:
    """Close an organisation, perhaps into its successor."""
    organisation = _organisation(request, pk)
    form = CloseOrganisationForm(posted(request), membership=request.membership, organisation=organisation)
    if request.method == "POST" and form.is_valid():
        try:
            actions.close_organisation(by=request.membership, organisation=organisation, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"{organisation} is closed. Its name stays in what happened.")
            return redirect(organisation)
    context = {
        "form": form,
        "organisation": organisation,
        "title": f"Close {organisation}?",
        "button": "Close the organisation",
        "remark": "Its executive sponsor and its remits end, and nobody can be asked through it. Posts there stay"
        " until you end them. It stays readable; it cannot be opened again.",
        "warning": True,
    }
    return render(request, "people/organisation_form.html", context)
