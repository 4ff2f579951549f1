"""`edgec binarize`"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from edgec.cli.command import Command
from edgec.cli.display import Display
from edgec.cli.distil import SHARED, TEACHER, as_to_train, run
from edgec.cli.train import Given, learning_recipe

if TYPE_CHECKING:
    from edgec.learn.loggers import Log

RECIPE = "nuclei-blu-net-fast"


@click.command(cls=Command, name="binarize", params=[*TEACHER, *as_to_train(*SHARED, "network")])
@click.pass_obj
def command(
    display: Display,
    /,
    teacher: str | None,
    teacher_checkpoint: str | None,
    recipe_word: str | None,
    network: tuple[tuple[str, Any], ...],
    data: str | None,
    epochs: int | None,
    overrides: tuple[str, ...],
    resume: Path | None,
    log: "Log | None",
) -> None:
    """Train a binary network by a teacher in full precision.

    RECIPE is as for `edgec distil`, with --data alone nuclei-blu-net-fast, and its model is binary:
    blu_net_fast or blu_net. It learns its teacher's features in full precision, and then, its weights and
    activations signs, the task beside the teacher's answers. After an interruption the same command goes on
    where it was.
    `edgec build --recipe RUN/recipe.yaml --set checkpoint=RUN/best.safetensors` makes the bundle.
    """
    if recipe_word is None and data is None:
        raise click.UsageError(f"name a RECIPE, such as {RECIPE}, or the images with --data")
    given: Given = [
        ("RECIPE", "model", None),
        ("--data", "data.path", data),
        ("--epochs", "train.epochs", epochs),
        ("--teacher", "distil.teacher", teacher),
        ("--teacher-checkpoint", "distil.checkpoint", teacher_checkpoint),
        *((f"--option {key}", f"options.{key}", value) for key, value in network),
    ]
    run(
        display,
        learning_recipe(RECIPE if recipe_word is None else recipe_word, given, overrides),
        resume,
        log,
    )
