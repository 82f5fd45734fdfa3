"""Measures the pages: each in turn with the floor, so that both meet the same machine."""

import statistics
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from iocn.bench.counting import QUERIES, TWICE, WANTED
from iocn.bench.data import PASSWORD, Filled
from iocn.bench.server import Reader, web_server

# So many requests before any is measured: by then each of PostgreSQL's connections has prepared its statements.
WARM = 60
SECONDS_OF_A_PAGE = 20  # at most, however slow it is
SECONDS_OF_LOAD = 1.5  # less where few requests are wanted
CONNECTIONS = 4
MOST_BYTES = 40 * 1024


@dataclass(frozen=True)
class Page:
    """A page, who reads it, and what it may take: queries, so many times the floor, bytes. 0: nothing is promised."""

    name: str
    who: str
    path: str
    queries: int = 0
    times: float = 0
    # Only the list, as a page that renews itself asks for it; or that, and nothing has changed since.
    is_renewed: bool = False
    is_unchanged: bool = False
    bytes: int = MOST_BYTES


SIMILAR = "/{slug}/escalations/raise/similar/"
PAGES = [
    Page("inbox", "leader", "/{slug}/escalations/", 8, 4),
    Page("inbox, all asks", "leader", "/{slug}/escalations/?show=all", 8, 4),
    Page("inbox, for staff", "staff", "/{slug}/escalations/?show=open", 8, 4),
    Page("inbox, narrowed", "leader", "/{slug}/escalations/?show=open&urgency=stopping&age=5", 8, 4),
    Page("inbox, renewed", "leader", "/{slug}/escalations/", 8, 2.5, is_renewed=True),
    Page("inbox, unchanged", "leader", "/{slug}/escalations/", 8, 0.5, is_unchanged=True),
    Page("members", "member", "/{slug}/members/", 8, 4),
    Page("members, for staff", "staff", "/{slug}/members/", 8, 4),
    Page("ask", "leader", "/{slug}/escalations/E-{ask}/", 10, 4),
    Page("leadership", "leader", "/{slug}/escalations/leadership/", 10, 4),
    Page("project", "member", "/{slug}/projects/{project}/", 10, 4),
    Page("cohort", "staff", "/{slug}/learning/1/", 10, 4),
    Page("measure", "member", "/{slug}/measures/{measure}/", 10, 4),
    Page("measure, 120 numbers", "member", "/{slug}/measures/{long}/", 10, 4),
    Page("measure, 5,000 numbers", "member", "/{slug}/measures/{longest}/", 10, 12),
    Page("small charts", "member", "/{slug}/measures/small-charts/", 8, 8, bytes=0),
    Page("home, of a leader", "leader", "/{slug}/", 10, 5),
    Page("home, of a member", "member", "/{slug}/", 10, 5),
    Page("home, of staff", "staff", "/{slug}/", 10, 5),
    Page(
        "inbox, filtered asks", "leader", "/{slug}/escalations/?show=open&urgency=stopping&domain=data", 8, 4
    ),
    Page("asks searched", "leader", "/{slug}/escalations/?show=all&q=home+monitors", 8, 4),
    Page("asks searched, by staff", "staff", "/{slug}/escalations/?show=all&q=home+monitors", 8, 4),
    Page("asks searched, by a member", "member", "/{slug}/escalations/?show=all&q=home+monitors", 8, 4),
    Page("asks searched, none found", "leader", "/{slug}/escalations/?show=all&q=helicopter", 8, 4),
    Page("asks searched, none found by staff", "staff", "/{slug}/escalations/?show=all&q=helicopter", 8, 4),
    Page("form for an ask", "member", "/{slug}/escalations/raise/", 10, 4),
    Page("form for an ask, similar ones", "member", f"{SIMILAR}?ask=Money+for+home+monitors", 8, 4),
    Page(
        "form for an ask, similar ones for a leader", "leader", f"{SIMILAR}?ask=Money+for+home+monitors", 8, 4
    ),
    Page("form for an ask, none similar", "leader", f"{SIMILAR}?ask=Helicopter+landing+site", 8, 4),
    # Nothing is promised of this one.
    Page("projects", "member", "/{slug}/projects/"),
]


def measure_pages(filled: Filled, requests: int, wanted: str = "") -> Iterator[dict[str, Any]]:
    """Start the server, sign in, and yield what each page took whose name has `wanted` in it."""
    pages = [page for page in PAGES if wanted in page.name]
    if not pages:
        return
    with web_server() as port:
        readers = {}
        for who, email in filled.addresses.items():
            readers[who] = Reader(port)
            readers[who].sign_in(email, PASSWORD)
        for page in pages:
            yield _measure(page, readers[page.who], port, filled, requests)


def _measure(page: Page, reader: Reader, port: int, filled: Filled, requests: int) -> dict[str, Any]:
    path = page.path.format(**vars(filled))
    floor = f"/bench/floor/{filled.network}/"
    anybody = Reader(port)
    asked = {"HX-Request": "true", "HX-Target": "asks"} if page.is_renewed or page.is_unchanged else {}
    for _ in range(WARM):
        body, headers = reader.get(path, **{WANTED: "yes"}, **asked)
        anybody.get(floor)
        if page.is_unchanged:
            asked["If-None-Match"] = headers.get("etag", asked.get("If-None-Match", ""))
    times: dict[str, list[float]] = {path: [], floor: []}
    deadline = time.monotonic() + SECONDS_OF_A_PAGE
    while len(times[path]) < requests and time.monotonic() < deadline:
        for who, what, given in ((reader, path, asked), (anybody, floor, {})):
            begun = time.perf_counter()
            who.get(what, **given)
            times[what].append(1000 * (time.perf_counter() - begun))
    middle, bottom = statistics.median(times[path]), statistics.median(times[floor])
    return {
        "page": page.name,
        "requests": len(times[path]),
        "p50_ms": round(middle, 2),
        "p95_ms": round(_at_95(times[path]), 2),
        "requests_per_second": round(
            _under_load(reader, path, port, min(SECONDS_OF_LOAD, requests / 100), asked), 1
        ),
        "queries": int(headers[QUERIES.lower()]),
        "twice": headers[TWICE.lower()],
        "bytes": len(body),
        "floor_ms": round(bottom, 2),
        "ratio": round(middle / bottom, 2),
        "most_queries": page.queries,
        "most_ratio": page.times,
        "most_bytes": page.bytes if page.queries else 0,
    }


def _at_95(times: list[float]) -> float:
    return sorted(times)[int(0.95 * (len(times) - 1))]


def _under_load(reader: Reader, path: str, port: int, seconds: float, headers: dict[str, str]) -> float:
    """Return how many requests a second several browsers get that ask without pause."""
    done: list[int] = []
    end = time.monotonic() + seconds

    def ask() -> None:
        another, count = Reader(port), 0
        another.cookies = reader.cookies
        while time.monotonic() < end:
            another.get(path, **headers)
            count += 1
        done.append(count)

    begun = time.monotonic()
    threads = [threading.Thread(target=ask) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / (time.monotonic() - begun)
