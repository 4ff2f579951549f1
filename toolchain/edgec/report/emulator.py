"""What of the emulator is there; instructions in a table."""

from typing import Any

from rich.table import Table

from edgec.emulator import Status
from edgec.report.tables import new_table, number
from edgec_runtime.bench import BenchReport, row_title


def status_document(status: Status) -> dict[str, Any]:
    """``{"schema": 1, "cache", "ready", "missing", "pieces": [{name, state, folder, mib}]}``."""
    return {
        "schema": 1,
        "cache": str(status.cache),
        "ready": status.ready,
        "missing": status.missing,
        "pieces": [
            {
                "name": piece.name,
                "state": state,
                "folder": str(piece.folder),
                "mib": round(piece.mib(), 1),
            }
            for piece, state in status.pieces
        ],
    }


def status_table(status: Status) -> Table:
    """A row for each piece."""
    table = new_table("Emulator", ["piece", "state"], ["MiB"])
    for piece, state in status.pieces:
        table.add_row(piece.name, state, number(piece.mib(), 0))
    return table


def instructions_table(report: BenchReport) -> Table:
    """A row for each variant: millions of instructions, their share of the first row's, and by class."""
    rows = report.measurements
    counted = [row["instructions"] for row in rows if row["instructions"]]
    classes = list(dict.fromkeys(name for found in counted for name in found["classes"]))
    words = ["variant", "processor", "runs in"]
    table = new_table(
        f"{report.bundle}: instructions of one inference", words, ["million", "times first", *classes]
    )
    for row in rows:
        table.add_row(row_title(row, rows), row["core"], *_cells(row, rows[0], classes))
    return table


def _cells(row: dict[str, Any], first: dict[str, Any], classes: list[str]) -> list[str]:
    found, base = row["instructions"], first["instructions"]
    if not found:
        return ["failed", *("-" for _ in range(2 + len(classes)))]
    times = f"{found['least'] / base['least']:.4f}" if base and row["core"] == first["core"] else "-"
    by_class = [_millions(found["classes"][name]) if found["classes"] else "-" for name in classes]
    return [row["precision_in_force"], _millions(found["least"]), times, *by_class]


def _millions(count: int) -> str:
    return f"{count / 1e6:.2f}"
