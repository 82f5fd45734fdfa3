"""How long the arithmetic of charts takes, as JSON lines: `python -m iocn.bench.charts`.

For each kind 10,000 series of 60 points, and one series of 1,000,000, in seconds of one processor.
"""

import json
import random
import sys
import time
from collections.abc import Callable

from programmes.measures.spc import Kind, analyse

SERIES, POINTS, LONG = 10_000, 60, 1_000_000
DIVIDED = {Kind.P, Kind.P_PRIME, Kind.U, Kind.U_PRIME, Kind.I_PRIME}


def main() -> None:
    """Measure each kind on made-up numbers."""
    numbers = random.Random(1)  # noqa: S311 - made-up numbers
    short = [[max(1.0, numbers.gauss(50, 10)) for _ in range(POINTS)] for _ in range(SERIES)]
    long = [max(1.0, numbers.gauss(50, 10)) for _ in range(LONG)]
    out_of = [float(numbers.randint(100, 200)) for _ in range(LONG)]
    for kind in Kind:
        few, many = (out_of[:POINTS], out_of) if kind in DIVIDED else (None, None)
        line = {
            "chart": kind.value,
            "series": _seconds(lambda: [analyse(each, few, kind=kind) for each in short]),  # noqa: B023
            "long": _seconds(lambda: analyse(long, many, kind=kind)),  # noqa: B023
        }
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


def _seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return round(time.process_time() - began, 2)


if __name__ == "__main__":
    main()
