"""The networks that edgec brings."""

from typing import Any

from rich.table import Table

from edgec.report.tables import new_table
from edgec.zoo import MODELS, create, parameter_count


def models_document() -> dict[str, Any]:
    """``{"models": [{"name", "parameters"}]}``, as counted from the networks themselves."""
    import torch

    with torch.device("meta"):  # counts need no memory for the weights
        return {"models": [{"name": name, "parameters": parameter_count(create(name))} for name in MODELS]}


def models_table(document: dict[str, Any]) -> Table:
    """A row for each network."""
    table = new_table("Networks", ["name"], ["parameters"])
    for row in document["models"]:
        table.add_row(row["name"], f"{row['parameters']:,}")
    return table
