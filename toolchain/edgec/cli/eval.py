"""`edgec eval`"""

import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edgec.cli.bundles import bench_line, choice_options, exit_code, newest_bundle
from edgec.cli.command import Command
from edgec.cli.display import Display
from edgec.cli.words import CHECKPOINTS

if TYPE_CHECKING:
    from edgec.recipe import Recipe


@click.command(cls=Command, name="eval")
@click.argument("path", required=False, metavar="[BUNDLE|CHECKPOINT]", type=click.Path(path_type=Path))
@click.option(
    "--data", default="nuclei", show_default=True, help="A data set with masks, or a folder of one."
)
@click.option("--model", metavar="MODEL", help="The checkpoint's network, as `edgec build` takes it.")
@choice_options
@click.option("--threads", type=click.IntRange(1, 1024), help="Threads of the engine.")
@click.option(
    "--tolerance",
    type=click.IntRange(0, 10_000),
    metavar="PIXELS",
    help="How far off an edge may be for boundary F1. Default: 0.75 % of the image's diagonal.",
)
@click.option("--centre-line", is_flag=True, help="clDice too: for vessels, roads and other thin things.")
@click.option(
    "--out",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="A new folder for averages.csv, images.csv and a sheet of pictures of each variant, worst first.",
)
@click.pass_obj
def command(
    display: Display,
    /,
    path: Path | None,
    data: str,
    model: str | None,
    targets: tuple[str, ...],
    precisions: tuple[str, ...],
    threads: int | None,
    tolerance: int | None,
    centre_line: bool,
    out: Path | None,
) -> int:
    """Score a bundle's variants, or a checkpoint, on images with known masks.

    BUNDLE is a .edgec file or a folder; the newest of artifacts/ where nothing is named. CHECKPOINT is a
    .safetensors, .pt or .pth file, judged in torch; --model names its network where it does not say that
    itself, and --model alone judges the weights that come with it. Exit code 1: some variant could not run,
    2: none could; the table says why.
    """
    from edgec.evaluation import Detail, EvalResult, evaluations
    from edgec.learn.metrics import Measures
    from edgec.report.eval import eval_document, eval_tables
    from edgec.report.eval_files import MOST_ROWS, draw_sheets, eval_files
    from edgec.report.written import check_new_folder, write_folder

    check_new_folder(out)
    recipe = _recipe(path, model, variants=bool(targets or precisions))
    measures = Measures(boundary=True, tolerance=tolerance, centre_line=centre_line)
    detail = Detail(measures, worst=0 if out is None else MOST_ROWS)
    found: Iterable[EvalResult]
    with display.progress() as progress:
        if recipe is None:
            path = path or newest_bundle()
            found = evaluations(path, data, targets, precisions, threads, detail, progress)
        else:
            from edgec.evaluation.checkpoint import evaluate_checkpoint

            found = [evaluate_checkpoint(recipe, data, threads, detail, progress)]
        title = f"{path or model} on {data}"
        results, sheets = draw_sheets(found, title)
    if out is not None:
        write_folder(out, eval_files(results, sheets))
        display.say(f"{out}: scores and pictures")
    then = [bench_line(path)] if recipe is None and path is not None else [_build_line(path, model)]
    display.result(eval_document(results), *eval_tables(results, title), then=then)
    return exit_code([row.metrics is None for row in results])


def _recipe(path: Path | None, model: str | None, *, variants: bool) -> "Recipe | None":
    """The checkpoint's; None where a bundle is meant. Raises UsageError where words do not go together."""
    is_checkpoint = path is not None and path.suffix in CHECKPOINTS
    if model is None and not is_checkpoint:
        return None
    from edgec.errors import UsageError
    from edgec.recipe import Recipe
    from edgec.source.described import described

    if path is not None and not is_checkpoint:
        raise UsageError(f"--model goes with a checkpoint ({', '.join(CHECKPOINTS)}), not with {path}")
    if variants:
        raise UsageError("--target and --precision choose variants of a bundle; a checkpoint has none")
    return Recipe(**({"model": model} if path is None else described(path, model)))


def _build_line(path: Path | None, model: str | None) -> str:
    """The command that makes a bundle of the checkpoint."""
    words = ["edgec", "build"]
    words += [] if model is None else ["--model", model]
    return shlex.join([*words, *([] if path is None else ["--checkpoint", str(path)])])
