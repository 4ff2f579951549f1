"""Slices of NIfTI volumes, by nibabel."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from edgec.data.images import MOST_PIXELS, ImageArray
from edgec.errors import DataError

CONTRAST = (0.5, 99.5)
"""The percentiles of a volume that become black and white: a few voxels of MR outshine all others."""


def slices(path: Path) -> int:
    """How many slices a volume has, from its header alone. Raises DataError."""
    with _named(path):
        return _shape(path, _load(path).shape)[2]


def read_slice(path: Path, place: int) -> ImageArray:
    """A slice as uint8 (y, x), scaled by CONTRAST of the whole volume, so that all its slices match.

    Raises DataError.
    """
    with _named(path):
        image = _load(path)
        volume = np.nan_to_num(np.asarray(image.dataobj, np.float32).reshape(_shape(path, image.shape)))
    low, high = np.percentile(volume, CONTRAST)
    scaled = (volume[:, :, place].T - low) * (255 / max(high - low, 1e-6))
    return np.asarray(np.clip(scaled, 0, 255).round(), np.uint8)


def read_label_slice(path: Path, place: int, classes: int) -> ImageArray:
    """The class indices of a slice, uint8 (y, x). Raises DataError where one is no class."""
    with _named(path):
        image = _load(path)
        shape = _shape(path, image.shape)
        if place >= shape[2]:
            raise DataError(f"{path}: has {shape[2]} slices, its image more. Copy both again.")
        labels = np.asarray(image.dataobj[:, :, place]).reshape(shape[:2]).T
    if not np.isin(labels, np.arange(classes)).all():
        raise DataError(
            f"{path}: slice {place} holds values from {labels.min()} to {labels.max()}; only whole numbers "
            f"from 0 to {classes - 1} are classes."
        )
    return np.ascontiguousarray(labels).astype(np.uint8)


def _load(path: Path) -> Any:
    import nibabel  # slow, and few data sets are volumes

    return nibabel.load(path)


def _shape(path: Path, shape: tuple[int, ...]) -> tuple[int, int, int]:
    if len(shape) < 3 or set(shape[3:]) - {1} or 0 in shape:
        raise DataError(f"{path}: has the shape {shape}; a frame is a volume of three axes.")
    if shape[0] * shape[1] * shape[2] > MOST_PIXELS:
        raise DataError(f"{path}: has the shape {shape}, more than {MOST_PIXELS} voxels.")
    return shape[0], shape[1], shape[2]


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Whatever nibabel raises for a damaged file, as a DataError that names it."""
    try:
        yield
    except DataError:
        raise
    except Exception as error:  # nibabel, gzip and zlib have many
        raise DataError(f"{path}: cannot be read as NIfTI ({error}). Copy it again.") from error
