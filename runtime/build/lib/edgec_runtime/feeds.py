"""What `Session.run` takes: the check of the arrays, and the turn into the engine's layout and back."""

from collections.abc import Mapping
from math import isfinite
from typing import Any

import numpy as np

from edgec_runtime.engine import Array
from edgec_runtime.errors import InputError
from edgec_runtime.format.manifest import InputSpec


def checked(feeds: Mapping[str, Any], spec: InputSpec) -> Array:
    """The one array of `feeds`, contiguous float32 NCHW. Raises InputError for anything else."""
    if len(feeds) != 1 or spec.name not in feeds:
        given = ", ".join(map(repr, feeds)) or "nothing"
        raise InputError(f"run takes one array named {spec.name!r}, got {given}")
    value = feeds[spec.name]
    if not isinstance(value, np.ndarray) or value.dtype != np.float32:
        kind = value.dtype if isinstance(value, np.ndarray) else type(value).__name__
        raise InputError(
            f"{spec.name!r} is {kind}: give a numpy array of float32 (array.astype('float32')), "
            "or an 8-bit image to Session.segment"
        )
    _check_shape(value.shape, spec)
    array = np.ascontiguousarray(value)
    _check_finite(array, spec.name)
    return array


def _check_shape(shape: tuple[int, ...], spec: InputSpec) -> None:
    wanted = _wanted_shape(spec)
    if len(shape) != 4:
        raise InputError(f"{spec.name!r} has the shape {shape}: {wanted} is expected, float32 NCHW")
    batch, channels, height, width = shape
    if (
        channels != spec.channels
        or batch < 1
        or not (_fits(height, spec.height) and _fits(width, spec.width))
    ):
        raise InputError(f"{spec.name!r} has the shape {shape}: {wanted} is expected, float32 NCHW")
    if height % spec.multiple_of or width % spec.multiple_of or not (height and width):
        raise InputError(
            f"{spec.name!r} is {height} x {width}: height and width must be multiples of {spec.multiple_of}; "
            "scale or pad the image, or give it to Session.segment"
        )


def _fits(size: int, fixed: int | None) -> bool:
    return fixed is None or size == fixed


def _wanted_shape(spec: InputSpec) -> str:
    height = spec.height if spec.height is not None else "H"
    width = spec.width if spec.width is not None else "W"
    return f"(N, {spec.channels}, {height}, {width})"


def _check_finite(array: Array, name: str) -> None:
    # A sum is several times cheaper than isfinite on each value. NaN and infinity survive it; a sum that
    # overflows by itself is looked at again.
    with np.errstate(over="ignore", invalid="ignore"):
        total = float(np.add.reduce(array, axis=None))
    if isfinite(total):
        return
    wrong = np.flatnonzero(~np.isfinite(array))
    if wrong.size:
        place = tuple(int(i) for i in np.unravel_index(wrong[0], array.shape))
        raise InputError(
            f"{name!r} holds {wrong.size} values that are not finite, the first ({array[place]}) at {place}: "
            "look for a division by zero or missing pixels before this call"
        )


def to_nhwc(array: Array) -> Array:
    """(N, C, H, W) -> (N, H, W, C), contiguous; a single channel is not copied."""
    batch, channels, height, width = array.shape
    if channels == 1:
        return array.reshape(batch, height, width, 1)
    return np.ascontiguousarray(array.transpose(0, 2, 3, 1))


def to_nchw(array: Array) -> Array:
    """(N, H, W, C) -> (N, C, H, W), contiguous; a single channel is not copied."""
    batch, height, width, channels = array.shape
    if channels == 1:
        return array.reshape(batch, 1, height, width)
    return np.ascontiguousarray(array.transpose(0, 3, 1, 2))
