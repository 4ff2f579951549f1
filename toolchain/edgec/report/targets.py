"""The targets, and what can be done with them on this machine."""

from typing import Any

from rich.table import Table
from rich.text import Text

from edgec.report.tables import new_table
from edgec_targets import Target, load_target, target_names, usable


def targets_document() -> dict[str, Any]:
    """``{"schema": 1, "targets": [...]}``; `reason` is null where the target is usable here."""
    return {"schema": 1, "targets": [_row(load_target(name)) for name in target_names()]}


def targets_table(document: dict[str, Any]) -> Table:
    """A row for each target."""
    table = new_table("Targets", ["name", "what it is", "engine", "precisions", "int8", "usable here"], [])
    for row in document["targets"]:
        here = Text("yes", style="green") if row["usable"] else Text(row["reason"], style="yellow")
        table.add_row(
            row["name"], row["title"], row["engine"], ", ".join(row["precisions"]), row["int8"], here
        )
    return table


def _row(target: Target) -> dict[str, Any]:
    reason = usable(target)
    return {
        "name": target.name,
        "title": target.title,
        "engine": target.engine,
        "architectures": list(target.architectures),
        "precisions": list(target.precisions),
        "int8": _int8(target),
        "cannot": target.cannot,
        "avoid": dict(target.avoid),
        "usable": reason is None,
        "reason": reason,
    }


def _int8(target: Target) -> str:
    if target.int8 is None:
        return "-"
    weights = "7-bit weights" if target.int8.reduce_range else "int8 weights"
    return f"{target.int8.activation} x {weights}"
