"""What waits for staff."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from iocn.shared.lists import Column, Listing
from people import actions
from people.filters import StaffTaskFilter
from people.permissions import Permission
from people.scopes import staff_tasks_for
from people.web import MemberRequest, network_page


@network_page(Permission.MANAGE_NETWORK)
@require_GET
def staff_list(request: MemberRequest) -> HttpResponseBase:
    """List what waits for staff, or what has been settled, each with its thing."""
    rows = staff_tasks_for(request.membership).select_related("left_by", "settled_by")
    columns = [
        Column("text", "What waits", lambda task: task.text),
        Column("kind", "About", lambda task: task.get_kind_display(), ("kind",)),
        Column("since", "Since", lambda task: task.created_at.date(), ("created_at",)),
        Column("settled", "Settled", lambda task: task.settled_by.name if task.settled_by else ""),
    ]
    listing = Listing(request, rows, columns, StaffTaskFilter, sort="since", name="staff-list")
    if download := listing.download():
        return download
    listing.queryset = listing.queryset.prefetch_related("subject")
    for task in listing.rows:
        subject = task.subject
        if subject is not None and hasattr(subject, "get_absolute_url"):
            subject.network = request.membership.network
            task.url = subject.get_absolute_url()
    return render(request, "people/staff_list.html", {"listing": listing})


@network_page(Permission.MANAGE_NETWORK)
@require_POST
def settle(request: MemberRequest, pk: int) -> HttpResponse:
    """Take one thing off the list."""
    task = get_object_or_404(staff_tasks_for(request.membership), pk=pk)
    actions.settle_staff_task(by=request.membership, task=task)
    messages.success(request, "Settled, and off the list.")
    return redirect("people:staff_list", request.membership.network.slug)
