"""Weights in symmetric int8, one scale for each output channel or one for all."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from edgec.errors import QuantizationError

# -128 is left out: TFLite forbids it, and a symmetric range needs no zero point.
FULL = 127
# x86 without VNNI adds two products of a uint8 and an int8 in 16 bits: 2 * 255 * 64 < 2**15.
REDUCED = 64


@dataclass(frozen=True)
class Weights:
    """`integers` int8 in the weight's own shape; `scale` float32 (channels,), or () for one a tensor."""

    integers: npt.NDArray[np.int8]
    scale: npt.NDArray[np.float32]

    def real(self, axis: int) -> npt.NDArray[np.float32]:
        """What the integers stand for, as DequantizeLinear gives it; `axis`: of the output channels."""
        others = tuple(place for place in range(self.integers.ndim) if place != axis)
        scale = np.expand_dims(self.scale, others) if self.scale.ndim else self.scale
        return np.asarray(self.integers.astype(np.float32) * scale)


def quantize_weights(
    name: str,
    weight: npt.NDArray[np.float32],
    least_scale: npt.NDArray[np.float64],
    *,
    axis: int,
    per_channel: bool,
    reduce_range: bool,
) -> Weights:
    """Round `weight` to integers in [-127, 127], or in [-64, 64] with `reduce_range`.

    `axis` is the one of the output channels. `least_scale` (channels,) is the smallest scale that each
    channel may have (see bias.py). A channel of zeros gets the greatest scale of the others.

    Raises QuantizationError, naming the weight, where it is not finite.
    """
    if not np.isfinite(weight).all():
        raise QuantizationError(f"the weight {name!r} is not finite: train or load the network again")
    limit = REDUCED if reduce_range else FULL
    others = tuple(place for place in range(weight.ndim) if place != axis)
    greatest = np.abs(weight).max(axis=others).astype(np.float64)
    wanted = np.where(greatest > 0, greatest, greatest.max() or 1.0) / limit
    # Denormal weights are as good as zeros, and their scale would round to nothing.
    least = np.maximum(least_scale, np.finfo(np.float32).tiny)
    scale: npt.NDArray[np.float32] = np.maximum(wanted, least).astype(np.float32)
    if not per_channel:
        scale = scale.max(keepdims=True)
    integers = np.rint(weight / np.expand_dims(scale, others)).clip(-limit, limit).astype(np.int8)
    return Weights(integers, scale if per_channel else scale.reshape(()))
