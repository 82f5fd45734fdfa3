"""What people see when a page fails: in the look and under the header of the network they are in."""

import contextlib

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from django.views import defaults

from people import second_factor
from people.backend import membership_of


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what does not exist, or not for this reader."""
    _know_the_reader(request)
    return defaults.page_not_found(request, exception)


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what the reader sees but may not do, with the reason."""
    _know_the_reader(request)
    return defaults.permission_denied(request, exception)


def broken(request: HttpRequest) -> HttpResponse:
    """Answer when we have failed. Where not even the reader can be found any more, without them."""
    with contextlib.suppress(Exception):
        _know_the_reader(request)
        return render(request, "500.html", status=500)
    return HttpResponse(loader.render_to_string("500.html"), status=500)


def _know_the_reader(request: HttpRequest) -> None:
    if getattr(request, "membership", None) is None and request.user.is_authenticated:
        membership = membership_of(request.user, request.path.split("/", 2)[1])
        if membership is not None and not second_factor.is_missing(request, membership):
            request.membership = membership  # type: ignore[attr-defined]
