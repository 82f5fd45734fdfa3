"""Who signed in when, for staff."""

from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from iocn.shared.lists import Column, Listing
from people.filters import SignInFilter
from people.permissions import Permission
from people.scopes import sign_ins_for
from people.web import MemberRequest, network_page


@network_page(Permission.MANAGE_NETWORK)
@require_GET
def sign_ins(request: MemberRequest) -> HttpResponseBase:
    """List when the network's members signed in. Not from where: that is their own affair."""
    columns = [
        Column("name", "Name", lambda row: row.member_name, ("member_name",)),
        Column("at", "When", lambda row: timezone.localtime(row.at).replace(tzinfo=None), ("at",)),
        Column("method", "How", lambda row: row.get_method_display(), ("method",)),
        Column("second", "Second step", lambda row: row.get_second_factor_display(), ("second_factor",)),
        Column("device", "Device", lambda row: row.device, ("device",)),
    ]
    rows = sign_ins_for(request.membership)
    listing = Listing(request, rows, columns, SignInFilter, sort="-at", name="sign-ins")
    if download := listing.download():
        return download
    return render(request, "people/sign_ins.html", {"listing": listing})
