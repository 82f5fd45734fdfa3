"""Measures what machines do: numbers put over the API, by a key that is made for it."""

import json
import statistics
import time
from datetime import date, timedelta
from typing import Any

from iocn.api.actions import make_key
from iocn.bench.data import Filled
from iocn.bench.imports import bringer
from iocn.bench.pages import WARM
from iocn.bench.server import Reader, web_server
from programmes.measures.models import Measure

MANY, TIMES = 1000, 5  # numbers of one call, and so many calls
MOST_REQUESTS = 100  # below what a key may ask in a minute
MOST_RATIO = 4
FIRST = date(1950, 1, 1)


def measure_api(filled: Filled, requests: int, run: int) -> dict[str, Any]:
    """Put numbers one by one, then many at a time, into a measure that is new in each run."""
    by = bringer()
    measure = Measure.objects.create(network=by.network, name=f"Put in run {run}", unit="attendances")
    key = make_key(by=by, measure=measure, name="The bench")
    path = f"/api/measures/{measure.pk}/observations/"
    days = (FIRST + timedelta(days=number) for number in range(20_000))
    with web_server() as port:
        machine, anybody = Reader(port), Reader(port)

        def put(count: int) -> float:
            """Put so many numbers at once; return how many milliseconds it took."""
            found = [{"period": str(next(days)), "numerator": 12, "denominator": 240} for _ in range(count)]
            body = json.dumps({"observations": found})
            begun = time.perf_counter()
            answer = machine.put(path, body, key)
            took = 1000 * (time.perf_counter() - begun)
            if answer["added"] != count:
                raise RuntimeError(f"Of {count} numbers {answer['added']} were added.")
            return took

        def floor() -> float:
            begun = time.perf_counter()
            anybody.get(f"/bench/floor/{filled.network}/")
            return 1000 * (time.perf_counter() - begun)

        for _ in range(WARM):
            put(1), floor()
        pairs = [(put(1), floor()) for _ in range(min(requests, MOST_REQUESTS))]
        many = statistics.median(put(MANY) for _ in range(TIMES))
    one, bottom = (statistics.median(column) for column in zip(*pairs, strict=True))
    return {
        "page": "api put",
        "one_ms": round(one, 2),
        "floor_ms": round(bottom, 2),
        "ratio": round(one / bottom, 2),
        "most_ratio": MOST_RATIO,
        "many_ms": round(many, 1),
        "numbers_per_second": round(1000 * MANY / many),
    }
