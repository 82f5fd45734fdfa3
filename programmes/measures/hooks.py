"""What rooms above do for this one, without being imported: they append in their AppConfig.ready()."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import NamedTuple

from people.models import Membership
from programmes.measures.models import Measure


class Happened(NamedTuple):
    """Something that happened on a day and may be why the numbers change: `what` says of which kind it is."""

    on: date
    text: str
    what: str


# Called as hook(membership, measure): what the record knows that happened, as far as the reader may see it.
happened: list[Callable[[Membership, Measure], Iterable[Happened]]] = []
