"""How PostgreSQL is asked."""

from typing import Any, Self

from django.db.backends.postgresql.base import ServerBindingCursor

# Networks that are parameters, as Django's ORM writes them; in prepared queries they stand in the SQL (prepared.py).
NETWORKS = ('"network_id" = %s', '"network_id" IN (%s')


class CursorWithNetworksInSight(ServerBindingCursor):
    """Has PostgreSQL keep no plan for a statement that asks for some network.

    A kept plan is one for an average network, and would read all of the largest. Other statements are prepared once
    they have been asked a few times, which saves reading them, and planning them where no value matters.
    """

    def execute(self, query: Any, params: Any = None, *, prepare: bool | None = None, **options: Any) -> Self:
        """Ask, as psycopg does."""
        if prepare is None and isinstance(query, str) and any(words in query for words in NETWORKS):
            prepare = False
        return super().execute(query, params, prepare=prepare, **options)  # type: ignore[misc]
