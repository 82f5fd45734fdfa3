"""What the bench's gunicorn serves: the product, and beside it the floor without any middleware."""

import os
from collections.abc import Iterable
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iocn.bench.settings")

import django
from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIHandler

django.setup(set_prefix=False)


class Bare(WSGIHandler):
    """Django without middleware."""

    def load_middleware(self, is_async: bool = False) -> None:
        self._view_middleware: list[Any] = []
        self._template_response_middleware: list[Any] = []
        self._exception_middleware: list[Any] = []
        self._middleware_chain = convert_exception_to_response(self._get_response)  # type: ignore[attr-defined]  # Django's own, absent from its stubs


product, bare = WSGIHandler(), Bare()


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Hand the request to the one or the other."""
    handler = bare if environ["PATH_INFO"].startswith("/bench/floor/") else product
    return handler(environ, start_response)
