"""Starts the server as production does, signs in as people do, and asks for pages."""

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse, RemoteDisconnected
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

THREADS = 8
KEEP_ALIVE = 30  # seconds
SECONDS_TO_START = 60
ROOT = Path(__file__).resolve().parent.parent.parent


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def program(*command: str, port: int) -> Iterator[None]:
    """Run a program of ours that listens on the port, on this machine alone, until the end of the block.

    What it logs is written as in production, and shown only if something goes wrong.
    """
    log = tempfile.TemporaryFile(mode="w+")  # noqa: SIM115 - closed below
    process = subprocess.Popen(  # noqa: S603 - our own commands, see below
        [sys.executable, "-W", "ignore", "-m", *command],
        cwd=ROOT,
        env=os.environ,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        deadline = time.monotonic() + SECONDS_TO_START
        while not _listens(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{command[0]} did not start.")
            time.sleep(0.1)
        yield
    except Exception:
        log.seek(0)
        sys.stderr.write("".join(log.readlines()[-40:]))
        raise
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.close()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def web_server() -> Iterator[int]:
    """Run gunicorn with threads, and give its port."""
    port = free_port()
    options = f"--bind 127.0.0.1:{port} --worker-class gthread --threads {THREADS} --keep-alive {KEEP_ALIVE}"
    rest = "--no-control-socket --log-level warning"
    with program("gunicorn", "iocn.bench.wsgi", *options.split(), *rest.split(), port=port):
        yield port


@contextmanager
def mail_server(port: int) -> Iterator[None]:
    """Run a mail server that takes everything and keeps nothing."""
    options = ("-n", "-l", f"127.0.0.1:{port}", "-c", "aiosmtpd.handlers.Sink")
    with program("aiosmtpd", *options, port=port):
        yield


class Reader:
    """Somebody with a browser, which keeps its connection and its cookies."""

    def __init__(self, port: int) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: SimpleCookie = SimpleCookie()

    def get(self, path: str, **headers: str) -> tuple[bytes, dict[str, str]]:
        """Return a page's body and headers; anything but a page, or that it is unchanged, is an error."""
        status, body, found = self._ask("GET", path, None, headers)
        if status not in (200, 304):
            raise RuntimeError(f"{path} answered {status}.")
        return body, found

    def put(self, path: str, body: str, key: str) -> Any:
        """Put JSON with an access key, as a machine does; return what the answer says."""
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        status, content, _headers = self._ask("PUT", path, body, headers)
        if status != 200:
            raise RuntimeError(f"{path} answered {status}: {content.decode()[:500]}")
        return json.loads(content)

    def sign_in(self, email: str, password: str) -> None:
        """Fill in the sign-in page's form and send it."""
        path = "/accounts/login/"
        page, _headers = self.get(path)
        token = re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', page)
        form = {
            "csrfmiddlewaretoken": token[1].decode() if token else "",
            "login": email,
            "password": password,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Referer": f"https://localhost{path}"}
        status, _body, _headers = self._ask("POST", path, urlencode(form), headers)
        if status != 302:
            raise RuntimeError(f"Signing in answered {status}.")

    def _send(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> HTTPResponse:
        self.connection.request(method, path, body, headers)
        return self.connection.getresponse()

    def _ask(
        self, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> tuple[int, bytes, dict[str, str]]:
        # As the proxy in front says it, which ends TLS.
        always = {"Host": "localhost", "X-Forwarded-Proto": "https", "X-Forwarded-For": "127.0.0.1"}
        if self.cookies:
            always["Cookie"] = "; ".join(f"{name}={morsel.value}" for name, morsel in self.cookies.items())
        try:
            response = self._send(method, path, body, {**always, **headers})
        except RemoteDisconnected:
            # The server ends a connection that was still for KEEP_ALIVE seconds, while others were measured.
            self.connection.close()
            response = self._send(method, path, body, {**always, **headers})
        content = response.read()
        for value in response.headers.get_all("Set-Cookie", []):
            self.cookies.load(value)
        return response.status, content, {name.lower(): value for name, value in response.getheaders()}
