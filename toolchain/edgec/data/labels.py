"""What the numbers in the masks of a data set mean, told from all of them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edgec.data.images import IGNORE

MOST_GUESSED = 64
"""More labels than these are no classes but the smoothed edges of a picture."""

Counts = NDArray[np.int64]
"""Pixels by label, 256 of them."""


def guess_classes(masks: Sequence[Counts]) -> int:
    """How many classes there are, with the background, where nobody said: as many as there are labels."""
    total = np.sum(np.array(masks, np.int64).reshape(-1, IGNORE + 1), axis=0)
    found = int(np.count_nonzero(total[:IGNORE]))
    return max(2, found) if found <= MOST_GUESSED else 2


def by_class(mask: Counts, classes: int) -> Counts:
    """The pixels of a mask by class, as `edgec.data.images.read_mask` has it: 255 beside 0 is class 1."""
    counts = mask.copy()
    if classes == 2 and not mask[1:IGNORE].any():
        counts[1], counts[IGNORE] = mask[IGNORE], 0
    return counts


def unknown_labels(mask: Counts, classes: int) -> list[int]:
    """The labels in a mask that are no class and not IGNORE."""
    return [int(label) for label in np.flatnonzero(mask[:IGNORE]) if label >= classes]


def is_both_ways(masks: Sequence[Counts]) -> bool:
    """Whether 255 is the foreground in some masks of two classes, and what is ignored in others."""
    foreground = any(mask[IGNORE] and not mask[1:IGNORE].any() for mask in masks)
    return foreground and any(mask[IGNORE] and mask[1] for mask in masks)
