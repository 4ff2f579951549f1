"""distil(): from a recipe with a teacher to a folder with the student's best weights."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from edgec.learn.checkpoint import learning_digest
from edgec.learn.distil.run import run_stages
from edgec.learn.distil.stages import resolve
from edgec.learn.fit import FitResult
from edgec.learn.loggers import Log
from edgec.learn.record import begin
from edgec.learn.runs import RUNS, open_run
from edgec.progress import SILENT, Progress
from edgec.recipe import Recipe
from edgec.source.checkpoint import load_fitting
from edgec.source.load import bundle_name
from edgec.training.resolve import resolved
from edgec.training.teacher import load_teacher
from edgec.training.train import TrainResult, make_task


@dataclass(frozen=True)
class Distilled:
    """The student as `train` would give it, and what each stage came to, by its name and in order."""

    student: TrainResult
    stages: Mapping[str, FitResult]


def distil(
    recipe: Recipe, *, resume: Path | None = None, log: Log | None = None, progress: Progress = SILENT
) -> Distilled:
    """Train the recipe's network, the student, through the phases of its section `distil`.

    The student is what `train` would train, its data and folder the same; a folder is gone on with in the
    stage and epoch where it was. Raises EdgecError, also where the teacher does not fit.
    """
    recipe, split = resolved(resolve(recipe))
    task = make_task(recipe, split, progress)
    assert recipe.distil is not None
    teacher = load_teacher(recipe.distil, task.spec)
    about = {"recipe_sha256": learning_digest(recipe), "data_sha256": split.digest}
    name = recipe.name or bundle_name(recipe.model.rpartition(":")[2])
    with open_run(RUNS / name, about, resume) as folder:
        progress.say(f"{folder} gets the results; after an interruption the same command goes on there")
        begin(folder, about)
        stages = run_stages(task, teacher, split, folder, log=log, progress=progress)
    fitted = stages["task"]
    load_fitting(task.network, fitted.checkpoint)
    return Distilled(TrainResult(recipe, split, task, fitted), stages)
