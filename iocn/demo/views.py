"""Pages that only the demonstration has: everybody may read its e-mail."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.csp import CSP
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_GET

from iocn.demo import outbox

NEWEST = 200


@require_GET
def mails(request: HttpRequest) -> HttpResponse:
    """Show what was sent."""
    return render(request, "demo/outbox.html", {"mails": outbox.sent(NEWEST), "newest": NEWEST})


@require_GET
def mail(request: HttpRequest, key: str) -> HttpResponse:
    """Show one e-mail: its headers and its text part."""
    return render(request, "demo/mail.html", {"mail": _find(key)})


@require_GET
@csp_override(
    {
        # As a mail program shows it: its own styles, no script, and a link opens a page of its own.
        "default-src": [CSP.NONE],
        "style-src": [CSP.UNSAFE_INLINE],
        "img-src": ["data:"],
        "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
    }
)
def mail_as_html(request: HttpRequest, key: str) -> HttpResponse:
    """Show the HTML part of one e-mail, and nothing around it."""
    html = _find(key).html
    if not html:
        raise Http404
    return HttpResponse(html)


def _find(key: str) -> outbox.Mail:
    found = outbox.find(key)
    if found is None:
        raise Http404
    return found
