"""Going to the organisation's own sign-in, and coming back."""

from collections.abc import Callable

from allauth.socialaccount.providers.openid_connect import views as openid
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from requests import RequestException

from people import organisation_sign_in


@never_cache
@require_GET
def login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Lead to the provider. Of the address's parameters only where to go afterwards is taken."""
    wanted = QueryDict(mutable=True)
    if "next" in request.GET:
        wanted["next"] = request.GET["next"]
    request.GET = wanted  # type: ignore[assignment]
    return _answer(request, provider_id, openid.login)


@never_cache
@require_GET
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Sign in whom the provider names."""
    return _answer(request, provider_id, openid.callback)


def _answer(request: HttpRequest, provider_id: str, view: Callable[..., HttpResponse]) -> HttpResponse:
    try:
        return view(request, provider_id)
    except RequestException:  # it does not answer, or not as agreed
        return render(request, "socialaccount/authentication_error.html", status=503)


@require_GET
def cancelled(request: HttpRequest) -> HttpResponse:
    """Say that nothing happened."""
    return render(request, "socialaccount/login_cancelled.html", {"offered": organisation_sign_in.offered()})
