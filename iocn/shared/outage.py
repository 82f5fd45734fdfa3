"""Going on without Redis: a process that found it away lets nobody wait for it again for a few seconds."""

import logging
import threading
import time

REST = 5  # seconds


class Outage:
    """What a process knows about Redis: that it answers, or when to ask it again. Its threads share it."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
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
            self._log.warning("Redis does not answer: what can goes on without it", exc_info=error)

    def is_over(self) -> None:
        """Remember that Redis answered."""
        with self._lock:
            was_away, self._ask_again_at = self._ask_again_at is not None, None
        if was_away:
            self._log.warning("Redis answers again")
