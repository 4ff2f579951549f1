"""A learning rate from a range test."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from torch.optim import Optimizer

from edgec.errors import TrainingError
from edgec.learn.batches import Batch, endless_batches
from edgec.learn.optimizers import make_optimizer
from edgec.learn.task import SegmentationTask
from edgec.learn.trainer import settings
from edgec.progress import SILENT, Progress, Step
from edgec.recipe import Recipe
from edgec.training.resolve import resolved
from edgec.training.train import make_task

LOWEST, HIGHEST, STEPS = 1e-6, 1.0, 100
SMOOTHING = 0.9  # share of the moving average of the loss that a step keeps
DIVERGED = 4.0  # times the least loss
LEAST_FALL = 1e-3  # of the loss while the rate grows tenfold
EDGE = 5  # steps at both ends of the curve that are not suggested


@dataclass(frozen=True)
class RateCurve:
    """The smoothed loss after a step at each rate, and the rate where it falls most steeply."""

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    suggestion: float


def find_rate(recipe: Recipe, *, progress: Progress = SILENT) -> RateCurve:
    """Train up to STEPS steps while the rate rises from LOWEST to HIGHEST, until the loss has diverged.

    The range test: Smith, Cyclical learning rates for training neural networks, 2017,
    https://arxiv.org/abs/1506.01186. Writes nothing. Raises TrainingError where the loss never falls, and
    what `train` raises before it begins.
    """
    recipe, split = resolved(recipe)
    task = make_task(recipe, split, progress)
    learning = task.train_recipe
    batches = endless_batches(split.train, learning, task.spec)
    optimizer = make_optimizer(learning, task.trained_parameters())
    with progress.step(f"{STEPS} steps at rising rates", STEPS) as step, settings(learning):
        rates, losses = _rise(task.train(), optimizer, batches, step)
    return RateCurve(rates, losses, suggested(rates, losses))


def _rise(
    task: SegmentationTask, optimizer: Optimizer, batches: Iterator[Batch], step: Step
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The rates and the smoothed losses of the steps, as long as those are not DIVERGED."""
    rates, losses = list[float](), list[float]()
    average = 0.0
    for number, batch in zip(range(STEPS), batches, strict=False):
        rate = LOWEST * (HIGHEST / LOWEST) ** (number / (STEPS - 1))
        for group in optimizer.param_groups:
            group["lr"] = rate
        loss = task.loss(batch)
        average = SMOOTHING * average + (1 - SMOOTHING) * loss.item()
        smoothed = average / (1 - SMOOTHING ** (number + 1))
        if not math.isfinite(smoothed) or (losses and smoothed > DIVERGED * min(losses)):
            break
        rates.append(rate)
        losses.append(smoothed)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        step.advance()
    return tuple(rates), tuple(losses)


def suggested(rates: tuple[float, ...], losses: tuple[float, ...]) -> float:
    """Where the loss falls most steeply over the logarithm of the rate. Raises TrainingError."""
    if len(rates) > 2 * EDGE + 1:
        slopes = np.gradient(np.array(losses), np.log10(rates))[EDGE:-EDGE]
        place = int(np.argmin(slopes))
        if slopes[place] < -LEAST_FALL:
            return rates[EDGE + place]
    raise TrainingError("the loss falls at no rate: look at the data, with `edgec data check`")
