"""What rooms above do for this one, without being imported: they append in their AppConfig.ready()."""

from collections.abc import Callable
from dataclasses import dataclass

from people.models import Membership
from programmes.escalations.models import Escalation


@dataclass(frozen=True)
class AskedFrom:
    """Something in a room above from which an ask is raised, such as a cohort."""

    # What the form carries along (`?from=cohort:7`), and what pages call it.
    key: str
    label: str
    href: str
    # Called by raise_ask inside its transaction: writes what ties the two together.
    tie: Callable[[Escalation], None]


# Called as hook(membership, key): what the key names, or None if it is not the hook's or not the reader's.
asked_from: list[Callable[[Membership, str], AskedFrom | None]] = []


def find_asked_from(membership: Membership, key: str) -> AskedFrom | None:
    """Return what the key names, if any room knows it and the membership may ask from there."""
    if not key:
        return None
    return next((found for hook in asked_from if (found := hook(membership, key))), None)
