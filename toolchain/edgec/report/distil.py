"""What distillation came to."""

from typing import TYPE_CHECKING, Any

from rich.table import Table

from edgec.report.curves import draw_curves
from edgec.report.tables import new_table, number
from edgec.report.train import draw_samples, train_document

if TYPE_CHECKING:
    from edgec.training import Distilled


def distil_document(result: "Distilled") -> dict[str, Any]:
    """`train_document` of the student, and ``"stages": [{"name", "run", "best": row, "epochs": [row]}]``."""
    stages: list[dict[str, Any]] = [
        {
            "name": name,
            "run": str(fitted.folder),
            "best": {"epoch": fitted.best_epoch, **fitted.best.as_dict()},
            "epochs": list(fitted.epochs),
        }
        for name, fitted in result.stages.items()
    ]
    return {**train_document(result.student), "stages": stages}


def distil_table(result: "Distilled") -> Table:
    """A row a stage: the loss at its ends, and the Dice of the weights that it passed on."""
    table = new_table(
        f"{result.student.fitted.checkpoint}", ["stage"], ["epochs", "first loss", "last", "Dice"]
    )
    for name, fitted in result.stages.items():
        rows = fitted.epochs
        losses = (number(rows[end]["loss"], 4) for end in (0, -1))
        table.add_row(name, str(len(rows)), *losses, number(fitted.best.dice, 4))
    return table


def draw_stages(result: "Distilled") -> None:
    """Curves into each stage's folder, and the student's samples into its own. Raises OutputError."""
    for fitted in result.stages.values():
        draw_curves(fitted, fitted.folder / "curves.png")
    draw_samples(result.student, result.student.fitted.folder / "samples.png")
