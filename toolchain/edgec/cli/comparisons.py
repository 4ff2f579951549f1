"""What `edgec prune --compare` shows."""

from pathlib import Path
from typing import TYPE_CHECKING

from edgec.cli.display import Display

if TYPE_CHECKING:
    from edgec.recipe import Recipe


def show_comparison(
    display: Display,
    recipe: "Recipe",
    compared: tuple[str, ...],
    shares: tuple[float, ...],
    folder: Path | None,
) -> None:
    """Prune in each way, train, build and race; `folder`: None for runs/NAME-compare."""
    from edgec.comparison import compare
    from edgec.learn.runs import RUNS
    from edgec.report.comparison import comparison_document, comparison_table, write_comparison
    from edgec.source.load import bundle_name

    name = recipe.name or bundle_name(recipe.model.rpartition(":")[2])
    folder = folder or RUNS / f"{name}-compare"
    with display.progress() as progress:
        found = compare(recipe, compared, shares, folder, progress=progress)
    for warning in found.warnings:
        display.warn(warning)
    for path in write_comparison(found):
        display.say(f"written: {path}")
    display.result(comparison_document(found), comparison_table(found))
