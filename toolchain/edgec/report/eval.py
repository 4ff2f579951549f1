"""How accurate a bundle's variants are."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.table import Table

from edgec.report.tables import new_table, number, why_not
from edgec_runtime.format.profile import in_words

if TYPE_CHECKING:
    from edgec.evaluation import EvalResult

METRICS = {
    "dice": "Dice",
    "iou": "IoU",
    "pixel_accuracy": "pixel accuracy",
    "precision": "precision",
    "recall": "recall",
}


def eval_document(results: Sequence["EvalResult"]) -> dict[str, Any]:
    """``{"schema": 1, "results": [...]}``; a variant that could not run has a `reason` and null metrics."""
    return {"schema": 1, "results": [_row(result) for result in results]}


def eval_table(results: Sequence["EvalResult"], title: str) -> Table:
    """A row for each variant, with its loss of Dice against the same target's fp32."""
    table = new_table(title, ["target", "engine", "variant"], [*METRICS.values(), "Dice - fp32"])
    reference = {
        row.target: row.metrics["dice"] for row in results if row.metrics and row.precision == "fp32"
    }
    for row in results:
        table.add_row(row.target, row.engine, *_cells(row, reference.get(row.target)))
    return table


def _row(result: "EvalResult") -> dict[str, Any]:
    document: dict[str, Any] = {
        "target": result.target,
        "engine": result.engine,
        "precision": result.precision,
        "profile": result.profile,
        "metrics": {key: result.metrics[key] for key in METRICS} if result.metrics else None,
    }
    return document if result.reason is None else document | {"reason": result.reason}


def _cells(row: "EvalResult", reference: float | None) -> tuple[Any, ...]:
    words = in_words(row.precision, row.profile)
    if row.metrics is None:
        return (why_not(f"{words}: {row.reason}"), *("-" for _ in METRICS), "-")
    loss = "-" if reference is None else f"{row.metrics['dice'] - reference:+.4f}"
    return (words, *(number(row.metrics[key], 4) for key in METRICS), loss)
