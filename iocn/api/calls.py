"""The addresses of the API."""

from django.urls import path
from drf_spectacular.views import SpectacularJSONAPIView

from iocn.api import refusals as refusals  # enters the scheme of keys into the schema
from iocn.api import views

urlpatterns = [
    path("schema/", SpectacularJSONAPIView.as_view(), name="api-schema"),
    path("measures/", views.MeasuresView.as_view(), name="api-measures"),
    path("measures/<int:measure>/observations/", views.ObservationsView.as_view(), name="api-observations"),
]
