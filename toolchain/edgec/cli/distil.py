"""`edgec distil`"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from edgec.cli.command import Command
from edgec.cli.display import Display
from edgec.cli.train import Given, learning_recipe, lines_after
from edgec.cli.train import command as train

if TYPE_CHECKING:
    from edgec.learn.loggers import Log
    from edgec.recipe import Recipe

TEACHER = [
    click.Option(
        ["--teacher"],
        metavar="MODEL",
        help="A trained network, named as the student is; its weights are those that edgec ships, those of "
        "--teacher-checkpoint, or the checkpoint that is named.",
    ),
    click.Option(
        ["--teacher-checkpoint"],
        metavar="FILE",
        help="The teacher's weights, where they are in no other place.",
    ),
]
_STUDENT = click.Option(
    ["--student"],
    metavar="MODEL",
    help="A name of `edgec models`, package.module:factory, file.py:factory, or a checkpoint that edgec "
    "wrote, from which it starts.",
)
# What is learned from, and where a run is kept, is said as to `edgec train`.
SHARED = ("recipe_word", "data", "epochs", "overrides", "resume", "log")


def as_to_train(*names: str) -> list[click.Parameter]:
    """Those parameters of `edgec train`."""
    return [option for option in train.params if option.name in names]


@click.command(cls=Command, name="distil", params=[*TEACHER, _STUDENT, *as_to_train(*SHARED)])
@click.pass_obj
def command(
    display: Display,
    /,
    teacher: str | None,
    teacher_checkpoint: str | None,
    student: str | None,
    recipe_word: str | None,
    data: str | None,
    epochs: int | None,
    overrides: tuple[str, ...],
    resume: Path | None,
    log: "Log | None",
) -> None:
    """Train a small network, the student, by a large one's answers and features.

    The section distil of RECIPE names the teacher and the phases: transfer, hints and task, each with epochs
    and a rate of its own; without it the task is learned from the teacher's soft answers beside the true
    ones. After an interruption the same command goes on in the phase and epoch where it was. The folder of
    the run gets the student as `edgec train` would write it, and a folder for each stage before.
    """
    given: Given = [
        *_student(student),
        ("--data", "data.path", data),
        ("--epochs", "train.epochs", epochs),
        ("--teacher", "distil.teacher", teacher),
        ("--teacher-checkpoint", "distil.checkpoint", teacher_checkpoint),
    ]
    run(display, learning_recipe(recipe_word, given, overrides), resume, log)


def run(display: Display, recipe: "Recipe", resume: Path | None, log: "Log | None") -> None:
    """Distil, and show what came of it."""
    from edgec.report.distil import distil_document, distil_table, draw_stages
    from edgec.report.train import summary
    from edgec.training import distil

    with display.progress() as progress:
        result = distil(recipe, resume=resume, log=log, progress=progress)
    draw_stages(result)
    document, table = distil_document(result), distil_table(result)
    display.result(document, table, summary(result.student), then=lines_after(result.student))


def _student(word: str | None) -> Given:
    if word is None or not word.endswith(".safetensors"):
        return [("--student", "model", word)]
    from edgec.source.described import described

    fields = described(Path(word)) | {"checkpoint": None, "train.start": word}
    return [("--student", key, value) for key, value in fields.items()]
