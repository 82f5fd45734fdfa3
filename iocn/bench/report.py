"""Puts what was measured into docs/performance.md: nobody types figures."""

import json
import statistics
from collections.abc import Iterable
from pathlib import Path
from typing import Any

DOCUMENT = Path(__file__).resolve().parent.parent.parent / "docs" / "performance.md"
BEGIN, END = "<!-- figures begin -->", "<!-- figures end -->"
MOST_GROWTH = 1.3

Line = dict[str, Any]


def write(files: Iterable[Path], document: Path = DOCUMENT) -> None:
    """Replace the document's figures by those of the files, which the bench has printed."""
    lines = [json.loads(line) for file in files for line in file.read_text().splitlines() if line.strip()]
    before, _mark, rest = document.read_text().partition(BEGIN)
    _old, _mark, after = rest.partition(END)
    document.write_text(f"{before}{BEGIN}\n{tables(lines)}{END}{after}")


def tables(lines: list[Line]) -> str:
    """Return the figures as Markdown: for each database the machine, the pages, and all that is no page."""
    return "".join(
        _of_database([line for line in lines if line["database"] == name])
        for name in dict.fromkeys(line["database"] for line in lines)
    )


def _of_database(lines: list[Line]) -> str:
    machine = next(line for line in lines if "machine" in line)
    sizes = sorted({line["rows"] for line in lines})
    results = [line for line in lines if "page" in line]
    runs = len({line["run"] for line in results})
    found: dict[str, dict[int, Line]] = {}
    for page in dict.fromkeys(line["page"] for line in results):
        of_page = [line for line in results if line["page"] == page]
        found[page] = {
            size: _median([line for line in of_page if line["rows"] == size])
            for size in sizes
            if any(line["rows"] == size for line in of_page)
        }
    others = [
        (show, found.pop(name))
        for name, show in (
            ("digest run", _digest),
            ("clock sweep", _clocks),
            ("import", _import),
            ("api put", _put),
        )
        if name in found
    ]
    title = "PostgreSQL" if machine["database"] == "postgresql" else "SQLite"
    text = f"\n### {title}\n\n{machine['machine']}. {machine['software']}. Measured on {machine['on']};"
    text += f" {'the median of ' + str(runs) + ' runs' if runs > 1 else 'one run'}.\n\n"
    headings = [f"{size:,} asks: ms (× floor)" for size in sizes]
    text += _row(["Page", "Queries", "KB", *headings, "p95 ms", "A second", "Growth", "Targets"])
    text += _row(["---", *["---:"] * (len(sizes) + 5), "---"])
    for page, by_size in found.items():
        last = by_size[max(by_size)]
        cells = [
            f"{one['p50_ms']:.1f} ({one['ratio']:.1f})" if one else "" for one in map(by_size.get, sizes)
        ]
        text += _row(
            [
                page,
                str(last["queries"]),
                f"{last['bytes'] / 1024:.0f}",
                *cells,
                f"{last['p95_ms']:.1f}",
                f"{last['requests_per_second']:.0f}",
                f"{_growth(by_size):.2f}",
                _verdict(by_size),
            ]
        )
    return text + "".join(show(by_size) for show, by_size in others)


def _median(lines: list[Line]) -> Line:
    """Return one line of several runs' medians."""
    merged = dict(lines[0])
    for name, value in lines[0].items():
        if isinstance(value, int | float):
            merged[name] = statistics.median(line[name] for line in lines)
    merged["twice"] = next((line["twice"] for line in lines if line.get("twice")), "")
    return merged


def _growth(by_size: dict[int, Line]) -> float:
    return by_size[max(by_size)]["p50_ms"] / by_size[min(by_size)]["p50_ms"]


def _verdict(by_size: dict[int, Line]) -> str:
    """Say "met", or what was missed; empty where nothing is promised."""
    largest = by_size[max(by_size)]
    if not largest["most_queries"]:
        return "none"
    worst = max(by_size.values(), key=lambda line: line["ratio"])
    missed = []
    if worst["ratio"] > largest["most_ratio"]:
        missed.append(f"{worst['ratio']:.1f} × the floor (at most {largest['most_ratio']:g})")
    if largest["queries"] > largest["most_queries"]:
        missed.append(f"{largest['queries']:g} queries (at most {largest['most_queries']})")
    if len({line["queries"] for line in by_size.values()}) > 1:
        missed.append("more queries with more rows")
    if any(line["twice"] for line in by_size.values()):
        missed.append("a query twice")
    if max(line["bytes"] for line in by_size.values()) > largest["most_bytes"]:
        missed.append(f"{largest['bytes'] / 1024:.0f} KB (at most {largest['most_bytes'] // 1024})")
    if _growth(by_size) > MOST_GROWTH:
        missed.append(f"{_growth(by_size):.2f} times slower (at most {MOST_GROWTH})")
    return "; ".join(["missed: " + missed[0], *missed[1:]]) if missed else "met"


def _digest(by_size: dict[int, Line]) -> str:
    text = "\n" + _row(
        [
            "A digest run",
            "People",
            "Queries to gather",
            "Write s",
            "Send s",
            "smtplib alone s",
            "Ratio",
            "Targets",
        ]
    )
    text += _row(["---", *["---:"] * 6, "---"])
    for size, line in by_size.items():
        missed = line["ratio"] > line["most_ratio"] or line["gathering_queries"] > line["most_queries"]
        most = f"at most {line['most_ratio']} times and {line['most_queries']} queries"
        text += _row(
            [
                f"{size:,} asks",
                f"{line['people']:,}",
                f"{line['gathering_queries']:g}",
                f"{line['writing_s']:.1f}",
                f"{line['sending_s']:.1f}",
                f"{line['smtplib_s']:.1f}",
                f"{line['ratio']:.1f}",
                f"missed: {most}" if missed else "met",
            ]
        )
    return text


def _clocks(by_size: dict[int, Line]) -> str:
    text = "\n" + _row(["A sweep of clocks", "Open asks", "Due", "Due s", "All anew s", "MB", "Targets"])
    text += _row(["---", *["---:"] * 5, "---"])
    for size, line in by_size.items():
        missed = max(line["due_s"], line["all_s"]) > line["most_s"] or line["mb"] > line["most_mb"]
        most = f"at most {line['most_s']} s and {line['most_mb']} MB"
        text += _row(
            [
                f"{size:,} asks",
                f"{line['open']:,}",
                f"{line['due']:g}",
                f"{line['due_s']:.1f}",
                f"{line['all_s']:.1f}",
                f"{line['mb']:g}",
                f"missed: {most}" if missed else "met",
            ]
        )
    return text


def _import(by_size: dict[int, Line]) -> str:
    text = "\n" + _row(
        ["An import", "Rows", "Bring s", "Read s", "Apply s", "Rows a second", "MB", "Targets"]
    )
    text += _row(["---", *["---:"] * 6, "---"])
    for size, line in by_size.items():
        seconds = [line["bringing_s"], line["reading_s"], line["applying_s"]]
        missed = sum(seconds) > line["most_s"] or line["mb"] > line["most_mb"]
        most = f"at most {line['most_s']} s and {line['most_mb']} MB"
        text += _row(
            [
                f"{size:,} asks",
                f"{line['imported']:,}",
                *[f"{one:.1f}" for one in seconds],
                f"{line['rows_per_second']:,.0f}",
                f"{line['mb']:g}",
                f"missed: {most}" if missed else "met",
            ]
        )
    return text


def _put(by_size: dict[int, Line]) -> str:
    text = "\n" + _row(
        ["Numbers put over the API", "One: ms (× floor)", "A thousand: ms", "Numbers a second", "Targets"]
    )
    text += _row(["---", *["---:"] * 3, "---"])
    for size, line in by_size.items():
        missed = line["ratio"] > line["most_ratio"]
        text += _row(
            [
                f"{size:,} asks",
                f"{line['one_ms']:.1f} ({line['ratio']:.1f})",
                f"{line['many_ms']:.0f}",
                f"{line['numbers_per_second']:,.0f}",
                f"missed: one at most {line['most_ratio']} × the floor" if missed else "met",
            ]
        )
    return text


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |\n"
