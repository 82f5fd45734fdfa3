"""Production's own commands, as docker-compose.yml starts them, against real PostgreSQL, Redis and SMTP.

Part of `make test-services`; where no Redis is given there is nothing to start.
"""

import contextlib
import http.client
import json
import os
import re
import shlex
import socket
import subprocess
import sys
import urllib.parse
from email.message import Message
from pathlib import Path

import pytest
from django.conf import settings

from iocn.celery import app
from tests import factories
from tests.operations.test_start import SERVICES
from tests.people.test_messages import server  # noqa: F401 - a fixture
from tests.shared.test_settings import PRODUCTION
from tests.test_worker import database_url, until

pytestmark = [
    pytest.mark.skipif(not os.environ.get("REDIS_URL"), reason="it needs Redis: make test-services"),
    pytest.mark.django_db(transaction=True),
]
REQUEST = "0f2c9a5e1b3d4c6f8a7b9c0d1e2f3a4b"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Part:
    """One of Compose's services, started here."""

    def __init__(self, name: str, folder: Path, environ: dict[str, str]) -> None:
        self.log = folder / f"{name}.log"
        program, *options = shlex.split(SERVICES[name]["command"])
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-W", "ignore::UserWarning", "-m", program, *options],
                cwd=settings.BASE_DIR,
                env={"PATH": os.environ["PATH"], **environ},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def says(self, event: str) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        return any(line.get("event") == event for line in self.lines())

    def lines(self) -> list[dict]:
        """Return what it logged; a banner before that is Celery's."""
        lines = self.log.read_text().splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.startswith("{") and line.endswith("\n")]

    def stop(self) -> int:
        """End it as Compose and systemd do, and return its status."""
        self.process.terminate()
        return self.process.wait(20)


@pytest.fixture
def start(tmp_path, server, settings):  # noqa: F811
    """Return a function that starts a part in production; none is left at the end."""
    app.control.purge()
    port, parts = free_port(), []
    mail = settings.MAILERS["default"]["OPTIONS"]["port"]
    environ = {
        **PRODUCTION,
        "DATABASE_URL": database_url(),
        "REDIS_URL": os.environ["REDIS_URL"],
        "EMAIL_URL": f"smtp://127.0.0.1:{mail}?tls=no",
        "WEB_BIND": f"127.0.0.1:{port}",
        "IOCN_VAR": str(tmp_path),
    }

    def start_one(name: str) -> Part:
        parts.append(Part(name, tmp_path, environ))
        parts[-1].port = port
        return parts[-1]

    yield start_one
    for part in parts:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(part.process.pid, 9)
        part.process.wait()


def test_web_worker_and_clock_of_production_work_together(start, server):  # noqa: F811
    factories.PersonFactory(email="jo.bell@example.org")
    web, worker, beat = start("web"), start("worker"), start("beat")
    until(lambda: is_ready(web), what="a web that is ready")
    until(lambda: worker.says("… ready."), what="the worker")
    until(lambda: beat.says("beat: Starting..."), what="the clock")

    ask_for_a_password(web, "jo.bell@example.org")
    until(lambda: server.mails, what="the mail")
    assert server.mails[0]["To"] == "jo.bell@example.org"

    def finished() -> list[dict]:
        return [line for line in worker.lines() if "succeeded in" in line["event"] and "request_id" in line]

    until(finished, what="the word that it is sent")
    [task] = finished()
    assert task["request_id"] == REQUEST
    assert task["task"] == "people.tasks.send_due_messages"
    answered = [line for line in web.lines() if line.get("route") == "accounts/password/reset/"][-1]
    assert (answered["method"], answered["status"], answered["request_id"]) == ("POST", 302, REQUEST)

    assert [part.stop() for part in (web, worker, beat)] == [0, 0, 0]
    for part in (web, worker, beat):
        assert not re.search(r"jo\.bell|127\.0\.0\.1|secret-word", part.log.read_text())
        assert not [line for line in part.lines() if line["level"] in ("error", "critical")]


def send(web: Part, method: str, path: str, body: str = "", **headers: str) -> tuple[Message, int, str]:
    """Ask web as the proxy in front of it does, which says that the way to it was https."""
    said = {
        "Host": "iocn.example.org",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-For": "198.51.100.9",
        "Referer": f"https://iocn.example.org{path}",
    }
    connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=10)
    connection.request(method, path, body, said | headers)
    answer = connection.getresponse()
    return answer.headers, answer.status, answer.read().decode()


def is_ready(web: Part) -> bool:
    try:
        return send(web, "GET", "/readyz")[1:] == (200, "ready\n")
    except OSError:
        return False


def ask_for_a_password(web: Part, address: str) -> None:
    path = "/accounts/password/reset/"
    headers, _status, page = send(web, "GET", path)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
    headers, status, page = send(
        web,
        "POST",
        path,
        urllib.parse.urlencode({"email": address, "csrfmiddlewaretoken": token}),
        **{
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": headers["Set-Cookie"].split(";")[0],
            "X-Request-ID": REQUEST,
        },
    )
    assert (status, headers["X-Request-ID"]) == (302, REQUEST), page
