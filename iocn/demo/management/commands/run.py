"""`make run`: web server, worker and clock of the demonstration, until Ctrl-C."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command

from people.models import Network

PROGRAMS = {
    "web": "gunicorn iocn.wsgi --bind 127.0.0.1:{port} --workers 1 --threads 8"
    " --graceful-timeout 3 --no-control-socket --log-level warning",
    "worker": "celery --quiet -A iocn worker --pool threads --concurrency 2 --loglevel warning"
    " --without-gossip --without-mingle --without-heartbeat",
    "clock": "celery --quiet -A iocn beat --loglevel warning --pidfile=",
}
SECONDS_TO_START = 60
SECONDS_TO_STOP = 6


class Command(BaseCommand):
    """Start the demonstration; it needs no server, and stops without leaving anything running."""

    help = __doc__ or ""
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                f"`run` starts the demonstration, but IOCN_MODE is {settings.MODE}. Take IOCN_MODE away,"
                " or read in docs/running.md how the parts are started in production."
            )
        if not (settings.STATIC_ROOT / "staticfiles.json").exists():
            raise CommandError("Styles and scripts are not built. Start with `make run`, which builds them.")
        check_port(settings.PORT)
        try:
            call_command("migrate", interactive=False, verbosity=0)
            if not Network.objects.exists():
                self.say("Filling a demonstration network…")
                from iocn.demo import seed  # only here: it takes time to load

                seed.load()
        except KeyboardInterrupt:
            raise CommandError("Stopped before it was up.") from None
        ended = Runner(self.say).run(settings.PORT, when_up=self.welcome)
        if ended:
            raise CommandError(ended)
        with contextlib.suppress(OSError):  # the terminal may be gone
            self.say("Stopped.")

    def say(self, text: str) -> None:
        """Write one line for whoever watches."""
        self.stdout.write(text)
        self.stdout.flush()

    def welcome(self) -> None:
        """Print the address and who can sign in."""
        from iocn.demo import seed

        width = max(len(who) for who, _email in seed.SIGN_INS)
        people = "\n".join(f"  {who:<{width}}  {email}" for who, email in seed.SIGN_INS)
        self.say(
            f"\nIOCN runs at http://localhost:{settings.PORT}\n\n"
            f"Who can sign in, all with the password “{seed.PASSWORD}”:\n{people}\n\n"
            f"E-mail that it sends is at http://localhost:{settings.PORT}/outbox/. Ctrl-C stops it.\n"
        )


def check_port(port: int) -> None:
    """Refuse a port that cannot be had, with a sentence."""
    another = "choose another: make run PORT=8001"
    if port > 65535:
        raise CommandError(f"PORT must be at most 65535; it is {port}.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen()
        except PermissionError:
            raise CommandError(f"Port {port} needs the rights of root. Rather {another}") from None
        except OSError:
            raise CommandError(f"Port {port} is taken. Stop what uses it, or {another}") from None


class Runner:
    """Runs the programs side by side: if one ends, all end."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self.programs: dict[str, subprocess.Popen[str]] = {}
        self.stopping = False

    def run(self, port: int, *, when_up: Callable[[], None]) -> str:
        """Start all, and stay until told to stop (then return nothing) or until one ends (return what happened)."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._asked_to_stop)
        try:
            for name, command in PROGRAMS.items():
                self._start(name, command.format(port=port))
            ended = self._watch_until(lambda: answers(port), SECONDS_TO_START)
            if not ended and not self.stopping:
                when_up()
                ended = self._watch_until(lambda: False)
            return ended
        finally:
            self._stop()

    def _asked_to_stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _start(self, name: str, command: str) -> None:
        program = subprocess.Popen(  # noqa: S603 - PROGRAMS above
            # Celery warns everybody who is root, which in a container is everybody.
            [sys.executable, "-W", "ignore::UserWarning", "-m", *command.split()],
            cwd=settings.BASE_DIR,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            # A group of its own: Ctrl-C reaches only us, and we stop the group with all that it started.
            start_new_session=True,
            preexec_fn=_end_with_parent,
        )
        self.programs[name] = program
        threading.Thread(target=self._follow, args=(name, program), daemon=True).start()

    def _follow(self, name: str, program: "subprocess.Popen[str]") -> None:
        assert program.stdout is not None  # noqa: S101 - for the type checker
        for line in program.stdout:
            try:
                self.say(f"{name:<6} | {line.rstrip()}")
            except OSError:  # nobody reads any more
                self.stopping = True

    def _watch_until(self, done: Callable[[], bool], seconds: float = float("inf")) -> str:
        """Return "" once done or asked to stop; otherwise a sentence about what went wrong."""
        deadline = time.monotonic() + seconds
        while not self.stopping and not done():
            for name, program in self.programs.items():
                if program.poll() is not None:
                    return f"The {name} process ended by itself (status {program.returncode}), so all were stopped."
            if time.monotonic() > deadline:
                return f"It did not answer within {seconds:.0f} seconds, so all were stopped."
            time.sleep(0.1)
        return ""

    def _stop(self) -> None:
        """End every group: asked first, then by force; nothing is left running."""
        self._signal(signal.SIGTERM)
        deadline = time.monotonic() + SECONDS_TO_STOP
        for program in self.programs.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                program.wait(max(0, deadline - time.monotonic()))
        self._signal(signal.SIGKILL)  # also what a program started and left behind
        for program in self.programs.values():
            program.wait()

    def _signal(self, number: signal.Signals) -> None:
        for program in self.programs.values():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(program.pid, number)


def _end_with_parent() -> None:
    """Ask Linux to end this process when the runner is killed and cannot stop it; elsewhere do nothing."""
    with contextlib.suppress(OSError, AttributeError):
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


def answers(port: int) -> bool:
    """Whether the sign-in page is there."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/accounts/login/", headers={"Host": f"localhost:{port}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as response:  # noqa: S310
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False
