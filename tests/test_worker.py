"""A real Celery worker in a process of its own, against the same database and broker as the tests use.

`make test` has it over SQLite and the filesystem, `make test-services` over PostgreSQL and Redis.
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection

from iocn.celery import app
from people import messages
from people.models import Message

pytestmark = pytest.mark.django_db(transaction=True)


def until(true, *, seconds=30, what):
    """Wait until it is true."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"{what} did not come within {seconds} seconds"
        time.sleep(0.05)


def database_url() -> str:
    """Return the address of the database that the tests are in now."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


class Worker:
    """One `celery -A iocn worker`, which writes its e-mail into a folder, or sends it to the server at `mail`."""

    def __init__(self, folder: Path, mail: str = "") -> None:
        self.outbox = folder / "outbox"
        self.log = folder / f"worker-{time.monotonic_ns()}.log"
        environ = {
            **os.environ,
            "DATABASE_URL": database_url(),
            "EMAIL_URL": mail or f"file://{self.outbox}",
        }
        options = "--pool threads --concurrency 2 --without-gossip --without-mingle --loglevel info"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "iocn", "worker", *options.split()],
                cwd=settings.BASE_DIR,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        until(lambda: "ready." in self.log.read_text() or self.process.poll() is not None, what="the worker")
        assert self.process.poll() is None, self.log.read_text()

    def received(self) -> str:
        """Return all that was sent to anybody."""
        return "".join(file.read_text() for file in self.outbox.glob("*.log"))

    def kill(self) -> None:
        """End the process as a crash would; nothing is lost, so there is nothing to wait for."""
        self.process.kill()
        self.process.wait()


@pytest.fixture
def start_worker(tmp_path):
    """Return a function that starts a worker; none is left at the end."""
    app.control.purge()  # what earlier tests left to be woken for
    workers = []

    def start(mail: str = "") -> Worker:
        workers.append(Worker(tmp_path, mail))
        return workers[-1]

    yield start
    for worker in workers:
        worker.kill()


def states() -> list[str]:
    return list(Message.objects.order_by("id").values_list("state", flat=True))


def test_what_is_written_here_is_sent_by_the_worker(start_worker):
    worker = start_worker()
    messages.write_account_mail(address="ode@example.org", subject="Your password", text="A link for Dr Ode")
    until(lambda: "A link for Dr Ode" in worker.received(), what="the mail")
    until(lambda: states() == ["sent"], what="the note that it is sent")


def test_what_was_written_while_no_worker_ran_is_sent_by_the_next(start_worker):
    start_worker().kill()
    messages.write_account_mail(address="ode@example.org", subject="One", text="While nobody looked")
    worker = start_worker()
    until(lambda: "While nobody looked" in worker.received(), what="the mail")
    messages.write_account_mail(address="ode@example.org", subject="Two", text="And now again")
    until(lambda: "And now again" in worker.received(), what="the second mail")
    until(lambda: states() == ["sent", "sent"], what="the note that both are sent")
    assert worker.received().count("Subject: One") == 1
