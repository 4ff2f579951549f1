"""What training makes small."""

from torch import Tensor
from torch.nn import functional


def bce_dice(probability: Tensor, truth: Tensor) -> Tensor:
    """Binary cross-entropy plus 1 - soft Dice, the Dice of each image by itself and then averaged.

    Both float32 (N, 1, H, W), probabilities and 0 or 1. Soft Dice: Milletari et al., V-Net, 2016,
    https://arxiv.org/abs/1606.04797; the 1 added above and below gives an empty crop found empty a Dice of 1.
    """
    overlap = (probability * truth).sum(dim=(1, 2, 3))
    total = probability.sum(dim=(1, 2, 3)) + truth.sum(dim=(1, 2, 3))
    dice = (2 * overlap + 1) / (total + 1)
    return functional.binary_cross_entropy(probability, truth) + (1 - dice).mean()
