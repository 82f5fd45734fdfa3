"""Included by the demonstration alone."""

from django.urls import path

from iocn.demo import views

app_name = "demo"
urlpatterns = [
    path("", views.mails, name="outbox"),
    path("<slug:key>/", views.mail, name="mail"),
    path("<slug:key>/html/", views.mail_as_html, name="mail_as_html"),
]
