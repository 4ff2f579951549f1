"""What fine-tuning for integers came to."""

from typing import TYPE_CHECKING, Any

from rich.table import Table

from edgec.report.eval import METRICS
from edgec.report.tables import new_table, number
from edgec.report.train import train_document

if TYPE_CHECKING:
    from edgec.qat import Finetuned


def qat_document(found: "Finetuned") -> dict[str, Any]:
    """That of the training, and `network`, `recipe`, `target`, `profile`, `fp32`, `before`, `after`.

    The last three are metrics: in float, in integers as it was, and as it is now.
    """
    return {
        **train_document(found.trained),
        "network": str(found.written.network),
        "recipe": str(found.written.recipe),
        "target": found.target,
        "profile": found.profile,
        "fp32": found.fp32.as_dict(),
        "before": found.before.as_dict(),
        "after": found.after.as_dict(),
    }


def qat_table(found: "Finetuned") -> Table:
    """A row for the network in float, in integers before, and after."""
    rows = {
        "fp32, as it was": found.fp32,
        "int8, as it was": found.before,
        "int8, tuned": found.after,
    }
    title = f"{found.written.network} for {found.target} {found.profile}"
    table = new_table(title, ["network"], [METRICS[key] for key in found.after.as_dict()])
    for name, scores in rows.items():
        table.add_row(name, *(number(value, 4) for value in scores.as_dict().values()))
    return table
