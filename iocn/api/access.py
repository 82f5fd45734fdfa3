"""Who calls: an access key in the header, and the member who made it. (The settings name it, so it imports no views.)"""

from typing import Any

from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from iocn.api.actions import hash_of, note_use
from iocn.api.models import AccessKey


class KeyAuthentication(BaseAuthentication):
    """Takes `Authorization: Bearer iocn_...`; `request.auth` is the key."""

    def authenticate(self, request: Request) -> tuple[Any, AccessKey]:
        words = get_authorization_header(request).decode("latin-1").split()
        if len(words) != 2 or words[0].lower() != "bearer":
            raise exceptions.AuthenticationFailed(
                "Send an access key in the header, as “Authorization: Bearer iocn_…”. It is made on the page of a"
                " measure or programme."
            )
        keys = AccessKey.objects.select_related("made_by__person", "made_by__network", "network")
        key = keys.filter(key_hash=hash_of(words[1]), revoked_at=None).first()
        if key is None:
            raise exceptions.AuthenticationFailed("This access key is unknown or revoked. Make a new one.")
        if not (key.made_by.is_active and key.made_by.person.is_active):
            raise exceptions.AuthenticationFailed("Whoever made this access key has left. Make a new one.")
        note_use(key)
        return key.made_by.person, key

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class EachKey(SimpleRateThrottle):
    """Lets each key ask so often a minute: enough for a nightly job with hundreds of measures.

    Counted in the cache, or in the process's own memory while Redis is away (iocn.shared.cache). Who has no key that
    holds is refused before.
    """

    rate = "600/min"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        return f"api-calls:{request.auth.key_hash}" if request.auth else None
