"""All of the product's addresses, and the floor that they are measured against."""

from django.urls import include, path

from iocn.bench.floor import floor

urlpatterns = [
    path("bench/floor/<int:network>/", floor),
    path("", include("iocn.urls")),
]
