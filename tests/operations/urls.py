"""The product's addresses, and some that fail as nothing in the product should."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from iocn.urls import urlpatterns as ours
from people import messages


def fails(request: HttpRequest, token: str) -> HttpResponse:
    try:
        int(f"{request.GET.get('q')} of jo.bell@example.org")
    except ValueError as error:
        raise LookupError(f"Jo Bell of 192.0.2.44 wrote {request.POST}") from error
    return HttpResponse()


def wakes(request: HttpRequest) -> HttpResponse:
    messages.write_account_mail(address="jo.bell@example.org", subject="Welcome, Jo Bell", text="Dear Jo")
    return HttpResponse("woken")


urlpatterns = [path("networks/fails/<str:token>/", fails), path("networks/wakes/", wakes), *ours]
