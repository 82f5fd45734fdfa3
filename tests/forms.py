"""Forms as a browser has them."""

import re

from django.test import Client


def opened(client: Client, path: str) -> str:
    """Open a page and return the hidden token of its last form, with which the form acts once."""
    return re.findall(r'name="_form" value="([^"]+)"', client.get(path).text)[-1]
