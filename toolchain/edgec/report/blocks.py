"""Where the time of a network goes, block by block, beside what each is made of."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from rich.table import Table

from edgec.report.tables import new_table

if TYPE_CHECKING:
    from edgec.anatomy import Layer
    from edgec.trial.blocktimes import BlockTimes

BETWEEN = "(between them)"
DECIMALS = 6


def blocks_document(found: Iterable["BlockTimes"], layers: Sequence["Layer"]) -> list[dict[str, Any]]:
    """For each target and precision its `blocks`, the slowest first: `ms`, `share` (0..1), what each has.

    A block's name is null for what runs between the blocks.
    """
    return [_times(entry, layers) for entry in found]


def blocks_table(document: dict[str, Any]) -> Table:
    """A row for each block, the slowest first."""
    title = (
        f"where the time goes: {document['target']} {document['precision']} in {document['engine']}, "
        f"threads: {document['threads']}"
    )
    table = new_table(title, ["block"], ["ms", "% of ms", "parameters", "% of parameters", "MMAC"])
    for row in document["blocks"]:
        table.add_row(
            row["name"] or BETWEEN,
            f"{row['ms']:.3f}",
            f"{100 * row['share']:.1f}",
            f"{row['parameters']:,}",
            f"{100 * row['parameters'] / document['parameters']:.1f}",
            f"{row['macs'] / 1e6:,.1f}" if row["macs"] else "-",
        )
    table.add_section()
    table.add_row("all", f"{document['ms']:.3f}", "", f"{document['parameters']:,}", "", "")
    return table


def _times(found: "BlockTimes", layers: Sequence["Layer"]) -> dict[str, Any]:
    slowest = sorted(found.blocks.items(), key=lambda item: item[1], reverse=True)
    return {
        "target": found.target,
        "engine": found.engine,
        "precision": found.precision,
        "threads": found.threads,
        "ms": round(found.milliseconds, DECIMALS),
        "parameters": sum(layer.parameters for layer in layers),
        "blocks": [
            {
                "name": name or None,
                "ms": round(time, DECIMALS),
                "share": round(time / found.milliseconds, DECIMALS),
                "parameters": sum(layer.parameters for layer in layers if layer.level == name),
                "macs": sum(layer.macs for layer in layers if layer.level == name),
            }
            for name, time in slowest
        ],
    }
