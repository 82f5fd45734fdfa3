"""What every template knows of the reader."""

from typing import Any

from django.http import HttpRequest


def reader(request: HttpRequest) -> dict[str, Any]:
    """Return `membership` and `network`, both None outside a network's pages."""
    membership = getattr(request, "membership", None)
    return {"membership": membership, "network": membership.network if membership else None}
