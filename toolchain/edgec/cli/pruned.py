"""`edgec prune`: a run, and what it came to."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from edgec.cli.display import Display
from edgec.cli.train import lines_after

if TYPE_CHECKING:
    from edgec.learn.loggers import Log
    from edgec.prune_plan import Plan
    from edgec.recipe import Recipe


def show_pruned(
    display: Display, recipe: "Recipe", plan: "Plan | None", resume: Path | None, log: "Log | None"
) -> None:
    """Prune as the recipe says, draw the training and show what it came to; `plan`: whose ratios they are."""
    from edgec.report.curves import draw_curves
    from edgec.report.plan import plan_document, plan_sentence, plan_table
    from edgec.report.prune import prune_document, prune_table
    from edgec.report.train import draw_samples
    from edgec.training import prune

    with display.progress() as progress:
        result = prune(recipe, resume=resume, log=log, progress=progress)
    for stage in result.stages:
        if stage.fitted.epochs:
            draw_curves(stage.fitted, stage.fitted.folder / "curves.png")
    draw_samples(result.trained, result.trained.fitted.folder / "samples.png")
    then = [
        lines_after(result.trained)[0],
        shlex.join(["edgec", "inspect", str(result.stages[-1].masks)]),
        shlex.join(["edgec", "build", "--recipe", str(result.build)]),
    ]
    document, parts = prune_document(result), [prune_table(result)]
    if plan is None:
        display.result(document, *parts, then=then)
    else:
        told = (plan_table(plan), plan_sentence(plan))
        display.result({**document, "plan": plan_document(plan)}, *told, *parts, then=then)
