"""How a view meets its reader."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from iocn.shared.sending import act_once, filling_in, sign_in_first
from people import second_factor
from people.backend import membership_of
from people.models import Membership
from people.permissions import Permission


class MemberRequest(HttpRequest):
    """A request whose reader belongs to the network in its address."""

    membership: Membership


def posted(request: HttpRequest) -> QueryDict | None:
    """Return what a form was sent with, None while it is only looked at. (An empty post is a post.)"""
    return request.POST if request.method == "POST" else None


def network_page(
    permission: Permission | None = None,
    *,
    read_first: Callable[..., object] | None = None,
) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Let only an active member of the network in the address reach the view, as `request.membership`.

    Without a sign-in: the sign-in page, whether or not the network exists, and what was typed waits. A form that
    is sent twice acts once, so whatever it does is one transaction. Signed in without a membership, or without
    the permission: 404. Without the second factor that the network asks for: a page that leads to it. The view
    does not get the address's `network` argument.

    `read_first` is for a form whose file may take seconds to read, in which nobody else could write on SQLite: it
    gets what the view gets, before the transaction, and the view gets what it returns as `sent`.
    """

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def page(request: MemberRequest, network: str, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return sign_in_first(request)
            membership = membership_of(request.user, network)
            if membership is None or (permission is not None and not membership.may(permission)):
                raise Http404
            if second_factor.is_missing(request, membership):
                return _ask_for_second_factor(request, membership)
            request.session.pop(second_factor.GO_ON, None)
            request.membership = membership
            # Days begin, and times are written, where the network is.
            with timezone.override(membership.network.time_zone):
                if request.method == "POST":
                    if read_first:
                        kwargs["sent"] = read_first(request, **kwargs)
                    return act_once(request, lambda: view(request, **kwargs))
                with filling_in(request):
                    return view(request, **kwargs)

        return page

    return decorate


def _ask_for_second_factor(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Say why, and how to set one up. A form that was sent here is still in the browser, one page back."""
    home = reverse("home:home", args=[membership.network.slug])
    request.session[second_factor.GO_ON] = request.get_full_path() if request.method == "GET" else home
    context = {"asks": membership.network, "was_sent": request.method == "POST"}
    return render(request, "people/second_factor_needed.html", context, status=403)
