"""How accurate a bundle's variants, or a checkpoint, are."""

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
    "boundary_f1": "boundary F1",
    "cldice": "clDice",
}
"""By their keys; not all are computed each time."""
FEW = 4
"""So many foreground classes still have a column each."""


def eval_document(results: Sequence["EvalResult"]) -> dict[str, Any]:
    """``{"schema": 1, "results": [...]}``; a variant that could not run has a `reason` and null metrics.

    `metrics` are averaged over the classes; `classes` has the foreground's one by one, with the number of
    `images` whose truth shows the class.
    """
    return {"schema": 1, "results": [_row(result) for result in results]}


def eval_tables(results: Sequence["EvalResult"], title: str) -> list[Table]:
    """A row for each variant, with its loss of Dice against the same target's fp32 where that is another.

    Where there are several classes, each has a column of Dice, or, where they are many, a row of a second
    table for each variant.
    """
    classes = next((row.classes for row in results if row.scores), ())
    columns = classes if 1 < len(classes) <= FEW else ()
    tables = [_table(results, title, columns)]
    if len(classes) > FEW:
        tables.append(_table_of_classes(results))
    return tables


def computed(results: Sequence["EvalResult"]) -> list[str]:
    """The keys of METRICS that some result has; the five of the overlap where none could run."""
    held = {key for row in results for key in row.metrics or ()}
    return [key for key in METRICS if key in held] or list(METRICS)[:5]


def _table(results: Sequence["EvalResult"], title: str, classes: Sequence[str]) -> Table:
    keys = computed(results)
    numbers = [*(METRICS[key] for key in keys), *(f"Dice {name}" for name in classes)]
    losses = _losses(results)
    table = new_table(
        title, ["target", "engine", "variant"], [*numbers, *(["Dice - fp32"] if losses else [])]
    )
    for row, loss in zip(results, losses or [[]] * len(results), strict=True):
        words = in_words(row.precision, row.profile)
        if row.metrics is None or row.scores is None:
            dashes = ["-"] * len(numbers)
            table.add_row(row.target, row.engine, why_not(f"{words}: {row.reason}"), *dashes, *loss)
            continue
        values = [row.metrics[key] for key in keys]
        values += [one.dice for one in row.scores.classes] if classes else []
        table.add_row(row.target, row.engine, words, *(number(value, 4) for value in values), *loss)
    return table


def _losses(results: Sequence["EvalResult"]) -> list[list[str]]:
    """A cell for each row; no rows at all where all are in fp32."""
    if all(row.precision == "fp32" for row in results):
        return []
    fp32 = {row.target: row.metrics["dice"] for row in results if row.metrics and row.precision == "fp32"}
    return [
        [f"{row.metrics['dice'] - fp32[row.target]:+.4f}" if row.metrics and row.target in fp32 else "-"]
        for row in results
    ]


def _table_of_classes(results: Sequence["EvalResult"]) -> Table:
    """Class by class, so that variants stand below each other."""
    keys = [key for key in computed(results) if key != "pixel_accuracy"]
    table = new_table("by class", ["class", "target", "variant"], ["images", *(METRICS[key] for key in keys)])
    judged = [(row, row.scores) for row in results if row.scores is not None]
    for place, name in enumerate(judged[0][0].classes):
        for row, scores in judged:
            one = scores.classes[place]
            numbers = [number(one.as_dict()[key], 4) for key in keys]
            table.add_row(name, row.target, in_words(row.precision, row.profile), str(one.images), *numbers)
    return table


def _row(result: "EvalResult") -> dict[str, Any]:
    document: dict[str, Any] = {
        "target": result.target,
        "engine": result.engine,
        "precision": result.precision,
        "profile": result.profile,
        "metrics": _in_order(result.metrics) if result.metrics else None,
        "images": len(result.images) if result.metrics else None,
        "classes": _classes(result),
    }
    return document if result.reason is None else document | {"reason": result.reason}


def _classes(result: "EvalResult") -> list[dict[str, Any]] | None:
    if result.scores is None:
        return None
    return [
        {"name": name, "images": one.images, "metrics": one.as_dict()}
        for name, one in zip(result.classes, result.scores.classes, strict=True)
    ]


def _in_order(metrics: dict[str, float]) -> dict[str, float]:
    return {key: metrics[key] for key in METRICS if key in metrics}
