"""Handing over what is held."""

from typing import IO

from django.http import FileResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_POST

from iocn.records.disclosure import export_about, export_own
from people.permissions import Permission
from people.scopes import members_for, organisations_for
from people.web import MemberRequest, network_page


@network_page(Permission.MANAGE_NETWORK)
@require_POST
def member(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Give staff all that the network holds about a member."""
    subject = get_object_or_404(members_for(request.membership).select_related("person"), pk=pk)
    return _download(export_about(by=request.membership, subject=subject), subject.name)


@network_page(Permission.MANAGE_NETWORK)
@require_POST
def organisation(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Give staff all that the network holds about an organisation."""
    subject = get_object_or_404(organisations_for(request.membership), pk=pk)
    return _download(export_about(by=request.membership, subject=subject), subject.name)


@network_page()
@require_POST
def own(request: MemberRequest) -> HttpResponseBase:
    """Give somebody what the network holds about them."""
    return _download(export_own(by=request.membership), request.membership.name)


def _download(file: IO[bytes], name: str) -> FileResponse:
    filename = f"{slugify(name) or 'held'}-{timezone.localdate()}.zip"
    return FileResponse(file, as_attachment=True, filename=filename, content_type="application/zip")
