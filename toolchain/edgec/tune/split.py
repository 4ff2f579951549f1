"""The data in two parts: one to search on, one to confirm on."""

from dataclasses import replace

import numpy as np

from edgec.data import Dataset
from edgec.errors import DataError


def split(data: Dataset) -> tuple[Dataset, Dataset]:
    """(searched, held): each image is in one of them, drawn by a fixed seed; the held part is not smaller.

    Raises DataError where there are fewer than two images, or not all have a mask.
    """
    if len(data) < 2 or not data.has_masks:
        raise DataError(f"{data.name}: to tune, at least two images with masks are needed")
    order = np.random.default_rng(0).permutation(len(data))
    half = len(data) // 2
    return _part(data, order[:half].tolist()), _part(data, order[half:].tolist())


def _part(data: Dataset, places: list[int]) -> Dataset:
    return replace(data, entries=tuple(data.entries[place] for place in sorted(places)))
