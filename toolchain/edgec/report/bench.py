"""How fast and how large a bundle's variants are."""

from typing import Any

from rich.table import Table

from edgec.report.tables import mib, new_table, number, why_not
from edgec_runtime.bench import BenchReport
from edgec_runtime.format.profile import in_words

NUMBERS = ("median ms", "p90 ms", "CV %", "runs", "times fp32", "load ms", "first ms", "peak MiB", "size MiB")


def bench_table(report: BenchReport) -> Table:
    """A row for each variant, with its speed as a multiple of the same target's fp32."""
    machine = report.environment
    threads = ", ".join(sorted({str(row["threads"]) for row in report.measurements}))
    where = f"{machine['processor'] or machine['architecture']}, threads: {threads}"
    table = new_table(f"{report.bundle} on {where}", ["target", "engine", "precision", "runs in"], NUMBERS)
    rows = report.measurements
    base = {row["target"]: row["latency_ms"]["median"] for row in rows if _is_reference(row)}
    for row in rows:
        words = in_words(row["precision"], row["profile"])
        table.add_row(row["target"], row["engine"], words, *_cells(row, base.get(row["target"])))
    return table


def _is_reference(row: dict[str, Any]) -> bool:
    return row["precision"] == "fp32" and "error" not in row


def _cells(row: dict[str, Any], base: float | None) -> tuple[Any, ...]:
    if "error" in row:
        return (why_not(row["error"]), *("-" for _ in NUMBERS[:-1]), mib(row["size_bytes"]))
    latency = row["latency_ms"]
    return (
        row["precision_in_force"],
        number(latency["median"], 2),
        number(latency["p90"], 2),
        number(100 * latency["cv"], 1),
        str(latency["runs"]),
        "-" if base is None else f"{base / latency['median']:.2f}",
        number(row["load_ms"], 1),
        number(row["first_ms"], 1),
        number(row["memory_mib"]["peak"], 0),
        mib(row["size_bytes"]),
    )
