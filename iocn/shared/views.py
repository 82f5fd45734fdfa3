"""Pages that belong to no room."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from iocn.shared.sending import keep, sign_in_first


def expired_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form with a token that no longer holds: its sender signed out, or in again, elsewhere.

    Where the form says whose it is, what was typed waits until they have signed in; else the page says what to do.
    """
    if (origin := keep(request)) is not None:
        return HttpResponseRedirect(origin.page) if request.user.is_authenticated else sign_in_first(request)
    return render(request, "403_csrf.html", status=403)
