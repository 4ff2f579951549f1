"""What training makes small: of logits (N, K, H, W), one channel for two classes, else one for each.

Pixels whose class is IGNORE count in none. Dice, Tversky and the like are of each image and class by itself
and then averaged over the foreground classes: all but 0.
"""

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor
from torch.nn import functional

from edgec.data import IGNORE
from edgec.errors import UsageError
from edgec.recipe import TrainRecipe

LossFunction = Callable[[Tensor, Tensor], Tensor]
"""(logits float32 (N, K, H, W), mask int64 (N, H, W)) -> a scalar."""


def loss_function(recipe: TrainRecipe, channels: int, weights: Tensor | None) -> LossFunction:
    """That of the recipe, for logits of so many channels.

    `weights` (classes,) float32: how much a pixel of each class counts. Raises UsageError where the loss is
    for another number of channels.
    """
    fitting = "bce-dice" if channels == 1 else "ce-dice"
    name = recipe.loss or fitting
    if name == "focal":
        return partial(focal, gamma=recipe.focal_gamma, weights=weights)
    if name == "tversky":
        return partial(tversky, beta=recipe.tversky_beta, weights=weights)
    if name != fitting:
        raise UsageError(f"the loss {name} is not for {channels} output channels: choose {fitting}")
    return partial(entropy_dice, weights=weights)


def entropy_dice(logits: Tensor, mask: Tensor, weights: Tensor | None = None) -> Tensor:
    """Cross-entropy plus 1 - soft Dice: binary for one channel, else over the softmax of all.

    Soft Dice: Milletari et al., V-Net, 2016, https://arxiv.org/abs/1606.04797; their sum: Isensee et al.,
    nnU-Net, 2021, https://doi.org/10.1038/s41592-020-01008-z.
    """
    entropy = _mean(_entropies(logits, mask), mask, weights)
    return entropy + _overlap_loss(logits, mask, 0.5, weights)


def focal(logits: Tensor, mask: Tensor, gamma: float = 2.0, weights: Tensor | None = None) -> Tensor:
    """Cross-entropy where a pixel counts (1 - p) ** gamma, p the probability of its true class.

    Lin et al., Focal loss for dense object detection, 2017, https://arxiv.org/abs/1708.02002.
    """
    entropies = _entropies(logits, mask)
    return _mean((1 - torch.exp(-entropies)) ** gamma * entropies, mask, weights)


def tversky(logits: Tensor, mask: Tensor, beta: float = 0.7, weights: Tensor | None = None) -> Tensor:
    """1 - TP / (TP + (1 - beta) FP + beta FN): the larger `beta`, the more a missed pixel costs.

    Salehi et al., Tversky loss function, 2017, https://arxiv.org/abs/1706.05721.
    """
    return _overlap_loss(logits, mask, beta, weights)


def _entropies(logits: Tensor, mask: Tensor) -> Tensor:
    """Minus the logarithm of the true class's probability, (N, H, W); 0 where ignored."""
    ignored = mask == IGNORE
    if logits.shape[1] == 1:
        truth = mask.masked_fill(ignored, 0).to(logits.dtype)
        found = functional.binary_cross_entropy_with_logits(logits[:, 0], truth, reduction="none")
        return found.masked_fill(ignored, 0)
    return functional.cross_entropy(logits, mask, ignore_index=IGNORE, reduction="none")


def _mean(entropies: Tensor, mask: Tensor, weights: Tensor | None) -> Tensor:
    """Over the pixels that are not ignored, each counted by its class's weight."""
    judged = mask != IGNORE
    if weights is None:
        return entropies.sum() / judged.sum().clamp(min=1)
    share = weights[mask.masked_fill(~judged, 0)] * judged
    return (entropies * share).sum() / share.sum().clamp(min=torch.finfo(share.dtype).tiny)


def _overlap_loss(logits: Tensor, mask: Tensor, beta: float, weights: Tensor | None) -> Tensor:
    """The mean of 1 - Tversky index; at `beta` 0.5 that index is Dice.

    The half pixel added above and below gives a class absent and not found an index of 1.
    """
    judged = (mask != IGNORE)[:, None]
    if logits.shape[1] == 1:
        found, truth = torch.sigmoid(logits), (mask == 1)[:, None]
    else:
        found = torch.softmax(logits, dim=1)[:, 1:]
        truth = torch.stack([mask == k for k in range(1, logits.shape[1])], dim=1)
    found, truth = found * judged, truth.to(logits.dtype)
    hits = (found * truth).sum(dim=(2, 3))
    false = found.sum(dim=(2, 3)) - hits
    missed = truth.sum(dim=(2, 3)) - hits
    index = (hits + 0.5) / (hits + (1 - beta) * false + beta * missed + 0.5)
    if weights is None:
        return (1 - index).mean()
    share = weights[1:] / weights[1:].sum().clamp(min=torch.finfo(weights.dtype).tiny)
    return ((1 - index) * share).sum(dim=1).mean()
