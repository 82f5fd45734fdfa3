"""Counts a request's queries, where the bench asks for it: measured requests are not slowed by it."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

WANTED = "X-Bench-Count"
QUERIES = "X-Bench-Queries"
TWICE = "X-Bench-Twice"


class Queries:
    """Everything that was asked of the database while `connection.execute_wrapper(queries)` held."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        self.asked.append((sql, str(params)))
        return execute(sql, params, many, context)

    @property
    def twice(self) -> list[str]:
        """What was asked more than once, with the very same values."""
        return sorted({sql for sql, params in self.asked if self.asked.count((sql, params)) > 1})


def count_queries(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Tell in the response's headers how many queries it took, and which were asked twice."""

    def respond(request: HttpRequest) -> HttpResponse:
        if WANTED not in request.headers:
            return get_response(request)
        queries = Queries()
        with connection.execute_wrapper(queries):
            response = get_response(request)
        response[QUERIES] = str(len(queries.asked))
        response[TWICE] = " ; ".join(" ".join(sql.split())[:300] for sql in queries.twice)
        return response

    return respond
