"""train(): from a recipe to a folder with the best weights, reading as it happens."""

from dataclasses import dataclass
from pathlib import Path

from edgec.data import Split
from edgec.learn.checkpoint import learning_digest
from edgec.learn.class_weights import class_weights
from edgec.learn.fit import FitResult, fit
from edgec.learn.loggers import Log
from edgec.learn.runs import RUNS, open_run
from edgec.learn.task import SegmentationTask
from edgec.learn.trainer import ALONE, Processes, rank
from edgec.progress import SILENT, Progress
from edgec.recipe import Recipe, TrainRecipe
from edgec.source import make_network
from edgec.source.checkpoint import load_fitting
from edgec.source.load import bundle_name
from edgec.source.narrowed import narrow_as
from edgec.training.resolve import resolved


@dataclass(frozen=True)
class TrainResult:
    """The recipe as it was resolved, its data, the task with the best weights, and what the run came to.

    `first`: of several processes, this is the one that tells it.
    """

    recipe: Recipe
    split: Split
    task: SegmentationTask
    fitted: FitResult
    first: bool = True


def train(
    recipe: Recipe,
    *,
    resume: Path | None = None,
    processes: Processes = ALONE,
    log: Log | None = None,
    progress: Progress = SILENT,
) -> TrainResult:
    """Train the recipe's network on its data into a folder of runs/NAME/, or go on there: see `open_run`.

    `resume`: the folder to go on in, or to begin. What is written there: see `fit`. Raises EdgecError.
    """
    first = rank() == 0
    progress = progress if first else SILENT
    recipe, split = resolved(recipe)
    task = make_task(recipe, split, progress)
    about = {"recipe_sha256": learning_digest(recipe), "data_sha256": split.digest}
    name = recipe.name or bundle_name(recipe.model.rpartition(":")[2])
    with open_run(RUNS / name, about, resume) as folder:
        progress.say(f"{folder} gets the results; after an interruption the same command goes on there")
        fitted = fit(task, split, folder, processes=processes, log=log, progress=progress)
    load_fitting(task.network, fitted.checkpoint)
    return TrainResult(recipe, split, task, fitted, first)


def make_task(recipe: Recipe, split: Split, progress: Progress) -> SegmentationTask:
    """The task of a resolved recipe: its network as the seed and `train.start` make it. Raises EdgecError."""
    learning = recipe.train or TrainRecipe()
    network = make_network(recipe.model, recipe.options, learning.seed).float()
    if learning.start is not None:
        narrow_as(network, learning.start)
        taken, of = load_fitting(network, learning.start)
        progress.say(f"{taken} of {of} weights were taken from {learning.start}")
    weights = class_weights(learning, split.train, split.train.classes)
    return SegmentationTask(network, recipe, weights)
