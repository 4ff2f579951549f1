"""distil(): a student learns from a teacher, stage by stage, in a folder where a killed run goes on."""

from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from edgec.data import Split
from edgec.learn.distil.matching import Pair, match
from edgec.learn.distil.selection import select_weights
from edgec.learn.distil.stages import Stage, stages
from edgec.learn.distil.tasks import HintTask, TaughtTask
from edgec.learn.distil.teacher import Teacher
from edgec.learn.fit import FitResult, fit
from edgec.learn.loggers import Log
from edgec.learn.task import SegmentationTask
from edgec.progress import SILENT, Progress
from edgec.recipe import DistilRecipe, Recipe


@dataclass(frozen=True)
class DistilResult:
    """What each stage came to, by its name, in order; the task's, the last, is the student."""

    stages: dict[str, FitResult]

    @property
    def student(self) -> FitResult:
        """Its best weights by Dice."""
        return self.stages["task"]


def distil(
    student: nn.Module,
    teacher: nn.Module,
    recipe: Recipe,
    split: Split,
    folder: Path,
    *,
    weights: Tensor | None = None,
    log: Log | None = None,
    progress: Progress = SILENT,
) -> DistilResult:
    """Train `student` through the phases of `recipe`, which is as `resolve` gives it.

    The task is trained in `folder`, which must exist, every stage before it in a folder of its own in there,
    each as `fit` does it and from the best weights of the one before: a stage that is over is not trained
    again, and one that was interrupted goes on. `teacher` stays as it is. The rest is as for `fit`.

    Raises UsageError and ModelSourceError where teacher and student do not fit, and what `fit` raises.
    """
    assert recipe.distil is not None
    task = SegmentationTask(student, recipe, weights)
    example = _example(task)
    shown = Teacher(teacher, example, task.channels)
    pairs = _pairs(student, teacher, recipe.distil, example)
    if recipe.distil.transfer is not None and recipe.distil.transfer.start == "teacher":
        select_weights(student, teacher)
    found: dict[str, FitResult] = {}
    for stage in stages(recipe, pairs):
        into = folder if stage.phase == "task" else folder / stage.name
        into.mkdir(exist_ok=True)
        todo = _task(stage, student, shown, weights)
        with progress.step(stage.name):
            found[stage.name] = fit(todo, split, into, log=log, progress=progress)
        student.load_state_dict(load_file(found[stage.name].checkpoint))
    return DistilResult(found)


def _pairs(student: nn.Module, teacher: nn.Module, distil: DistilRecipe, example: Tensor) -> tuple[Pair, ...]:
    """Of no use where no phase compares blocks: the networks then need have none in common."""
    if distil.hints is None and distil.task.attention == 0:
        return ()
    return match(student, teacher, distil.blocks, example)


def _task(stage: Stage, student: nn.Module, teacher: Teacher, weights: Tensor | None) -> SegmentationTask:
    if stage.phase == "transfer":
        return SegmentationTask(student, stage.recipe, weights)
    if stage.phase == "hints":
        return HintTask(student, stage.recipe, teacher, stage.pairs)
    return TaughtTask(student, stage.recipe, teacher, stage.pairs, weights)


def _example(task: SegmentationTask) -> Tensor:
    """An image of noise, as large as the pieces that are learned from."""
    side = task.train_recipe.crop
    return torch.rand((1, task.spec.channels, side, side), generator=torch.Generator().manual_seed(0))
