"""Images and masks from files to arrays, by OpenCV; every file that cannot be used is named."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from edgec.errors import DataError

SUFFIXES = frozenset({".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp"})
"""Endings of the files that count as images; any other file is passed over."""

IGNORE = 255
"""The value in a mask where nobody knows the class: neither learned from nor judged on."""

MOST_PIXELS = 1 << 27
"""No image is larger: what an annotation says of one is checked before memory is taken for it."""

ImageArray = NDArray[np.uint8]


def read_image(path: Path) -> ImageArray:
    """The image of a file as uint8, HxW when it is grey and HxWx3 RGB when it has colour.

    Deeper images are scaled to 8 bits and an alpha channel is dropped. Raises DataError.
    """
    image = np.asarray(_decode(path, cv2.IMREAD_ANYCOLOR), dtype=np.uint8)
    return image if image.ndim == 2 else np.ascontiguousarray(image[..., ::-1])


def read_mask(path: Path, classes: int) -> ImageArray:
    """The mask of a file as uint8 HxW class indices, all of them below `classes`, or IGNORE.

    A mask of 0 and 255 becomes one of 0 and 1 when there are two classes. Raises DataError when it holds
    anything that is not a class.
    """
    mask = read_labels(path)
    values = np.unique(mask)
    if classes == 2 and set(values.tolist()) <= {0, 255}:
        return np.asarray(mask != 0, dtype=np.uint8)
    strange = values[(values >= classes) & (values != IGNORE)]
    if len(strange):
        allowed = "0 and 1, or 0 and 255" if classes == 2 else f"0 to {classes - 1}"
        raise DataError(
            f"{path}: the mask holds the values {_some(values)}, but with {classes} classes only {allowed} "
            "have a meaning, and 255 for what is ignored. Save each pixel as the index of its class, without "
            "smoothing the edges."
        )
    return mask.astype(np.uint8)


def read_labels(path: Path) -> NDArray[np.integer]:
    """The numbers in the mask of a file, HxW, whatever they mean. Raises DataError."""
    return _one_channel(path, _decode(path, cv2.IMREAD_UNCHANGED))


def _decode(path: Path, flags: int) -> NDArray[np.integer]:
    """Read through numpy: OpenCV's own file access fails on paths that are not in the system's encoding."""
    try:
        data = np.fromfile(path, dtype=np.uint8)
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}). Check its permissions.") from error
    try:
        image = cv2.imdecode(data, flags) if data.size else None
    except cv2.error as error:
        raise DataError(f"{path}: cannot be decoded ({error.err}). Save it again as PNG.") from error
    if image is None:
        raise DataError(
            f"{path}: is no image that OpenCV can read, or its end is missing ({data.size} bytes). "
            "Copy it again, or save it again as PNG."
        )
    return np.asarray(image)


def _one_channel(path: Path, mask: NDArray[np.integer]) -> NDArray[np.integer]:
    """A grey mask that was saved with three equal channels counts as one channel."""
    if mask.ndim == 2:
        return mask
    first = mask[..., 0]
    if all(np.array_equal(first, mask[..., channel]) for channel in range(1, min(mask.shape[2], 3))):
        return first
    places = _palette_places(path)
    if places is None:
        raise DataError(f"{path}: the mask is coloured. Save it as one grey channel of class indices.")
    return places


def _palette_places(path: Path) -> NDArray[np.uint8] | None:
    """The class of each pixel where a file shows classes by a palette, as PASCAL VOC's do."""
    try:
        with Image.open(path) as image:
            return np.asarray(image) if image.mode == "P" else None
    except OSError:  # a format that only OpenCV reads
        return None


def _some(values: NDArray[np.integer], most: int = 8) -> str:
    shown = ", ".join(str(value) for value in values[:most].tolist())
    return f"{shown}, ... ({len(values)} values)" if len(values) > most else shown
