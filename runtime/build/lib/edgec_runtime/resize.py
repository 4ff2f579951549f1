"""Bilinear resize with half-pixel centres: in numpy, or in OpenCV where it is installed.

Both place a pixel's centre at its index plus a half, clamp at the border and do not smooth before they
shrink. On 8-bit images they agree within one grey level (OpenCV rounds its weights to fixed point).
"""

from functools import cache
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

Pixels = TypeVar("Pixels", npt.NDArray[np.uint8], npt.NDArray[np.float32])
OPENCV_LARGEST = 2**15 - 1  # a side that is longer overflows OpenCV's 16-bit coordinates


def resize(image: Pixels, size: tuple[int, int]) -> Pixels:
    """HxW or HxWxC, uint8 or float32 -> the same with `size` = (height, width)."""
    if image.shape[:2] == size:
        return image
    cv2 = _opencv()
    if cv2 is None or max(*image.shape, *size) > OPENCV_LARGEST:
        return resize_numpy(image, size)
    scaled: Pixels = cv2.resize(image, size[::-1], interpolation=cv2.INTER_LINEAR)
    return scaled.reshape(*size, *image.shape[2:])


def resize_numpy(image: Pixels, size: tuple[int, int]) -> Pixels:
    """`resize` without OpenCV."""
    # Rows first: an image much larger than `size` then becomes small before it becomes float.
    scaled = _along(_along(image, 0, size[0]), 1, size[1])
    if image.dtype == np.uint8:
        scaled += 0.5
    return scaled.astype(image.dtype, copy=False)


def _along(image: npt.NDArray[Any], axis: int, length: int) -> npt.NDArray[np.float32]:
    count = image.shape[axis]
    centre = np.clip((np.arange(length) + 0.5) * (count / length) - 0.5, 0, count - 1)
    low = centre.astype(np.intp)
    shape = [1] * image.ndim
    shape[axis] = length
    weight = (centre - low).astype(np.float32).reshape(shape)
    near = image.take(low, axis).astype(np.float32)
    far = image.take(np.minimum(low + 1, count - 1), axis)
    blended: npt.NDArray[np.float32] = near + (far - near) * weight
    return blended


@cache
def _opencv() -> Any:
    try:
        import cv2
    except ImportError:
        return None
    return cv2
