"""What pruning came to."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.table import Table

from edgec.report.tables import mib, new_table, number
from edgec.report.train import train_document

if TYPE_CHECKING:
    from edgec.learn.metrics import Scores
    from edgec.training import Applied, PruneResult
    from edgec.training.size import Size

MILLION = 1_000_000


def prune_document(result: "PruneResult") -> dict[str, Any]:
    """`train_document` of the last training, and ``"before"``, ``"steps"``, ``"build"``.

    `before` and what each step has as `size`: ``{"parameters", "macs", "bytes", "deflated"}``, of one image;
    with the scores as `scores`, of a step those before its training as `cut`, those after it as `scores`.
    """
    steps = [
        {
            "masks": str(stage.masks),
            "checkpoint": str(stage.checkpoint),
            "size": asdict(stage.size),
            "cut": stage.cut.as_dict(),
            "scores": stage.fitted.best.as_dict(),
        }
        for stage in result.stages
    ]
    before = {"size": asdict(result.size), "scores": result.before.as_dict()}
    return {**train_document(result.trained), "before": before, "steps": steps, "build": str(result.build)}


def prune_table(result: "PruneResult") -> Table:
    """A row for the network as it was, and two for each step: pruned, and trained again."""
    table = _table(str(result.trained.fitted.checkpoint), ["Dice", "IoU"])
    _row(table, "as it was", result.size, result.before)
    for number_, stage in enumerate(result.stages, 1):
        name = "pruned" if len(result.stages) == 1 else f"pruned, step {number_}"
        _row(table, name, stage.size, stage.cut)
        _row(table, "trained again", stage.size, stage.fitted.best)
    return table


def applied_document(applied: "Applied") -> dict[str, Any]:
    """``{"schema": 1, "checkpoint": path, "masks": sha256, "before": size, "after": size}``."""
    return {
        "schema": 1,
        "checkpoint": str(applied.checkpoint),
        "masks_sha256": applied.masks.sha256,
        "before": asdict(applied.before),
        "after": asdict(applied.after),
    }


def applied_table(applied: "Applied") -> Table:
    """A row before, a row after."""
    table = _table(str(applied.checkpoint), [])
    _row(table, "as it was", applied.before)
    _row(table, "pruned", applied.after)
    return table


def _table(title: str, more: list[str]) -> Table:
    return new_table(title, ["network"], ["parameters", "MMAC", "MiB", "deflated", *more])


def _row(table: Table, name: str, size: "Size", scores: "Scores | None" = None) -> None:
    judged = [] if scores is None else [number(scores.dice, 4), number(scores.iou, 4)]
    weights = [f"{size.parameters:,}", f"{size.macs / MILLION:,.1f}", mib(size.bytes), mib(size.deflated)]
    table.add_row(name, *weights, *judged)
