"""The log of production: one JSON object a line, which never holds what a person wrote or who they are.

What a log line may say is decided here for every library too, not only where we log ourselves:

- its words must be written in the code that logs them; what was put together (an f-string, `str(error)`) is
  left out and the line says where it came from;
- of the values put into the words only numbers, ids and names of our own code appear, the rest is "…";
- of an exception its type and the lines it passed, without its message, which often quotes a value.
"""

import http.client
import json
import logging
import logging.config
import re
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import FrameType
from typing import Any

from celery import Task, signals
from django.conf import settings
from gunicorn.config import Config
from gunicorn.glogging import Logger

# What every line says of the request or the task that it is about.
_about: ContextVar[dict[str, str] | None] = ContextVar("about", default=None)

LEFT_OUT = "…"
OURS = re.compile(r"(?:iocn|people|programmes|learning)(?:\.\w+)+")
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@contextmanager
def about(**fields: str) -> Iterator[None]:
    """Let every line of this thread say these until the end of the block."""
    token = _about.set(fields)
    try:
        yield
    finally:
        _about.reset(token)


def request_id() -> str:
    """Return the id of the request that this thread works for; empty where there is none."""
    return (_about.get() or {}).get("request_id", "")


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": _event(record),
            **(_about.get() or {}),
            **getattr(record, "fields", {}),
        }
        if record.levelno >= logging.WARNING or line["event"] == LEFT_OUT:
            line["where"] = f"{record.module}.{record.funcName}:{record.lineno}"
        if record.exc_info and record.exc_info[1]:
            line["error"] = list(_errors(record.exc_info[1]))
        return json.dumps(line, ensure_ascii=False)


class Unexpected(logging.Filter):
    """Of Django's word on a request only what has a traceback: the rest is in the request's own line."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to keep the record."""
        return bool(record.exc_info)


def _event(record: logging.LogRecord) -> str:
    if status := getattr(record, "status_code", None):  # Django's words would be the path
        return http.client.responses.get(status, LEFT_OUT)
    words = str(record.msg)
    if not record.args:
        return words if _is_written_in_code(record) else LEFT_OUT
    args = record.args
    try:
        if isinstance(args, dict):
            return words % {name: _harmless(value) for name, value in args.items()}
        return words % tuple(_harmless(value) for value in args)
    except (TypeError, ValueError, KeyError):  # such as %d for what was left out
        return words


class _LeftOut:
    def __repr__(self) -> str:
        return LEFT_OUT


def _harmless(value: object) -> object:
    if isinstance(value, int | float):
        return value
    if isinstance(value, str) and (ID.fullmatch(value) or OURS.fullmatch(value)):
        return value
    return _LeftOut()


def _is_written_in_code(record: logging.LogRecord) -> bool:
    """Whether the words are a constant of the function, or of the module, that logs them."""
    frame: FrameType | None = sys._getframe()
    while frame and (frame.f_code.co_filename, frame.f_code.co_name) != (record.pathname, record.funcName):
        frame = frame.f_back
    if frame is None:
        return False
    return record.msg in frame.f_code.co_consts or any(
        value is record.msg for name, value in frame.f_globals.items() if name.isupper()
    )


def _errors(error: BaseException | None) -> Iterator[dict[str, object]]:
    """Yield the error, then what it came from."""
    seen: set[int] = set()
    while error and id(error) not in seen:
        seen.add(id(error))
        kind = type(error)
        yield {
            "type": f"{kind.__module__}.{kind.__qualname__}",
            "lines": [
                f"{_short(frame.filename)}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(error.__traceback__)
            ],
        }
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _short(path: str) -> str:
    """Return the file's path without where the product or its packages are installed."""
    return path.removeprefix(f"{settings.BASE_DIR}/").rpartition("site-packages/")[2]


class GunicornLogger(Logger):
    """Gunicorn's log, as settings.LOGGING says."""

    def setup(self, cfg: Config) -> None:
        """Take the place of gunicorn's own handler."""
        super().setup(cfg)
        logging.config.dictConfig(settings.LOGGING)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


@signals.before_task_publish.connect
def _send_request_id(headers: dict[str, Any], **kwargs: object) -> None:
    """Let the task know which request woke it."""
    if woken_by := request_id():
        headers["request_id"] = woken_by


@signals.task_prerun.connect
def _begin(task_id: str, task: Task, **kwargs: object) -> None:
    fields = {"task": task.name, "task_id": task_id}
    if woken_by := getattr(task.request, "request_id", None):
        fields["request_id"] = woken_by
    _about.set(fields)


@signals.task_postrun.connect
def _end(**kwargs: object) -> None:
    _about.set(None)
