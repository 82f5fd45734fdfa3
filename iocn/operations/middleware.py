"""What stands around all other middleware: the request's id and its line in the log, and two health pages."""

import logging
import re
import time
import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from iocn.operations import health, logs

log = logging.getLogger("iocn.requests")

# A proxy's id: hexadecimal, so that nothing can be said in it, and longer than an NHS or a telephone number.
REQUEST_ID = re.compile(r"[0-9a-fA-F-]{16,64}")

Answer = Callable[[HttpRequest], HttpResponse]


def request_log(get_response: Answer) -> Answer:
    """Give the request an id, or keep its proxy's, and log how it was answered: never an address or words.

    The route is the pattern of the address: in the address itself a link's secret may stand.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        begun = time.perf_counter()
        given = request.headers.get("X-Request-ID", "")
        request_id = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        with logs.about(request_id=request_id):
            response = get_response(request)
            response["X-Request-ID"] = request_id
            if not request.path.startswith(settings.STATIC_URL):
                _log(request, response, begun)
        return response

    return middleware


def _log(request: HttpRequest, response: HttpResponse, begun: float) -> None:
    fields: dict[str, object] = {
        "method": request.method if request.method in ("GET", "HEAD", "POST") else "other",
        "status": response.status_code,
        "ms": round((time.perf_counter() - begun) * 1000, 1),
    }
    if request.resolver_match:
        fields["route"] = request.resolver_match.route
    if membership := getattr(request, "membership", None):
        fields["network"] = membership.network.slug
    log.info("request", extra={"fields": fields})


def health_pages(get_response: Answer) -> Answer:
    """Answer /healthz and /readyz to whoever asks, whatever host name they use, over http too, unlogged."""
    pages = {"/healthz": health.alive, "/readyz": health.ready}

    def middleware(request: HttpRequest) -> HttpResponse:
        page = pages.get(request.path)
        if page is None:
            return get_response(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        status, text = page()
        headers = {"Cache-Control": "no-store"}
        return HttpResponse(
            f"{text}\n", content_type="text/plain; charset=utf-8", status=status, headers=headers
        )

    return middleware
