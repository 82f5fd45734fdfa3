"""The cache of production: Redis, and the process's own memory for as long as Redis does not answer.

Attempts to sign in are counted in it: docs/decisions/0016-attempts-are-counted-without-redis.md.
"""

import logging
import threading
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

# Seconds that a request waits for a Redis that says nothing, and for which nobody asks it again after that.
PATIENCE = 1
REST = 5


class Outage:
    """What a process knows about Redis: that it answers, or when to ask it again. Its threads share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ask_again_at: float | None = None

    def lets_ask(self) -> bool:
        """Whether to ask Redis now; of threads that come when it is time again, one does."""
        with self._lock:
            if self._ask_again_at is None:
                return True
            if time.monotonic() < self._ask_again_at:
                return False
            self._ask_again_at = time.monotonic() + REST
            return True

    def begins(self, error: Exception) -> None:
        """Remember that Redis did not answer."""
        with self._lock:
            is_new, self._ask_again_at = self._ask_again_at is None, time.monotonic() + REST
        if is_new:
            log.warning("Redis does not answer; this process counts in its own memory", exc_info=error)

    def is_over(self) -> None:
        """Remember that Redis answered."""
        with self._lock:
            was_away, self._ask_again_at = self._ask_again_at is not None, None
        if was_away:
            log.warning("Redis answers again")


_outage = Outage()


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
