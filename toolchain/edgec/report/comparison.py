"""A comparison of ways to prune, as a table, a document, CSV and a picture."""

import csv
import io
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.table import Table

from edgec.report.document import to_json
from edgec.report.tables import mib, new_table, number
from edgec.report.written import write_bytes

if TYPE_CHECKING:
    from edgec.comparison import Comparison, Row

BASE = "as it was"
COLOURS = {BASE: "#555555", "none": "#1f5fa8", "random": "#d1495b", "rewind": "#2e8b57"}
OFFSETS = {BASE: (6, 4), "none": (-6, 7), "random": (-6, -14), "rewind": (7, -3)}  # points


def comparison_document(found: "Comparison") -> dict[str, Any]:
    """``{"schema": 1, "folder": path, "rows": [row], "warnings": [sentence]}``; rows as `Row`."""
    rows = [asdict(row) for row in found.rows]
    return {"schema": 1, "folder": str(found.folder), "rows": rows, "warnings": list(found.warnings)}


def comparison_table(found: "Comparison") -> Table:
    """A line a row."""
    numbers = ["parameters", "MMAC", "MiB", "Dice", "ms", "times as fast"]
    table = new_table(str(found.folder), ["target", "precision", "network"], numbers)
    for row in found.rows:
        cells = [f"{row.parameters:,}", f"{row.macs / 1e6:,.1f}", mib(row.bytes), number(row.dice, 4)]
        table.add_row(
            row.target,
            row.precision,
            row.network,
            *cells,
            number(row.latency_ms, 2),
            row.error or _faster(row),
        )
    return table


def _faster(row: "Row") -> str:
    if row.faster is None:
        return "-"
    median, low, high = row.faster
    return f"{median:.2f} ({low:.2f} to {high:.2f})"


def write_comparison(found: "Comparison") -> tuple[Path, ...]:
    """comparison.csv, .json and .png in the folder. Raises OutputError."""
    files = {
        "comparison.csv": _csv(found).encode(),
        "comparison.json": to_json(comparison_document(found)).encode(),
        "comparison.png": _png(found),
    }
    for name, data in files.items():
        write_bytes(found.folder / name, data)
    return tuple(found.folder / name for name in files)


def _csv(found: "Comparison") -> str:
    text = io.StringIO()
    rows = [asdict(row) for row in found.rows]
    for row in rows:
        row["faster"], row["faster_low"], row["faster_high"] = row["faster"] or ("", "", "")
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _png(found: "Comparison") -> bytes:
    """Dice over speed, a panel for each engine and precision."""
    from matplotlib.figure import Figure

    panels = list(dict.fromkeys((row.target, row.precision) for row in found.rows))
    columns = min(2, len(panels))
    lines = -(-len(panels) // columns)
    figure = Figure(figsize=(5 * columns, 3.4 * lines), dpi=130, layout="constrained")
    for axes, panel in zip(figure.subplots(lines, columns, squeeze=False).flat, panels, strict=False):
        axes.set_title(" ".join(panel), loc="left", fontsize=10)
        axes.set_xlabel("times as fast as the network as it was")
        axes.set_ylabel("Dice")
        axes.grid(color="#e6e6e6", linewidth=0.8)
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
        axes.margins(x=0.15, y=0.2)
        for row in found.rows:
            if (row.target, row.precision) == panel and row.dice is not None and row.error is None:
                _point(axes, row)
        handles, labels = axes.get_legend_handles_labels()
        known = dict(zip(labels, handles, strict=True))
        axes.legend(known.values(), known, fontsize=7, edgecolor="none", framealpha=0.9, loc="best")
    buffer = BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def _point(axes: Any, row: "Row") -> None:
    """The interval as a line; the share that was pruned beside it, of each start on a side of its own."""
    median, low, high = row.faster or (1.0, 1.0, 1.0)
    start = row.reinit or BASE
    colour, interval = COLOURS[start], [[median - low], [high - median]]
    axes.errorbar(median, row.dice, xerr=interval, fmt="o", color=colour, markersize=5, label=start)
    text = row.network if row.ratio is None else f"{row.ratio:g}"
    axes.annotate(
        text, (median, row.dice), OFFSETS[start], textcoords="offset points", fontsize=8, color=colour
    )
