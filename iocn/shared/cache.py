"""The cache of production: Redis, and the process's own memory for as long as Redis does not answer.

Attempts to sign in are counted in it: docs/decisions/0017-attempts-are-counted-without-redis.md.
"""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

from iocn.shared.outage import Outage

log = logging.getLogger(__name__)

# Seconds that a request waits for a Redis that says nothing.
PATIENCE = 1


_outage = Outage(log)


def _first_in_redis(name: str) -> Callable[..., Any]:
    in_redis, in_memory = getattr(RedisCache, name), getattr(LocMemCache, name)

    @wraps(in_redis)
    def ask(self: "RedisOrMemory", *args: Any, **kwargs: Any) -> Any:
        if _outage.lets_ask():
            try:
                answer = in_redis(self, *args, **kwargs)
            except (RedisError, OSError) as error:
                _outage.begins(error)
            else:
                _outage.is_over()
                return answer
        return in_memory(self.memory, *args, **kwargs)

    return ask


class RedisOrMemory(RedisCache):
    """Redis, or this process's memory: what was kept in one is not in the other."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        timeouts = {"socket_connect_timeout": PATIENCE, "socket_timeout": PATIENCE}
        super().__init__(server, {**params, "OPTIONS": timeouts})
        # All instances, one for each thread, share what is in it. 300 counts, the default, would soon be
        # pushed out by other attempts.
        self.memory = LocMemCache("while Redis is away", {**params, "OPTIONS": {"MAX_ENTRIES": 10_000}})

    add = _first_in_redis("add")
    get = _first_in_redis("get")
    set = _first_in_redis("set")
    touch = _first_in_redis("touch")
    delete = _first_in_redis("delete")
    get_many = _first_in_redis("get_many")
    has_key = _first_in_redis("has_key")
    incr = _first_in_redis("incr")
    set_many = _first_in_redis("set_many")
    delete_many = _first_in_redis("delete_many")
    clear = _first_in_redis("clear")
