"""The layers of a network: what each costs, and what its weights are like."""

import csv
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.table import Table

from edgec.report.tables import new_table

if TYPE_CHECKING:
    from edgec.anatomy import Layer

_NORMS = ("mean", "least", "most", "std")
_COLUMNS = ("name", "level", "kind", "output", "parameters", "macs", "filters")
DECIMALS = 6


def layers_document(name: str, shape: Sequence[int], layers: Sequence["Layer"]) -> dict[str, Any]:
    """``{"schema": 1, "network": name, "input": [C, H, W], "parameters", "macs", "layers": [...]}``.

    A layer has `name`, `level`, `kind`, `output`, `parameters`, `macs` and, null where it has no weights,
    `filters`: their number, the mean, least, most and std of their L2 norms, and `sparsity`, 0..1.
    """
    return {
        "schema": 1,
        "network": name,
        "input": list(shape),
        "parameters": sum(layer.parameters for layer in layers),
        "macs": sum(layer.macs for layer in layers),
        "layers": [_layer(layer) for layer in layers],
    }


def layers_table(document: dict[str, Any]) -> Table:
    """A row for each layer, as the network runs, and one for all."""
    title = f"{document['network']} for {_shape(document['input'])}"
    numbers = ["gives", "parameters", "MMAC", "filters", "mean norm", "least", "most", "std", "zeros %"]
    table = new_table(title, ["layer", "kind"], numbers)
    for row in document["layers"]:
        found = row["filters"]
        told = ["-"] * 6
        if found is not None:
            norms = [f"{found[key]:.3g}" for key in _NORMS]
            told = [str(found["count"]), *norms, f"{100 * found['sparsity']:.1f}"]
        table.add_row(row["name"], row["kind"], _shape(row["output"]), *_costs(row), *told)
    table.add_section()
    table.add_row("all", "", "", *_costs(document), *[""] * 6)
    return table


def layers_csv(document: dict[str, Any]) -> str:
    """A row for each layer (RFC 4180); the norms of its filters are empty where it has none."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow([*_COLUMNS, *(f"norm_{key}" for key in _NORMS), "sparsity"])
    for row in document["layers"]:
        found = row["filters"] or {}
        told = [found.get(key, "") for key in ("count", *_NORMS, "sparsity")]
        head = [row["name"], row["level"], row["kind"], _shape(row["output"])]
        writer.writerow([*head, row["parameters"], row["macs"], *told])
    return file.getvalue()


def _layer(layer: "Layer") -> dict[str, Any]:
    found = layer.filters
    return {
        "name": layer.name,
        "level": layer.level,
        "kind": layer.kind,
        "output": list(layer.output),
        "parameters": layer.parameters,
        "macs": layer.macs,
        "filters": None
        if found is None
        else {
            "count": found.count,
            **{key: round(getattr(found, key), DECIMALS) for key in (*_NORMS, "sparsity")},
        },
    }


def _costs(row: dict[str, Any]) -> tuple[str, str]:
    return f"{row['parameters']:,}", f"{row['macs'] / 1e6:,.1f}" if row["macs"] else "-"


def _shape(shape: Sequence[int]) -> str:
    return "x".join(map(str, shape))
