"""find_masks(): what to take from a trained network, as its recipe says."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import torch
from torch import Tensor

from edgec.data import Sample
from edgec.learn.batches import Batch, endless_batches
from edgec.learn.prune.choice import choose, layer_masks
from edgec.learn.prune.groups import Group, coupled_groups
from edgec.learn.prune.masks import GroupMask, Layer, Masks
from edgec.learn.prune.scores import score
from edgec.learn.prune.unstructured import weight_masks
from edgec.learn.task import SegmentationTask
from edgec.recipe import PruneRecipe


@dataclass(frozen=True)
class Ranking:
    """Which channels go together, and of each group what its channels are worth, float64 (width,)."""

    groups: Sequence[Group]
    scores: Sequence[Tensor]


def find_masks(
    task: SegmentationTask,
    recipe: PruneRecipe,
    samples: Sequence[Sample],
    source_sha256: str,
    ranking: Ranking | None = None,
) -> Masks:
    """The masks for the network of `task`, whose checkpoint has that digest; it learns from `samples`.

    `ranking`: what `rank` found, where several ratios are tried. Raises UsageError where the network or a
    ratio cannot be used.
    """
    layers: dict[str, Layer] = {}
    groups: tuple[GroupMask, ...] = ()
    weights: dict[str, str] = {}
    if recipe.granularity == "unstructured":
        weights = weight_masks(task.network, recipe, task.train_recipe.seed)
    else:
        found = ranking or rank(task, recipe, samples)
        groups = choose(found.groups, found.scores, recipe)
        layers = layer_masks(task.network, found.groups, groups)
    return Masks(
        model=task.recipe.model,
        options=task.recipe.options,
        source_sha256=source_sha256,
        method=recipe.method,
        granularity=recipe.granularity,
        ratios=recipe.ratios,
        multiple=recipe.multiple,
        layers=layers,
        groups=groups,
        weights=weights,
    )


def example_of(task: SegmentationTask) -> Tensor:
    """An image (1, C, H, W) as large as the pieces that are learned from, which the network halves evenly."""
    side = task.train_recipe.crop
    return torch.rand((1, task.spec.channels, side, side), generator=torch.Generator().manual_seed(0))


def rank(task: SegmentationTask, recipe: PruneRecipe, samples: Sequence[Sample]) -> Ranking:
    """Score the channels by the recipe's method, which may take minutes. Raises UsageError."""
    network = task.network
    groups = coupled_groups(network, example_of(task))

    def batches() -> Iterator[Batch]:
        """So many images as they are, in pieces."""
        learning = task.train_recipe.model_copy(update={"augment": ()})
        count = math.ceil(recipe.samples / learning.batch)
        return islice(endless_batches(samples, learning, task.spec), count)

    return Ranking(groups, score(network, groups, recipe, batches, task.loss, task.train_recipe.seed))


def step_ratios(ratios: Mapping[str, float], steps: int) -> list[dict[str, float]]:
    """The shares of what is there that each step takes, so that all together take `ratios` of the whole."""

    def share(ratio: float, step: int) -> float:
        return round(1 - (1 - ratio * step / steps) / (1 - ratio * (step - 1) / steps), 6)

    return [{block: share(ratio, step) for block, ratio in ratios.items()} for step in range(1, steps + 1)]
