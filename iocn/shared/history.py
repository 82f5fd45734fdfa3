"""Writing history: called inside an action's transaction."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone

from iocn.shared.models import History
from iocn.shared.prepared import prepared


def record(*, by: Any, on: models.Model, what: str, text: str = "", network: Any = None) -> History:
    """Write that the membership `by` (None for a clock) did `what` on the thing `on`.

    `what` is a phrase that follows a name ("changed the aim"); `text` what the person said or what changed.
    The network is the thing's own unless given.
    """
    return History.objects.create(**_row(by, on, what, text, network))


def last_of(thing: models.Model, number: int) -> list[History]:
    """Return the last so many things that happened to the thing, newest first, with who did them."""
    return list(_last_of(ContentType.objects.get_for_model(thing).pk, thing.pk, (number,)))


@prepared
def _last_of(subject_type: int, subject: int, number: tuple[int]) -> models.QuerySet[History]:
    rows = History.objects.filter(subject_type=subject_type, subject_id=subject).select_related("by")
    return rows[: number[0]]


def record_many(
    *,
    by: Any,
    on: Iterable[models.Model],
    what: str | Callable[[Any], str],
    text: str | Callable[[Any], str] = "",
) -> None:
    """Write the same for many things in one statement; `what` and `text` may be functions of the thing."""

    def said(say: str | Callable[[Any], str], thing: models.Model) -> str:
        return say(thing) if callable(say) else say

    rows = (_row(by, thing, said(what, thing), said(text, thing), None) for thing in on)
    History.objects.bulk_create([History(**row) for row in rows])


def _row(by: Any, on: models.Model, what: str, text: str, network: Any) -> dict[str, Any]:
    return {
        "network_id": network.pk if network else on.network_id,  # type: ignore[attr-defined]
        "by": by,
        "at": timezone.now(),
        "what": what,
        "text": text,
        "subject_type": ContentType.objects.get_for_model(on),
        "subject_id": on.pk,
    }
