"""Which Chromium the journeys use. `python -m tests.browser.chromium` fetches one where there is none."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from iocn.bench.chromium import on_this_machine


def of_playwright() -> bool:
    """Whether Playwright has fetched its own."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path).exists()


def fetch() -> None:
    """Fetch a Chromium: Playwright's own, or as root on Debian the system's package where that fails."""
    say("No Chromium is here, so Playwright fetches its own…")
    root = os.geteuid() == 0
    # As root it also installs the libraries that the browser needs.
    command = [sys.executable, "-m", "playwright", "install", *(["--with-deps"] if root else []), "chromium"]
    if subprocess.run(command, check=False).returncode == 0:
        return
    if root and shutil.which("apt-get"):
        say("That failed, so Debian's package is installed…")
        environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for step in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "chromium"]):
            subprocess.run(["apt-get", *step], env=environ, check=False)
    if not on_this_machine():
        sys.exit(
            "The journeys need Chromium. Install it, or say where it is: make test CHROMIUM=/path/to/chromium"
        )


def say(text: str) -> None:
    """Tell whoever waits what is going on."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__" and not on_this_machine() and not of_playwright():
    fetch()
