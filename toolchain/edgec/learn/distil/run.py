"""run_stages(): a student learns from a teacher, stage by stage, in a folder where a killed run goes on."""

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
from edgec.recipe import DistilRecipe
from edgec.zoo.binary_blocks import set_binary


def run_stages(
    task: SegmentationTask,
    teacher: nn.Module,
    split: Split,
    folder: Path,
    *,
    log: Log | None = None,
    progress: Progress = SILENT,
) -> dict[str, FitResult]:
    """Train the network of `task`, the student, through the phases of its recipe, which `resolve` has made.

    The task itself is trained in `folder`, which must exist, every stage before it in a folder of its own in
    there, each as `fit` does it and from the best weights of the one before: a stage that is over is not
    trained again, and one that was interrupted goes on. A student of binary blocks learns in full precision
    until its task, which it learns in binary. `teacher` stays as it is. Gives what each stage came
    to, by its name and in order; the task's is the last.

    Raises UsageError and ModelSourceError where teacher and student do not fit, and what `fit` raises.
    """
    student, distil = task.network, task.recipe.distil
    assert distil is not None
    example = _example(task)
    shown = Teacher(teacher, example, task.channels)
    pairs = _pairs(student, teacher, distil, example)
    if distil.transfer is not None and distil.transfer.start == "teacher":
        select_weights(student, teacher)
    found: dict[str, FitResult] = {}
    for stage in stages(task.recipe, pairs):
        into = folder if stage.phase == "task" else folder / stage.name
        into.mkdir(exist_ok=True)
        set_binary(student, stage.phase == "task")
        todo = _task(stage, student, shown, task.class_weights)
        with progress.step(stage.name):
            found[stage.name] = fit(todo, split, into, log=log, progress=progress)
        student.load_state_dict(load_file(found[stage.name].checkpoint))
    return found


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
