"""`manage.py run`, as a person starts and stops it: real processes, a folder of its own."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
SECONDS_TO_STOP = 10

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="it looks for processes in /proc"),
]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(true, *, seconds=30, what=""):
    """Wait for what a person waits for, and return it."""
    deadline = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < deadline, f"{what or true} did not come within {seconds} seconds"
        time.sleep(0.05)
    return found


class Run:
    """One `manage.py run` in a folder."""

    def __init__(self, var: Path, **environ: str) -> None:
        self.port = free_port()
        # As in a person's shell: nothing of the tests' own settings.
        own = {
            "PATH": os.environ["PATH"],
            "IOCN_VAR": str(var),
            "PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
        }
        self.log = var.parent / f"log-{self.port}"
        self.started = time.monotonic()
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "run"],
                cwd=ROOT,
                env={**own, **environ},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        return self.log.read_text()

    def up(self, seconds: int = 60) -> "Run":
        """Wait until it says so."""
        until(lambda: "Ctrl-C stops it" in self.said or self.process.poll() is not None, seconds=seconds)
        assert self.process.poll() is None, self.said
        return self

    def children(self) -> dict[str, int]:
        """Return the process ids of web, worker and clock."""
        names = {"gunicorn": "web", "worker": "worker", "beat": "clock"}
        found = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = int(stat.read_text().rpartition(")")[2].split()[1])
                words = (stat.parent / "cmdline").read_text().split("\0")
            except (FileNotFoundError, ProcessLookupError):
                continue
            if parent == self.process.pid:
                found |= {names[word]: int(stat.parent.name) for word in words if word in names}
        return found

    def stop(self, number: signal.Signals = signal.SIGINT) -> float:
        """Send the signal and return how many seconds it took to end."""
        before = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(timeout=SECONDS_TO_STOP * 2)
        return time.monotonic() - before

    def open(self, path: str, form: dict[str, str] | None = None) -> str:
        """Return the page, as a browser that keeps cookies gets it."""
        address = f"http://localhost:{self.port}{path}"
        if not hasattr(self, "browser"):
            self.cookies = CookieJar()
            self.browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))
        data = None
        if form is not None:
            self.browser.open(address, timeout=10).read()
            token = next(cookie.value for cookie in self.cookies if cookie.name == "csrftoken")
            data = urllib.parse.urlencode({**form, "csrfmiddlewaretoken": token}).encode()
        with self.browser.open(address, data, timeout=10) as response:
            return response.read().decode()


def left_of(var: Path) -> list[str]:
    """Return the command lines of all processes that still work on the folder."""
    mark = f"IOCN_VAR={var}\0".encode()
    left = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark in environ.read_bytes():
                left.append((environ.parent / "cmdline").read_text().replace("\0", " "))
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
    return left


@pytest.fixture(scope="module")
def var(tmp_path_factory):
    """The demonstration's folder; the tests of this file share it, as loading it takes its time."""
    return tmp_path_factory.mktemp("run") / "var"


@pytest.fixture
def run(var):
    """Return a function that starts it; nothing is left at the end, whatever the test did."""
    runs = []

    def start(**environ: str) -> Run:
        runs.append(Run(var, **environ))
        return runs[-1]

    yield start
    for one in runs:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()
    until(lambda: not left_of(var), seconds=15)


def test_it_fills_a_network_answers_sends_mail_and_stops_without_leaving_anything(run, var):
    from iocn.demo import seed

    it = run().up()
    assert f"http://localhost:{it.port}" in it.said
    assert all(address in it.said for _who, address in seed.SIGN_INS)

    address = seed.SIGN_INS[0][1]
    assert seed.PASSWORD in it.open("/accounts/login/")
    it.open("/accounts/password/reset/", {"email": address})
    until(lambda: "/accounts/password/reset/key/" in mail_to(it, address), what="the mail with the link")

    assert it.stop() < SECONDS_TO_STOP
    assert it.process.returncode == 0, it.said
    assert not left_of(var)


def mail_to(it: Run, address: str) -> str:
    """Return the text of all that the outbox holds for the address."""
    rows = re.findall(r'href="(/outbox/[^"]+)".*?data-label="To">([^<]+)<', it.open("/outbox/"), re.DOTALL)
    return "".join(it.open(path) for path, to in rows if to == address)


def test_started_again_it_is_up_in_8_seconds_and_keeps_what_people_entered(run, var):
    from iocn.demo import seed

    run().up().stop()
    before = entered(var)
    it = run().up()
    assert time.monotonic() - it.started < 8
    login = {"login": seed.SIGN_INS[0][1], "password": seed.PASSWORD}
    assert "Sign out" in it.open("/accounts/login/", login)
    it.stop()
    assert entered(var) == before


def entered(var: Path) -> list[tuple]:
    """Return who is in the database; signing in changes only last_login."""
    import sqlite3

    with sqlite3.connect(var / "iocn.sqlite3") as database:
        tables = ("people_network", "people_membership", "programmes_pathwayproject", "programmes_escalation")
        count = "SELECT count(*), max(id) FROM "
        rows = [database.execute(count + table).fetchone() for table in tables]
        return [*rows, *database.execute("SELECT email, password FROM people_person ORDER BY id").fetchall()]


def test_a_taken_port_is_a_sentence(run):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        it = run(PORT=str(port))
        assert it.process.wait(timeout=20) == 1
    assert it.said.strip() == (
        f"CommandError: Port {port} is taken. Stop what uses it, or choose another: make run PORT=8001"
    )


def test_it_is_for_the_demonstration_alone(run):
    it = run(IOCN_MODE="test")
    assert it.process.wait(timeout=20) == 1
    assert it.said.startswith("CommandError: `run` starts the demonstration, but IOCN_MODE is test.")


@pytest.mark.long
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_closed_terminal_or_a_service_manager_stops_it_too(run, var, number):
    it = run().up()
    assert it.stop(number) < SECONDS_TO_STOP
    assert not left_of(var)


@pytest.mark.long
def test_it_stops_in_time_even_if_a_part_does_not_listen(run, var):
    it = run().up()
    os.kill(it.children()["worker"], signal.SIGSTOP)  # a stopped process answers no SIGTERM
    assert it.stop() < SECONDS_TO_STOP
    assert not left_of(var)


@pytest.mark.long
@pytest.mark.parametrize("part", ["web", "worker", "clock"])
def test_when_one_part_dies_all_stop_and_it_says_which(run, var, part):
    it = run().up()
    os.kill(it.children()[part], signal.SIGKILL)
    assert it.process.wait(timeout=SECONDS_TO_STOP) == 1
    assert f"The {part} process ended by itself" in it.said
    assert not left_of(var)


@pytest.mark.long
def test_nothing_runs_on_when_it_is_killed_itself(run, var):
    it = run().up()
    it.process.kill()
    it.process.wait()
    until(lambda: not left_of(var), seconds=SECONDS_TO_STOP)
