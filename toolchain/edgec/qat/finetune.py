"""finetune(): from a recipe's trained network to one that is as good in a profile's integers."""

import copy
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file

from edgec.calibration import CACHE
from edgec.data import Split, calibration_images
from edgec.errors import UsageError
from edgec.learn.checkpoint import learning_digest
from edgec.learn.class_weights import class_weights
from edgec.learn.fit import fit
from edgec.learn.judging import judged
from edgec.learn.loggers import Log
from edgec.learn.metrics import Scores
from edgec.learn.runs import RUNS, open_run
from edgec.learn.task import SegmentationTask
from edgec.learn.trainer import settings
from edgec.progress import SILENT, Progress
from edgec.qat.network import Network
from edgec.qat.simulation import as_network, simulate
from edgec.qat.subject import Subject, prepare_subject
from edgec.qat.written import Written, write
from edgec.recipe import QatRecipe, Recipe, TrainRecipe
from edgec.training import TrainResult
from edgec.training.resolve import resolved


@dataclass(frozen=True)
class Finetuned:
    """`trained`: the run; `written`: the tuned network and what builds it, for `target` and its `profile`.

    `simulated`: the tuned network, computing as the build will. `fp32`, `before` and `after`: on the data's
    `val`, in float, in the profile's integers as they were, and as they are now.
    """

    trained: TrainResult
    written: Written
    target: str
    profile: str
    simulated: Network
    fp32: Scores
    before: Scores
    after: Scores
    warnings: tuple[str, ...]


def finetune(
    recipe: Recipe, *, resume: Path | None = None, log: Log | None = None, progress: Progress = SILENT
) -> Finetuned:
    """Train the graph that a build for the recipe's train.qat would make, simulated, as `train` does it.

    It starts with the recipe's checkpoint, and is calibrated as a build is. The run's folder gets best.onnx
    and build.yaml too; where no epoch was better in integers than the start, best.onnx has the start's
    weights, and a warning says so.

    Raises what `train` and a build raise; UnsupportedOperatorError for an operator that cannot be simulated.
    """
    qat, recipe = tuning(recipe)
    recipe, split = resolved(recipe)
    subject = prepare_subject(recipe, qat, calibration_images(recipe), RUNS / CACHE, progress)
    task = _task(recipe, split, subject)
    network = task.network
    assert isinstance(network, Network)
    with progress.step("judge in float and in integers"), settings(task.train_recipe):
        fp32 = judged(SegmentationTask(as_network(subject.graph), task.recipe), split.val)
        before = judged(task, split.val)
    start = copy.deepcopy(network.state_dict())
    about = {"network_sha256": subject.graph.digest}
    digests = {"recipe_sha256": learning_digest(task.recipe), "data_sha256": split.digest}
    with open_run(RUNS / subject.prepared.contents.name, {**digests, **about}, resume) as folder:
        progress.say(f"{folder} gets the results; after an interruption the same command goes on there")
        fitted = fit(task, split, folder, about=about, log=log, progress=progress)
        better = fitted.best.dice > before.dice
        network.load_state_dict(load_file(fitted.checkpoint) if better else start)
        written = write(subject, network.named_weights(), task.recipe, folder)
    return Finetuned(
        trained=TrainResult(task.recipe, split, task, fitted),
        written=written,
        target=qat.target,
        profile=qat.profile,
        simulated=network,
        fp32=fp32,
        before=before,
        after=fitted.best if better else before,
        warnings=tuple(_warnings(subject, better=better)),
    )


def tuning(recipe: Recipe) -> tuple[QatRecipe, Recipe]:
    """What to tune for, and the recipe of that training: its epochs and rate are the section's own.

    Raises UsageError where the recipe has no train.qat.
    """
    train = recipe.train or TrainRecipe()
    if train.qat is None:
        raise UsageError("the recipe does not say for which integers to tune: add train.qat, or --qat int8")
    own = {"epochs": train.qat.epochs, "lr": train.qat.lr, "keep_epoch": None, "start": None}
    return train.qat, recipe.model_copy(update={"train": train.model_copy(update=own)})


def _task(recipe: Recipe, split: Split, subject: Subject) -> SegmentationTask:
    """What the graph says of its ends is not guessed again."""
    job, learning = subject.prepared.job, recipe.train or TrainRecipe()
    ends = {"channels": job.input.channels, "activation": job.output.activation}
    network = simulate(subject.graph, subject.tuned.ranges, subject.tuned.int8)
    _check_crop(network, recipe, job.input.channels, learning.crop)
    weights = class_weights(learning, split.train, split.train.classes)
    return SegmentationTask(network, recipe.model_copy(update=ends), weights)


def _check_crop(network: Network, recipe: Recipe, channels: int, crop: int) -> None:
    """A graph may hold sizes that fit images of its own size alone."""
    try:
        with torch.no_grad():
            network(torch.zeros(1, channels, crop, crop))
    except RuntimeError as error:
        own = "of any size" if recipe.size is None else f"of {recipe.size[0]}x{recipe.size[1]}"
        raise UsageError(
            f"the network's graph, made for images {own}, takes no pieces of {crop}x{crop}: set train.crop "
            f"to another size, or the recipe's size to [{crop}, {crop}]"
        ) from error


def _warnings(subject: Subject, *, better: bool) -> list[str]:
    found, source = [], subject.prepared.source
    if not source.trained:
        found.append(f"{source.name} began with random weights: name trained ones, --set checkpoint=FILE")
    if not better:
        found.append("no epoch was better in integers than the network as it was: its weights are kept")
    return found
