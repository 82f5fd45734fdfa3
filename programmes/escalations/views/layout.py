"""What is around an ask's page: the whole page, or nothing where the inbox shows it beside the list."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from people.web import MemberRequest

# Elements of the inbox that ask for their own part of a page.
LIST, BESIDE = "asks", "beside"


def wanted_by(request: MemberRequest) -> str:
    """Return which element of the inbox asks, empty for a page."""
    return request.htmx.target or ""  # type: ignore[attr-defined]


def render_ask(
    request: MemberRequest, template: str, context: dict[str, object], status: int = 200
) -> HttpResponse:
    """Render a template that extends `layout`, for a page or beside the list."""
    layout = "escalations/beside.html" if wanted_by(request) == BESIDE else "base.html"
    response = render(request, template, {**context, "layout": layout}, status=status)
    return varied(response)


def varied[Response: HttpResponse](response: Response) -> Response:
    """Say that a part is not the page, so that "back" never shows the one for the other."""
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response
