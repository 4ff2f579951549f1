"""prune(): from a recipe to a folder with a smaller network, trained again."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import yaml
from torch import nn

from edgec.data import Split
from edgec.learn.batches import endless_batches
from edgec.learn.checkpoint import learning_digest, write_checkpoint, write_file
from edgec.learn.class_weights import class_weights
from edgec.learn.fit import FitResult, description_of, fit, keep
from edgec.learn.judging import judged
from edgec.learn.loggers import Log
from edgec.learn.metrics import Scores
from edgec.learn.prune.find import example_of, find_masks, step_ratios
from edgec.learn.prune.masks import Masks, read_masks
from edgec.learn.prune.prune import check_runs
from edgec.learn.prune.prune import prune as pruned_copy
from edgec.learn.prune.recalibrate import recalibrate
from edgec.learn.prune.start import starting_weights
from edgec.learn.record import begin
from edgec.learn.runs import RUNS, open_run
from edgec.learn.task import SegmentationTask
from edgec.learn.trainer import settings
from edgec.progress import SILENT, Progress
from edgec.recipe import PruneRecipe, Recipe
from edgec.source.checkpoint import load_fitting
from edgec.source.load import bundle_name
from edgec.training.pruning import Subject, load_subject, tuning
from edgec.training.resolve import resolved
from edgec.training.size import Size, size_of
from edgec.training.train import TrainResult

MASKS, PRUNED, BUILD = "masks.json", "pruned.safetensors", "build.yaml"


@dataclass(frozen=True)
class Stage:
    """One step: its masks, and the size and scores (`cut`) of what they leave, before its training.

    `checkpoint`: of that network; `fitted`: what its training came to.
    """

    masks: Path
    checkpoint: Path
    size: Size
    cut: Scores
    fitted: FitResult


@dataclass(frozen=True)
class PruneResult:
    """The size and scores of the network as it was, what each step came to, and the last one's training.

    `build`: the recipe that builds it.
    """

    size: Size
    before: Scores
    stages: tuple[Stage, ...]
    trained: TrainResult
    build: Path


def prune(
    recipe: Recipe, *, resume: Path | None = None, log: Log | None = None, progress: Progress = SILENT
) -> PruneResult:
    """Prune the recipe's trained network as its section `prune` says, and train it again.

    A folder in runs/NAME/ gets masks.json, pruned.safetensors (the weights that are left, as they were), what
    `fit` writes of the training, and build.yaml; of several steps, those before the last are in step-1 and so
    on. A run that was interrupted is gone on with, see `open_run`. Raises EdgecError.
    """
    section, recipe = tuning(recipe)
    recipe, split = resolved(recipe)
    subject = load_subject(recipe, section)
    about = {"recipe_sha256": learning_digest(recipe), "data_sha256": split.digest, **subject.about}
    before = _task(subject.network, recipe, split)
    name = recipe.name or bundle_name(recipe.model.rpartition(":")[2])
    with open_run(RUNS / name, about, resume) as folder:
        progress.say(f"{folder} gets the results; after an interruption the same command goes on there")
        begin(folder, about)
        with progress.step("judge the network as it is") as step, settings(before.train_recipe):
            scores = judged(before, split.val)
            step.note = f"Dice {scores.dice:.4f}"
        task, stages = _run(before, subject, section, split, folder, log, progress)
        build = _write_build(recipe, name, stages[-1].fitted.checkpoint)
    load_fitting(task.network, stages[-1].fitted.checkpoint)
    return PruneResult(
        size=size_of(before.network, _image(before)),
        before=scores,
        stages=tuple(stages),
        trained=TrainResult(task.recipe, split, task, stages[-1].fitted),
        build=build,
    )


def _run(
    task: SegmentationTask,
    subject: Subject,
    section: PruneRecipe,
    split: Split,
    folder: Path,
    log: Log | None,
    progress: Progress,
) -> tuple[SegmentationTask, list[Stage]]:
    early, sha256, stages = subject.early, subject.sha256, list[Stage]()
    recipe = task.recipe
    for number, ratios in enumerate(step_ratios(section.ratios, section.steps), 1):
        into = folder if number == section.steps else folder / f"step-{number}"
        into.mkdir(exist_ok=True)
        own = section.model_copy(update={"ratios": ratios})
        with progress.step(f"prune, step {number} of {section.steps}"), settings(task.train_recipe):
            masks = _masks(task, own, split, into / MASKS, sha256)
            left = _prune(task, masks)
            early = None if early is None else pruned_copy(early, masks)
            cut = _task(left, recipe, split)
            scores = judged(cut, split.val)
            write_checkpoint(into / PRUNED, left, description_of(cut, split), scores.as_dict())
            task = _started(cut, early, own, split)
        if section.epochs:
            fitted = fit(task, split, into, about=subject.about, log=log, progress=progress)
        else:
            fitted = keep(task, split, into, about=subject.about, progress=progress)
        load_fitting(task.network, fitted.checkpoint)
        sha256 = hashlib.sha256(fitted.checkpoint.read_bytes()).hexdigest()
        size = size_of(left, _image(task))
        stages.append(Stage(into / MASKS, into / PRUNED, size, scores, fitted))
    return task, stages


def _task(network: nn.Module, recipe: Recipe, split: Split) -> SegmentationTask:
    weights = class_weights(recipe.train, split.train, split.train.classes) if recipe.train else None
    return SegmentationTask(network, recipe, weights)


def _masks(task: SegmentationTask, section: PruneRecipe, split: Split, path: Path, sha256: str) -> Masks:
    """Those of the run that is gone on with, or new ones in that file."""
    if path.exists():
        masks = read_masks(path)
        masks.check_source(sha256, str(path.parent))
        return masks
    masks = find_masks(task, section, split.train, sha256)
    write_file(path, masks.to_json())
    return masks


def _prune(task: SegmentationTask, masks: Masks) -> nn.Module:
    left = pruned_copy(task.network, masks)
    check_runs(left, example_of(task), task.channels)
    return left


def _started(
    cut: SegmentationTask, early: nn.Module | None, section: PruneRecipe, split: Split
) -> SegmentationTask:
    """The pruned network with the weights that its training begins with."""
    learning = cut.train_recipe
    network = starting_weights(cut.network, early, section.reinit, learning.seed)
    batches = endless_batches(split.train, learning, cut.spec)
    if section.recalibrate:
        recalibrate(network, islice(batches, section.recalibrate))
    return SegmentationTask(network, cut.recipe, cut.class_weights)


def _image(task: SegmentationTask) -> Sequence[int]:
    """(C, H, W) that sizes are told for."""
    spec, side = task.spec, task.train_recipe.crop
    return spec.channels, spec.height or side, spec.width or side


def _write_build(recipe: Recipe, name: str, checkpoint: Path) -> Path:
    """What builds the network, beside its checkpoint; how it was learned is none of it."""
    changed = {"name": name, "checkpoint": checkpoint, **dict.fromkeys(("train", "distil", "prune"))}
    fields = recipe.model_copy(update=changed).model_dump(mode="json")
    path = checkpoint.parent / BUILD
    write_file(path, yaml.safe_dump(fields, sort_keys=False))
    return path
