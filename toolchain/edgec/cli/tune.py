"""`edgec tune`"""

import shlex
from pathlib import Path
from typing import Any

import click

from edgec.cli.build import command as build
from edgec.cli.bundles import bench_line, eval_line, inspect_line
from edgec.cli.command import Command
from edgec.cli.display import Display
from edgec.cli.recipes import make_recipe
from edgec.cli.words import TargetWord

# What says which network it is and what it takes is said as to `edgec build`.
SHARED = {
    "model",
    "network",
    "checkpoint",
    "size",
    "channels",
    "colour",
    "scale",
    "mean",
    "std",
    "activation",
    "threshold",
    "classes",
    "calibration",
    "calibration_samples",
    "calibration_method",
    "name",
    "version",
}


@click.command(cls=Command, name="tune", params=[option for option in build.params if option.name in SHARED])
@click.option(
    "--data",
    "evaluation",
    required=True,
    metavar="DATA",
    help="Images with masks: half are searched on, half confirm.",
)
@click.option(
    "--target",
    type=TargetWord(),
    default="cpu",
    show_default=True,
    help="A name of `edgec targets` that is a machine like this one.",
)
@click.option(
    "--max-drop",
    type=click.FloatRange(0, 1),
    default=0.005,
    show_default=True,
    help="The Dice that may be lost against fp32.",
)
@click.option(
    "--budget-ms", type=click.FloatRange(0, min_open=True), help="Median latency of one image at most."
)
@click.option(
    "--budget-mib", type=click.FloatRange(0, min_open=True), help="MiB of the variant's files at most."
)
@click.option(
    "--run",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the run; one that exists is gone on with. Default: a new one in runs/tune.",
)
@click.pass_obj
def command(
    display: Display,
    /,
    target: str,
    max_drop: float,
    budget_ms: float | None,
    budget_mib: float | None,
    run: Path | None,
    **options: Any,
) -> int:
    """Find the layers that must stay in float.

    Ranks the layers by what quantizing each alone costs, and searches which of them stay in float so that
    the variant is fastest within the budgets, measured on this machine. Writes the recipe, the bundle and a
    plot of the Pareto front into the run's folder. Exit code 1: nothing meets the budgets.
    """
    from edgec.report.front import draw_front
    from edgec.report.tune import front_table, in_words, ranking_table, tune_document
    from edgec.tune import RECIPE, Budgets, tune

    recipe = make_recipe({**options, "targets": (target,)})
    budgets = Budgets(max_drop, budget_ms, budget_mib)
    with display.progress() as progress:
        result = tune(recipe, budgets, run, progress=progress)
    plot = result.run / "front.png"
    draw_front(result, plot)
    display.say(f"{plot}: the Pareto front")
    verdict = []
    if result.chosen is None or result.recipe is None or result.built is None:
        nearest = budgets.nearest(result.front)
        missed = ", ".join(budgets.missed(nearest))
        display.warn(f"nothing meets the budgets; the nearest is {in_words(nearest)}: {missed}")
        then = []
    else:
        for warning in result.built.warnings:
            display.warn(warning)
        if result.chosen.likely_drop > max_drop:
            images = result.searched + result.held
            display.warn(
                f"{images} images tell the drop to within {result.chosen.drop_error:.5f} only, so that other "
                "images may lose more than the budget: give more, or a smaller --max-drop"
            )
        bundle = result.built.bundle
        verdict = [f"chosen: {in_words(result.chosen)}"]
        then = [
            bench_line(bundle),
            inspect_line(bundle),
            eval_line(
                bundle, recipe.evaluation or (recipe.data.part("val") if recipe.data else "nuclei#val")
            ),
            shlex.join(["edgec", "build", "--recipe", str(result.run / RECIPE)]),
        ]
    display.result(tune_document(result), ranking_table(result), front_table(result), *verdict, then=then)
    return 0 if result.chosen is not None else 1
