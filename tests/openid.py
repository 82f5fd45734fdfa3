"""An OpenID Connect provider as a process of its own, for tests of signing in through it."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from socket import socket

import requests


class Provider:
    """The provider's process; `knows` gives it a person with these claims."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://localhost:{port}"

    def knows(self, sub: str, **claims: object) -> None:
        """Let the person sign in there."""
        requests.put(f"{self.issuer}/users/{sub}", json=claims, timeout=10).raise_for_status()

    def apps(self) -> dict[str, object]:
        """Return allauth's settings for it, as iocn.environment makes them."""
        app = {
            "provider_id": "organisation",
            "name": "NHS Larkton",
            "client_id": "iocn",
            "secret": "for this test",
            "settings": {"server_url": self.issuer, "oauth_pkce_enabled": True},
        }
        return {"openid_connect": {"APPS": [app]}}


@contextmanager
def running() -> Iterator[Provider]:
    """Run the provider until the block ends."""
    with closing(socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--host", "localhost"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        provider = Provider(port)
        _wait_for(provider, process)
        yield provider
    finally:
        process.terminate()
        process.wait()


def _wait_for(provider: Provider, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            requests.get(f"{provider.issuer}/.well-known/openid-configuration", timeout=5).raise_for_status()
        except requests.RequestException:
            assert process.poll() is None, "The provider ended by itself."
            assert time.monotonic() < deadline, "The provider did not start."
            time.sleep(0.05)
        else:
            return
