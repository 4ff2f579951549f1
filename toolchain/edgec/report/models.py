"""The networks that edgec brings, and one of them in detail."""

from collections.abc import Mapping
from typing import Any

from rich.table import Table

from edgec.anatomy import Anatomy, Level
from edgec.report.tables import mib, new_table
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


def model_document(
    name: str, options: Mapping[str, object], anatomy: Anatomy, paper: int | None
) -> dict[str, Any]:
    """``{"schema": 1, "name", "options", "input", ..., "levels": [...]}``.

    The network and each level have `output`, `parameters`, `macs`, `activation_bytes` (float32, held at once
    at most) and `receptive_field` (pixels). `paper_bytes`: of a binary network, else null.
    """
    levels = [{"name": level.name} | _numbers(level) for level in anatomy.levels]
    head = {"schema": 1, "name": name, "options": dict(options), "input": list(anatomy.input)}
    head["paper_bytes"] = paper
    return head | _numbers(anatomy) | {"levels": levels}


def model_tables(document: dict[str, Any]) -> list[Table]:
    """One with a row for each level and one for all of the network, and one of the options."""
    title = f"{document['name']} for {_shape(document['input'])}"
    table = new_table(title, ["level"], ["gives", "parameters", "MMAC", "MiB alive", "sees pixels"])
    if document["paper_bytes"] is not None:
        table.caption = (
            f"on paper, a bit for each level of a binary weight: {mib(document['paper_bytes'])} MiB"
        )
    for row in document["levels"]:
        table.add_row(row["name"], *_cells(row))
    table.add_section()
    table.add_row("all", *_cells(document))
    options = new_table("Options", ["name", "value"], [])
    for key, value in document["options"].items():
        options.add_row(key, str(value))
    return [table, options]


def _numbers(part: Anatomy | Level) -> dict[str, Any]:
    return {
        "output": list(part.output),
        "parameters": part.parameters,
        "macs": part.macs,
        "activation_bytes": part.memory,
        "receptive_field": part.receptive_field,
    }


def _cells(row: dict[str, Any]) -> list[str]:
    macs, seen = f"{row['macs'] / 1e6:,.1f}", str(row["receptive_field"])
    return [_shape(row["output"]), f"{row['parameters']:,}", macs, mib(row["activation_bytes"]), seen]


def _shape(shape: list[int]) -> str:
    return "x".join(map(str, shape))
