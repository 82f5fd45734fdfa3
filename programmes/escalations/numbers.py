"""Numbers about asks, for those who may read numbers only."""

from django.db.models import Count

from people.models import Network
from programmes.escalations.models import Escalation
from programmes.escalations.states import State

# Nothing about how people respond is shown from fewer asks than this (product rule 4).
FEWEST = 5


def asks_by_state(network: Network) -> list[tuple[str, str]]:
    """Return how many asks of the network are in each state, in words: (state, number or "fewer than five").

    Empty while the network has fewer than five in all.
    """
    rows = Escalation.objects.filter(network=network).values_list("state").order_by().annotate(Count("pk"))
    counts: dict[str, int] = dict(rows)
    if sum(counts.values()) < FEWEST:
        return []
    return [(state.label, _at_least_five(counts.get(state, 0))) for state in State]


def _at_least_five(count: int) -> str:
    return str(count) if count == 0 or count >= FEWEST else "fewer than five"
