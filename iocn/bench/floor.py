"""The floor: the least that a page of Django can be, on the same server and database as the product's."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_GET

QUERY = """
SELECT number, ask, state, urgency, waiting_since FROM programmes_escalation
WHERE network_id = %s ORDER BY waiting_since, id LIMIT 25
"""


@require_GET
def floor(request: HttpRequest, network: int) -> HttpResponse:
    """Show 25 rows of one indexed query in one table, and nothing around it."""
    with connection.cursor() as cursor:
        cursor.execute(QUERY, [network])
        rows = cursor.fetchall()
    return HttpResponse(render_to_string("bench/floor.html", {"rows": rows}))
