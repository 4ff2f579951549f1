"""Random crops, flips, quarter turns and gain of an image and its mask."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from edgec.errors import DataError

Number = TypeVar("Number", np.float32, np.uint8)

GAIN = 2.0
"""Brightness is multiplied by at most this, at least its inverse."""


def augment(
    image: NDArray[np.float32], mask: NDArray[np.uint8], size: int, random: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """A square piece of `size` pixels of an HxW image in 0..1 and of its mask, both moved the same way.

    Raises DataError when the image is smaller than the piece.
    """
    height, width = image.shape
    if height < size or width < size:
        raise DataError(f"An image of {width}x{height} has no crop of {size}x{size}. Choose a smaller crop.")
    top = int(random.integers(height - size + 1))
    left = int(random.integers(width - size + 1))
    turns, flip = int(random.integers(4)), bool(random.integers(2))
    gain = np.float32(GAIN ** random.uniform(-1, 1))

    def piece(array: NDArray[Number]) -> NDArray[Number]:
        turned = np.rot90(array[top : top + size, left : left + size], turns)
        return np.fliplr(turned) if flip else turned

    return np.minimum(piece(image) * gain, np.float32(1)), piece(mask)
