"""How the API says no, and how its schema tells of keys."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.exceptions import Throttled
from rest_framework.response import Response
from rest_framework.views import exception_handler

from iocn.api.access import KeyAuthentication


class KeyScheme(OpenApiAuthenticationExtension):
    """Tells the schema of the above."""

    target_class = KeyAuthentication
    name = "accessKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


def as_sentences(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer every refusal in one form: {"errors": [{"message": "..."}]}."""
    response = exception_handler(error, context)
    if response is not None:
        detail = getattr(error, "detail", None) or "There is no such thing, or the key does not open it."
        if isinstance(error, Throttled):  # the header Retry-After says the same
            detail = f"This access key asks too often. Ask again in {response['Retry-After']} seconds, and put many numbers at once."
        response.data = {"errors": [{"message": str(detail)}]}
    return response
