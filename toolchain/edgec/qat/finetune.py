"""finetune(): from a recipe's trained network to one that is as good in a profile's integers."""

import copy
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import torch
import yaml
from safetensors.torch import load_file
from torch import Tensor

from edgec.calibration import CACHE
from edgec.data import DatasetImages, Images, Sample, Split, open_images
from edgec.errors import UsageError
from edgec.learn.checkpoint import write_file
from edgec.learn.fit import FitResult, fit
from edgec.learn.loggers import Log
from edgec.learn.metrics import Scores, mean_scores
from edgec.learn.task import SegmentationTask
from edgec.progress import SILENT, Progress
from edgec.qat.network import Network
from edgec.qat.simulation import as_network, simulate
from edgec.qat.subject import Subject, prepare_subject
from edgec.qat.written import to_onnx, with_weights
from edgec.recipe import QatRecipe, Recipe, TrainRecipe

NETWORK, BUILD = "best.onnx", "build.yaml"


@dataclass(frozen=True)
class Finetuned:
    """`network`: the tuned float network; `recipe`: what builds it. Both are in the folder of `run`.

    `simulated`: the same, computing as the build will.
    `fp32`, `before` and `after`: on the split's `val`, in float, in the profile's integers as they were, and
    as they are now.
    """

    network: Path
    recipe: Path
    simulated: Network
    fp32: Scores
    before: Scores
    after: Scores
    run: FitResult
    warnings: tuple[str, ...]


def finetune(
    recipe: Recipe,
    split: Split,
    folder: Path,
    *,
    weights: Tensor | None = None,
    log: Log | None = None,
    progress: Progress = SILENT,
) -> Finetuned:
    """Train the graph that a build for `recipe.train.qat` would make, simulated, as `fit` does it.

    It starts with the recipe's checkpoint, and is calibrated on what the recipe names, else on `split.train`.
    Writes best.onnx and build.yaml into `folder`, besides what `fit` writes; where no epoch was better in
    integers than the start, best.onnx has the start's weights, and a warning says so.

    Raises what `fit` and a build raise; UnsupportedOperatorError for an operator that cannot be simulated.
    """
    qat, recipe = tuning(recipe)
    subject = prepare_subject(recipe, qat, _images(recipe, split), folder.parent / CACHE, progress)
    job = subject.prepared.job
    recipe = recipe.model_copy(update={"channels": job.input.channels, "activation": job.output.activation})
    network = simulate(subject.graph, subject.tuned.ranges, subject.tuned.int8)
    _check_crop(network, recipe)
    task = SegmentationTask(network, recipe, weights)
    with progress.step("judge in float and in integers"):
        fp32 = _judge(SegmentationTask(as_network(subject.graph), recipe), split.val)
        before = _judge(task, split.val)
    start = copy.deepcopy(network.state_dict())
    found = fit(task, split, folder, log=log, progress=progress)
    better = found.best.dice > before.dice
    network.load_state_dict(load_file(found.checkpoint) if better else start)
    graph = with_weights(subject.graph, network.named_weights())
    write_file(folder / NETWORK, to_onnx(graph, subject.tuned))
    write_file(folder / BUILD, _build_recipe(recipe, subject, folder))
    return Finetuned(
        network=folder / NETWORK,
        recipe=folder / BUILD,
        simulated=network,
        fp32=fp32,
        before=before,
        after=found.best if better else before,
        run=found,
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


def _images(recipe: Recipe, split: Split) -> Images:
    named = recipe.calibration != Recipe.model_fields["calibration"].default
    return open_images(recipe.calibration) if named else DatasetImages(split.train)


def _check_crop(network: Network, recipe: Recipe) -> None:
    """Sizes that a graph holds fit pieces of its own size alone."""
    assert recipe.train is not None
    crop = recipe.train.crop
    try:
        with torch.no_grad():
            network(torch.zeros(1, recipe.channels or 1, crop, crop))
    except RuntimeError as error:
        raise UsageError(
            f"the network's graph, made for images of {recipe.size}, takes no pieces of {crop}x{crop}: set "
            f"train.crop to another size, or the recipe's size to {crop}x{crop}"
        ) from error


def _judge(task: SegmentationTask, samples: Iterable[Sample]) -> Scores:
    task.eval()
    return mean_scores(Scores(**task.validation_step(sample, 0)) for sample in samples)


def _build_recipe(recipe: Recipe, subject: Subject, folder: Path) -> str:
    built = recipe.model_copy(
        update={
            "model": str(folder / NETWORK),
            "options": {},
            "checkpoint": None,
            "train": None,
            "distil": None,
            "channels": None,
            "name": subject.prepared.contents.name,
            "targets": (subject.tuned.target,),
            "profiles": (subject.tuned.profile,),
            "precisions": ("fp32", "int8-static"),
        }
    )
    return yaml.safe_dump(built.model_dump(mode="json"), sort_keys=False)


def _warnings(subject: Subject, *, better: bool) -> list[str]:
    found, source = [], subject.prepared.source
    if not source.trained:
        found.append(f"{source.name} began with random weights: give trained ones with --checkpoint")
    if not better:
        found.append("no epoch was better in integers than the network as it was: its weights are kept")
    return found
