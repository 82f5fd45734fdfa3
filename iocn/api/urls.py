"""Pages of access keys, in a network; the API itself is below /api/ (iocn.api.calls)."""

from django.urls import path

from iocn.api import pages

app_name = "api"
urlpatterns = [
    path("measures/<int:measure>/keys/", pages.keys, name="measure_keys"),
    path("programmes/<int:programme>/keys/", pages.keys, name="programme_keys"),
    path("keys/<int:pk>/revoke/", pages.revoke, name="revoke_key"),
]
