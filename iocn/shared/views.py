"""Pages that belong to no room."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def expired_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Show what to do when a form was sent with a token that no longer holds (signed out elsewhere, or too old)."""
    return render(request, "403_csrf.html", status=403)
