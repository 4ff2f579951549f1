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
    table = new_table(
        "Targets", ["name", "what it is", "engine", "precisions", "profiles", "usable here"], []
    )
    for row in document["targets"]:
        here = Text("yes", style="green") if row["usable"] else Text(row["reason"], style="yellow")
        table.add_row(
            row["name"], row["title"], row["engine"], ", ".join(row["precisions"]), _profiles(row), here
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
        "profiles": [{"name": name, **found.model_dump()} for name, found in target.profiles.items()],
        "cannot": target.cannot,
        "only": {precision: list(machines) for precision, machines in target.only.items()},
        "avoid": dict(target.avoid),
        "usable": reason is None,
        "reason": reason,
    }


def _profiles(row: dict[str, Any]) -> str:
    return "\n".join(f"{found['name']}: {_int8(found['int8'])}" for found in row["profiles"]) or "-"


def _int8(found: dict[str, Any]) -> str:
    return f"{found['activation']} x {'7-bit' if found['reduce_range'] else 'int8'} weights"
