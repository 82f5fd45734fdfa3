"""How PostgreSQL is asked."""

import re
from typing import Any, Self

from django.db.backends.postgresql.base import ServerBindingCursor

# Networks that are parameters, as Django's ORM writes them; in prepared queries they stand in the SQL (prepared.py).
NETWORKS = ('"network_id" = %s', '"network_id" IN (%s')
# What writes many rows by what others say, such as an import of three rows or a hundred thousand.
MANY_AT_ONCE = re.compile(r"\s*(?:INSERT|UPDATE|DELETE|WITH)\b.*\b(?:SELECT|FROM)\b", re.DOTALL)


class CursorWithNetworksInSight(ServerBindingCursor):
    """Has PostgreSQL keep no plan for a statement that asks for some network, or writes as many rows as there are.

    A kept plan is one for an average network or file, and would take long for the largest. Other statements are
    prepared once they have been asked a few times, which saves reading them, and planning them where no value matters.
    """

    def execute(self, query: Any, params: Any = None, *, prepare: bool | None = None, **options: Any) -> Self:
        """Ask, as psycopg does."""
        if prepare is None and isinstance(query, str) and _depends_on_values(query):
            prepare = False
        return super().execute(query, params, prepare=prepare, **options)  # type: ignore[misc]


def _depends_on_values(sql: str) -> bool:
    return any(words in sql for words in NETWORKS) or bool(MANY_AT_ONCE.match(sql))
