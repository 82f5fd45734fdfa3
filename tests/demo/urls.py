"""The addresses of the demonstration, for tests that run in test mode."""

from django.urls import include, path

from iocn.urls import urlpatterns as product

urlpatterns = [path("outbox/", include("iocn.demo.urls")), *product]
