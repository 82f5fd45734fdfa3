"""Puts what was measured into docs/performance.md: nobody types figures."""

import json
import statistics
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

DOCUMENT = Path(__file__).resolve().parent.parent.parent / "docs" / "performance.md"
BEGIN, END = "<!-- figures begin -->", "<!-- figures end -->"
MOST_GROWTH = 1.3

Line = dict[str, Any]
# A row's cells, whether its target is missed, and what the target is.
Told = tuple[list[str], bool, str]


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
            ("chart", _chart),
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
    if 0 < largest["most_bytes"] < max(line["bytes"] for line in by_size.values()):
        missed.append(f"{largest['bytes'] / 1024:.0f} KB (at most {largest['most_bytes'] // 1024})")
    if _growth(by_size) > MOST_GROWTH:
        missed.append(f"{_growth(by_size):.2f} times slower (at most {MOST_GROWTH})")
    return "; ".join(["missed: " + missed[0], *missed[1:]]) if missed else "met"


def _chart(by_size: dict[int, Line]) -> str:
    def row(line: Line) -> Told:
        cells = [f"{line['numbers']:g}", f"{line['drawn_ms']:.0f}", f"{line['slowest_ms']:.0f}"]
        return cells, line["slowest_ms"] > line["most_ms"], f"at most {line['most_ms']:g} ms"

    return _table("A chart in the browser", ["Numbers", "Drawn ms", "The slowest ms"], by_size, row)


def _digest(by_size: dict[int, Line]) -> str:
    def row(line: Line) -> Told:
        missed = line["ratio"] > line["most_ratio"] or line["gathering_queries"] > line["most_queries"]
        cells = [f"{line['people']:,}", f"{line['gathering_queries']:g}"]
        cells += [f"{line[name]:.1f}" for name in ("writing_s", "sending_s", "smtplib_s", "ratio")]
        return cells, missed, f"at most {line['most_ratio']} times and {line['most_queries']} queries"

    headings = ["People", "Queries to gather", "Write s", "Send s", "smtplib alone s", "Ratio"]
    return _table("A digest run", headings, by_size, row)


def _clocks(by_size: dict[int, Line]) -> str:
    def row(line: Line) -> Told:
        missed = max(line["due_s"], line["all_s"]) > line["most_s"] or line["mb"] > line["most_mb"]
        cells = [f"{line['open']:,}", f"{line['due']:g}", f"{line['due_s']:.1f}", f"{line['all_s']:.1f}"]
        return [*cells, f"{line['mb']:g}"], missed, f"at most {line['most_s']} s and {line['most_mb']} MB"

    headings = ["Open asks", "Due", "Due s", "All anew s", "MB"]
    return _table("A sweep of clocks", headings, by_size, row)


def _import(by_size: dict[int, Line]) -> str:
    def row(line: Line) -> Told:
        seconds = [line["bringing_s"], line["reading_s"], line["applying_s"]]
        missed = sum(seconds) > line["most_s"] or line["mb"] > line["most_mb"]
        cells = [f"{line['imported']:,}", *[f"{one:.1f}" for one in seconds]]
        cells += [f"{line['rows_per_second']:,.0f}", f"{line['mb']:g}"]
        return cells, missed, f"at most {line['most_s']} s and {line['most_mb']} MB"

    headings = ["Rows", "Bring s", "Read s", "Apply s", "Rows a second", "MB"]
    return _table("An import", headings, by_size, row)


def _put(by_size: dict[int, Line]) -> str:
    def row(line: Line) -> Told:
        cells = [f"{line['one_ms']:.1f} ({line['ratio']:.1f})", f"{line['many_ms']:.0f}"]
        cells.append(f"{line['numbers_per_second']:,.0f}")
        missed = line["ratio"] > line["most_ratio"]
        return cells, missed, f"one at most {line['most_ratio']} × the floor"

    headings = ["One: ms (× floor)", "A thousand: ms", "Numbers a second"]
    return _table("Numbers put over the API", headings, by_size, row)


def _table(title: str, headings: list[str], by_size: dict[int, Line], row: Callable[[Line], Told]) -> str:
    """Return the table of what is no page, a row for each size."""
    text = "\n" + _row([title, *headings, "Targets"])
    text += _row(["---", *["---:"] * len(headings), "---"])
    for size, line in by_size.items():
        cells, missed, most = row(line)
        text += _row([f"{size:,} asks", *cells, f"missed: {most}" if missed else "met"])
    return text


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |\n"
