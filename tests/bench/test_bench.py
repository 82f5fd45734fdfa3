"""`make bench` on very few rows: that it runs and cleans up. How fast anything is, is not tested."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

from iocn.bench import report
from iocn.bench.places import Refused, place
from tests.browser import chromium


def browser():
    """Return which Chromium the journeys use, for the bench's chart."""
    found = chromium.on_this_machine()
    return {"CHROMIUM": found} if found else {}


def run(tmp_path, **variables):
    """Run the bench as a person does, in their own shell."""
    return subprocess.run(
        [sys.executable, "-m", "iocn.bench"],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path), **browser(), **variables},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.long
def test_the_bench_measures_every_page_and_leaves_nothing(tmp_path):
    """Long: it loads a hundred networks and starts two servers."""
    done = run(tmp_path, ROWS="200", RUNS="1", REQUESTS="2")
    assert done.returncode == 0, done.stderr
    machine, *results = [json.loads(line) for line in done.stdout.splitlines()]
    assert machine["loaded"]["Escalation"] == 200
    assert machine["loaded"]["Network"] == 100
    pages = {line["page"] for line in results}
    assert {
        "inbox",
        "members",
        "ask",
        "leadership",
        "project",
        "cohort",
        "measure",
        "measure, 120 numbers",
        "measure, 5,000 numbers",
        "home, of a leader",
        "chart",
        "digest run",
        "clock sweep",
        "import",
        "api put",
    } <= pages
    for line in results:
        if line["page"] == "clock sweep":
            assert (line["due"], line["open"]) == (100, 1101)  # in each network one at least
            continue
        if line["page"] == "chart":
            assert 0 < line["drawn_ms"] <= line["slowest_ms"]
            continue
        if line["page"] == "import":
            assert line["imported"] == 200
            assert line["rows_per_second"] > 0
            continue
        assert line["ratio"] > 0
        if line["page"] not in ("digest run", "api put"):
            assert line["twice"] == "", line["page"]
            if line["most_queries"]:
                assert 2 < line["queries"] <= line["most_queries"], line["page"]
                # 0: nothing is promised, as of a page of a hundred charts.
                assert not line["most_bytes"] or line["bytes"] <= line["most_bytes"], line["page"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"ROWS": "many"}, "ROWS must be a whole number above zero"),
        ({"BENCH_DATABASE_URL": "postgres:///iocn"}, "must name a PostgreSQL database that ends in _bench"),
        ({"BENCH_DATABASE_URL": "sqlite:////tmp/iocn_bench"}, "must name a PostgreSQL database"),
    ],
)
def test_the_bench_refuses_what_is_not_its_own(tmp_path, variables, words):
    done = run(tmp_path, **variables)
    assert done.returncode == 1
    assert words in done.stderr


@pytest.mark.skipif("postgres" not in os.environ.get("DATABASE_URL", ""), reason="it needs a PostgreSQL")
def test_a_database_is_dropped_after_and_one_that_is_there_is_refused():
    url = f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/iocn_test_bench"
    with place(url) as made:
        assert made.kind == "postgresql"
        with pytest.raises(Refused, match="There is a database iocn_test_bench already"), place(url):
            pass
    with place(url):  # it is gone, so it can be made again
        pass


def test_the_bench_has_no_address_in_the_product(client, db):
    assert client.get("/bench/floor/1/").status_code == 404


def line(rows, run, ms, ratio, **more):
    most = {"most_queries": 8, "most_ratio": 4, "most_bytes": 40960}
    found = {"p50_ms": ms, "p95_ms": 2 * ms, "ratio": ratio, "queries": 7, "twice": "", "bytes": 20480}
    about = {"database": "sqlite", "rows": rows, "run": run, "page": "inbox", "requests_per_second": 50.0}
    return {**about, **found, **most, **more}


MACHINE = {
    "database": "sqlite",
    "rows": 1000,
    "on": "2026-11-23",
    "machine": "A laptop",
    "software": "Python",
}


def test_the_report_shows_the_median_of_the_runs_and_what_is_missed(tmp_path):
    lines = [MACHINE, line(1000, 1, 10, 3.0), line(1000, 2, 90, 3.1), line(1000, 3, 12, 3.2)]
    lines += [line(100_000, 1, 15, 3.5), line(100_000, 2, 16, 4.5), line(100_000, 3, 24, 4.6)]
    figures, document = tmp_path / "figures.jsonl", tmp_path / "performance.md"
    figures.write_text("\n".join(json.dumps(one) for one in lines))
    document.write_text(f"Before\n{report.BEGIN}\nold\n{report.END}\nAfter\n")
    report.write([figures], document)
    text = document.read_text()
    assert text.startswith("Before\n")
    assert text.endswith("After\n")
    assert "old" not in text
    assert "A laptop. Python. Measured on 2026-11-23; the median of 3 runs." in text
    assert "| inbox | 7 | 20 | 12.0 (3.1) | 16.0 (4.5) | 32.0 | 50 | 1.33 |" in text
    assert "| missed: 4.5 × the floor (at most 4); 1.33 times slower (at most 1.3) |" in text


@pytest.mark.parametrize(
    ("seconds", "mb", "said"), [(9.5, 120, "met"), (12, 120, "missed"), (1, 201, "missed")]
)
def test_the_report_judges_a_sweep_of_clocks(seconds, mb, said):
    figures = {
        "open": 100_000,
        "due": 100,
        "due_s": 2.0,
        "all_s": seconds,
        "mb": mb,
        "most_s": 10,
        "most_mb": 200,
    }
    sweep = {"database": "sqlite", "rows": 100_000, "run": 1, "page": "clock sweep", **figures}
    row = f"| 100,000 asks | 100,000 | 100 | 2.0 | {seconds:.1f} | {mb} | {said}"
    assert row in report.tables([MACHINE, line(100_000, 1, 10, 3.0), sweep])


@pytest.mark.parametrize(
    ("seconds", "mb", "said"), [(50, 250, "met"), (60, 250, "missed"), (50, 301, "missed")]
)
def test_the_report_judges_an_import(seconds, mb, said):
    figures = {"bringing_s": 1.0, "reading_s": seconds, "applying_s": 0.5, "rows_per_second": 1942, "mb": mb}
    most = {"most_s": 60, "most_mb": 300}
    brought = {"database": "sqlite", "rows": 100_000, "run": 1, "page": "import", "imported": 100_000}
    row = f"| 100,000 asks | 100,000 | 1.0 | {seconds:.1f} | 0.5 | 1,942 | {mb} | {said}"
    assert row in report.tables([MACHINE, line(100_000, 1, 10, 3.0), brought | figures | most])


@pytest.mark.parametrize(("ratio", "said"), [(3.9, "met"), (4.1, "missed: one at most 4 × the floor")])
def test_the_report_judges_numbers_put_over_the_api(ratio, said):
    figures = {"one_ms": 12.3, "ratio": ratio, "most_ratio": 4, "many_ms": 250.0, "numbers_per_second": 4000}
    put = {"database": "sqlite", "rows": 1000, "run": 1, "page": "api put", **figures}
    assert f"| 1,000 asks | 12.3 ({ratio}) | 250 | 4,000 | {said} |" in report.tables([MACHINE, put])


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ({}, "| met |"),
        ({"queries": 9}, "missed: 9 queries (at most 8)"),
        ({"twice": "SELECT 1"}, "missed: a query twice"),
        ({"bytes": 50_000}, "missed: 49 KB (at most 40)"),
    ],
)
def test_the_report_judges_each_target(what, said):
    assert said in report.tables([MACHINE, line(1000, 1, 10, 3.0, **what)])
