"""The report for people: titles and cells, the same in both command lines."""

import shutil
from collections.abc import Sequence
from math import log10
from typing import Any

from edgec_runtime.bench.report import BenchReport, bundle_label, varied
from edgec_runtime.columns import print_table
from edgec_runtime.format.profile import in_words

Row = dict[str, Any]

WORDS = ("bundle", "target", "precision", "runs in")
SPARE = ("CPU ms", "CV %", "p90", "peak MiB")  # columns that a narrow terminal does without
NUMBERS = ("median ms", "p90", "CV %", "times first", "CPU ms", "peak MiB")


UNLIMITED = 100_000  # columns where no terminal reads


def print_report(report: BenchReport) -> None:
    """Print it as plain text, as wide as the terminal."""
    print(title(report))
    print_table(*fitted(table(report.measurements), shutil.get_terminal_size((UNLIMITED, 0)).columns))
    for sentence in report.sentences():
        print(sentence)


def title(report: BenchReport) -> str:
    """Which bundle, where, and on how many threads."""
    rows, machine = report.measurements, report.environment
    names = ", ".join(dict.fromkeys(bundle_label(row, rows) for row in rows))
    threads = ", ".join(dict.fromkeys(str(row["threads"]) for row in rows))
    return f"{names} on {machine['processor'] or machine['architecture']}, threads: {threads}"


def table(rows: Sequence[Row]) -> list[list[str]]:
    """The titles, and a line for each row."""
    names = _columns(rows)
    return [names, *([_cells(row, rows)[name] for name in names] for row in rows)]


def _columns(rows: Sequence[Row]) -> list[str]:
    """Some only where the rows have something to tell there."""
    words = ["bundle"] if varied(rows, "digest") else []
    words += ["target", "precision", "runs in"]
    words += [key for key in ("threads", "batch") if varied(rows, key)]
    numbers = list(NUMBERS)
    if varied(rows, "batch"):
        numbers.insert(1, "ms an image")
    if any(row.get("stages_ms") for row in rows):
        numbers.insert(1, "prepare + network + mask")
    if any(row.get("energy_mj") is not None for row in rows):
        numbers.append("mJ")
    return words + numbers


def _cells(row: Row, rows: Sequence[Row]) -> dict[str, str]:
    """Column -> what stands there in `row`; a dash where it was not measured."""
    latency, memory = row["latency_ms"] or {}, row["memory_mib"] or {}
    cpu, energy = row.get("cpu_ms"), row.get("energy_mj")
    found = {
        "bundle": bundle_label(row, rows) if varied(rows, "digest") else row["bundle"],
        "target": row["target"],
        "precision": in_words(row["precision"], row["profile"]),
        "runs in": row["precision_in_force"] or "failed",
        "threads": str(row["threads"]),
        "batch": str(row.get("batch", 1)),
        "median ms": _interval(latency),
        "ms an image": short(row.get("image_ms")),
        "prepare + network + mask": " + ".join(short(ms) for ms in (row.get("stages_ms") or {}).values()),
        "p90": short(latency.get("p90")),
        "CV %": f"{100 * latency['cv']:.1f}" if latency else "",
        "times first": _interval(row.get("ratio") or {}, decimals=2),
        "CPU ms": short(cpu["user"] + cpu["system"]) if cpu else "",
        "peak MiB": f"{memory['peak']:.0f}" if memory.get("peak") is not None else "",
        "mJ": short(energy),
    }
    return {name: text or "-" for name, text in found.items()}


def fitted(lines: Sequence[Sequence[str]], width: int, gap: int = 2) -> list[list[str]]:
    """`lines`, titles first, without as many of the SPARE columns as it takes to fit into `width`.

    `gap`: columns of the terminal between two of the table.
    """
    kept = [list(line) for line in lines]
    for name in SPARE:
        longest = [max(len(cell) for cell in column) for column in zip(*kept, strict=True)]
        if sum(longest) + gap * (len(longest) - 1) <= width:
            break
        if name in kept[0]:
            place = kept[0].index(name)
            kept = [[*line[:place], *line[place + 1 :]] for line in kept]
    return kept


def short(value: float | None) -> str:
    """Three digits, at least as many as the whole number has; nothing for None."""
    if value is None:
        return ""
    digits = 2 if value < 1 else max(0, 2 - int(log10(value)))
    return f"{value:.{digits}f}"


def _interval(found: dict[str, float], decimals: int | None = None) -> str:
    """'7.19 [7.12-7.30]': the median and what holds it with 95 %."""
    if not found:
        return ""
    middle, low, high = (
        short(found[key]) if decimals is None else f"{found[key]:.{decimals}f}"
        for key in ("median", "low", "high")
    )
    return f"{middle} [{low}-{high}]"
