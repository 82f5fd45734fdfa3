"""Measures how long a browser takes to draw a measure's chart: what chart.js itself says of its drawing."""

import os
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from iocn.bench.chromium import on_this_machine
from iocn.bench.data import PASSWORD, Filled
from iocn.bench.server import Reader, web_server

WIDTHS, TIMES = (375, 1280), 10
NUMBERS, MOST_MS = 120, 100


def measure_drawing(filled: Filled) -> dict[str, Any] | None:
    """Open the page of a measure of 120 numbers again and again, on a phone and at a desk; None without a Chromium."""
    # A tool of developers, of whom the bench is one.
    from playwright.sync_api import sync_playwright

    path = f"/{filled.slug}/measures/{filled.long}/"
    options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    took = []
    # A home of its own, or the browser leaves its settings wherever it finds a place.
    with web_server() as port, sync_playwright() as playwright, tempfile.TemporaryDirectory() as home:
        browser = on_this_machine() or playwright.chromium.executable_path
        if not Path(browser).exists():
            sys.stderr.write("No Chromium is here (CHROMIUM), so charts are not measured.\n")
            return None
        reader = Reader(port)
        reader.sign_in(filled.addresses["member"], PASSWORD)
        cookies = [
            {"name": name, "value": morsel.value, "domain": "localhost", "path": "/"}
            for name, morsel in reader.cookies.items()
        ]
        environ: dict[str, str | float | bool] = {**os.environ, "HOME": home, "XDG_CONFIG_HOME": home}
        with playwright.chromium.launch(executable_path=browser, args=options, env=environ) as chromium:
            for width in WIDTHS:
                context = chromium.new_context(
                    viewport={"width": width, "height": 900},
                    extra_http_headers={"X-Forwarded-Proto": "https"},
                )
                context.add_cookies(cookies)  # type: ignore[arg-type]
                page = context.new_page()
                for _ in range(TIMES):
                    page.goto(f"http://localhost:{port}{path}")
                    page.locator(".iocn-plot").wait_for()
                    took.append(
                        page.evaluate("performance.getEntriesByName('iocn-chart', 'measure')[0].duration")
                    )
    return {
        "page": "chart",
        "numbers": NUMBERS,
        "drawn_ms": round(statistics.median(took), 1),
        "slowest_ms": round(max(took), 1),
        "most_ms": MOST_MS,
    }
