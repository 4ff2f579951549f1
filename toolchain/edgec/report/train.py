"""What training came to."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.table import Table

from edgec.report.eval import METRICS
from edgec.report.tables import new_table, number
from edgec.report.written import write_bytes

if TYPE_CHECKING:
    from edgec.training import RateCurve, TrainResult


SAMPLES = 8


def train_document(result: "TrainResult") -> dict[str, Any]:
    """``{"schema": 1, "run": folder, "checkpoint": path, "images": {...}, "best": row, "epochs": [row]}``.

    A row: epoch (from 1), loss, lr, seconds, and the metrics where it was validated.
    """
    fitted = result.fitted
    return {
        "schema": 1,
        "run": str(fitted.folder),
        "checkpoint": str(fitted.checkpoint),
        "images": {"train": len(result.split.train), "val": len(result.split.val)},
        "best": {"epoch": fitted.best_epoch, **fitted.best.as_dict()},
        "epochs": list(fitted.epochs),
    }


def train_table(result: "TrainResult") -> Table:
    """The metrics of the epoch whose weights are kept."""
    fitted = result.fitted
    found = fitted.best.as_dict()
    table = new_table(str(fitted.checkpoint), ["epoch"], [METRICS[key] for key in found])
    table.add_row(str(fitted.best_epoch), *(number(value, 4) for value in found.values()))
    return table


def summary(result: "TrainResult") -> str:
    """One line."""
    fitted = result.fitted
    minutes = sum(row["seconds"] for row in fitted.epochs) / 60
    return (
        f"Dice {fitted.best.dice:.4f} on {len(result.split.val)} images of {result.split.val.name}, after "
        f"{fitted.best_epoch} of {len(fitted.epochs)} epochs on {len(result.split.train)} images; "
        f"{minutes:.1f} min"
    )


def draw_samples(result: "TrainResult", path: Path) -> None:
    """A PNG of the SAMPLES images that the kept weights find hardest. Raises OutputError."""
    from edgec.evaluation import EvalResult, judge
    from edgec.evaluation.result import averaged
    from edgec.report.sheet import sheet_png

    val = result.split.val
    row = EvalResult("torch", "torch", "fp32", None, classes=val.class_names[1:])
    result.task.network.eval()
    found = averaged(row, judge(result.task.segment, val), worst=SAMPLES)
    write_bytes(path, sheet_png(found, f"{result.fitted.checkpoint} on {val.name}"))


def rates_document(curve: "RateCurve", picture: Path) -> dict[str, Any]:
    """``{"schema": 1, "suggestion": rate, "rates": [...], "losses": [...], "picture": path}``."""
    return {
        "schema": 1,
        "suggestion": curve.suggestion,
        "rates": list(curve.rates),
        "losses": list(curve.losses),
        "picture": str(picture),
    }
