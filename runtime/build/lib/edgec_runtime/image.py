"""Pre-processing: an 8-bit image as a camera or a file gives it -> what the network takes."""

from typing import Any

import numpy as np
import numpy.typing as npt

from edgec_runtime.engine import Array
from edgec_runtime.errors import InputError
from edgec_runtime.format.manifest import Colour, InputSpec
from edgec_runtime.resize import resize

Image = npt.NDArray[np.uint8]

# 0.299, 0.587 and 0.114 in 15 bits, as OpenCV's cvtColor has them: the two agree to the bit.
_GREY_WEIGHTS = np.array([9798, 19235, 3735], np.uint32)


def prepare(image: Image, spec: InputSpec) -> Array:
    """HxW (grey) or HxWxC uint8 (1 grey, 3 RGB, 4 RGBA, alpha dropped) -> (1, C, H', W') float32.

    Colour, then bilinear resize to the network's size (the aspect ratio is not kept), then
    ``(p * scale - mean) / std``. Raises InputError for anything but such an image.
    """
    check_image(image)
    size = network_size(spec, (image.shape[0], image.shape[1]))
    pixels = resize(to_colour(image, spec.colour), size)
    levels = _levels(spec)
    # An 8-bit pixel has 256 values: a table gives the exact one for each.
    planes = [table[pixels[:, :, channel]] for channel, table in enumerate(levels)]
    return np.stack(planes)[np.newaxis]


def check_image(image: Any) -> None:
    """Raise InputError unless `image` is HxW or HxWxC uint8 with C in 1, 3, 4, and not empty."""
    if not isinstance(image, np.ndarray):
        raise InputError(f"the image is a {type(image).__name__}: give a numpy array, HxW or HxWxC uint8")
    if image.dtype != np.uint8:
        raise InputError(
            f"the image has the type {image.dtype}: give uint8 pixels from 0 to 255, or arrays to Session.run"
        )
    if image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[2] not in (1, 3, 4)):
        raise InputError(
            f"the image has the shape {image.shape}: give HxW, HxWx1 (grey), HxWx3 (RGB) or HxWx4 (RGBA)"
        )
    if image.size == 0:
        raise InputError(f"the image has the shape {image.shape}, no pixel at all")


def network_size(spec: InputSpec, size: tuple[int, int]) -> tuple[int, int]:
    """The size that an image of `size` (height, width) is scaled to.

    The network's own; where it takes any, the next multiple of `multiple_of` that is not smaller.
    """
    if spec.height is not None and spec.width is not None:
        return spec.height, spec.width
    step = spec.multiple_of
    height, width = size
    return -(-height // step) * step, -(-width // step) * step


def to_colour(image: Image, colour: Colour) -> Image:
    """A checked image -> HxWx1 (grey) or HxWx3 (rgb or bgr)."""
    channels = image.reshape(*image.shape[:2], -1)[:, :, :3]
    if colour == "grey":
        return channels if channels.shape[2] == 1 else _grey(channels)
    if channels.shape[2] == 1:
        return np.repeat(channels, 3, axis=2)
    return channels if colour == "rgb" else channels[:, :, ::-1]


def _grey(rgb: Image) -> Image:
    total = np.full(rgb.shape[:2], 1 << 14, np.uint32)
    for channel, weight in enumerate(_GREY_WEIGHTS):
        total += rgb[:, :, channel] * weight
    return (total >> 15).astype(np.uint8)[:, :, np.newaxis]


def _levels(spec: InputSpec) -> Array:
    pixel = np.arange(256, dtype=np.float64)
    mean, std = (np.array(values, np.float64)[:, np.newaxis] for values in (spec.mean, spec.std))
    return ((pixel * spec.scale - mean) / std).astype(np.float32)
