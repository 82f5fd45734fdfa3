"""What this room holds about people and in their words (iocn.shared.privacy)."""

from iocn.api.models import AccessKey
from iocn.shared.privacy import Held, declare


def declare_tables() -> None:
    """Enter this room's tables."""
    declare(Held(AccessKey, "Access keys", words=("name",), never=("key_hash",)))
