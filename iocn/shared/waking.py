"""Waking a worker. The database remembers what is due, so it is a courtesy: docs/decisions/0002-messages-are-rows.md."""

import logging

from celery import Task
from kombu.exceptions import OperationalError

from iocn.shared.outage import Outage

_outage = Outage(logging.getLogger(__name__))


def wake(task: Task) -> None:
    """Ask a worker to run the task now. Where the broker does not answer nothing happens: beat sweeps."""
    if not _outage.lets_ask():
        return
    try:
        # Without retries: whoever pressed a button must not wait for a broker that does not answer.
        task.apply_async(retry=False)
    except OperationalError as error:
        _outage.begins(error)
    else:
        _outage.is_over()
