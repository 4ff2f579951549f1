"""A random piece of an image and its mask, moved and lit in ways that leave its meaning as it is.

All that is random comes from a numpy generator, so that the piece depends on its seed alone; the pixels are
moved by kornia, but for quarter turns, which it would interpolate.
"""

import math
from collections.abc import Sequence

import numpy as np
import torch
from kornia.enhance import adjust_contrast
from kornia.geometry.transform import get_affine_matrix2d, hflip, vflip, warp_affine
from torch import Tensor

from edgec.data import IGNORE
from edgec.errors import DataError
from edgec.recipe.train import Augmentation

GAIN = 2.0
"""Brightness is multiplied by at most this, at least its inverse."""
ANGLE, ZOOM = 15.0, 1.2
"""Degrees that "affine" turns at most, and how much it scales at most, at least the inverse."""


def augment(
    image: Tensor, mask: Tensor, size: int, words: Sequence[Augmentation], random: np.random.Generator
) -> tuple[Tensor, Tensor]:
    """A square piece of `size` pixels of an image and of its mask, both moved the same way.

    `image` float32 (C, H, W) in 0..1, `mask` uint8 (H, W); what "affine" brings in from outside is black and
    ignored. Raises DataError when the image is smaller than the piece.
    """
    height, width = mask.shape
    if height < size or width < size:
        raise DataError(f"An image of {width}x{height} has no crop of {size}x{size}. Choose a smaller crop.")
    top, left = int(random.integers(height - size + 1)), int(random.integers(width - size + 1))
    image = image[:, top : top + size, left : left + size]
    mask = mask[None, top : top + size, left : left + size]
    if "affine" in words:
        image, mask = _affine(image, mask, random)
    if "turn" in words:
        turns = int(random.integers(4))
        image, mask = torch.rot90(image, turns, (1, 2)), torch.rot90(mask, turns, (1, 2))
    if ("mirror" in words or "flip" in words) and random.integers(2):
        image, mask = hflip(image), hflip(mask)
    if "flip" in words and random.integers(2):
        image, mask = vflip(image), vflip(mask)
    if "gain" in words:
        image = adjust_contrast(image, GAIN ** random.uniform(-1, 1))  # multiplies, and clips at 1
    return image.contiguous(), mask[0].contiguous()


def _affine(image: Tensor, mask: Tensor, random: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Turned round the middle by up to ANGLE degrees and scaled by up to ZOOM."""
    size = mask.shape[-1]
    middle = torch.full((1, 2), (size - 1) / 2)
    zoom = torch.full((1, 2), math.exp(random.uniform(-1, 1) * math.log(ZOOM)))
    angle = torch.tensor([random.uniform(-ANGLE, ANGLE)], dtype=torch.float32)
    matrix = get_affine_matrix2d(torch.zeros(1, 2), middle, zoom, angle)[:, :2]
    moved = warp_affine(image[None], matrix, (size, size), "bilinear")
    # Outside there is 0, so that a class must not be it.
    classes = warp_affine(mask[None].float() + 1, matrix, (size, size), "nearest").round().long() - 1
    return moved[0], torch.where(classes < 0, IGNORE, classes)[0].to(torch.uint8)
