"""Biases in int32, in the scale in which the products of activations and weights add up."""

import numpy as np
import numpy.typing as npt

from edgec.errors import QuantizationError

# Half of what 32 bits hold: the sum of products needs the other half.
LIMIT = 2**30


def least_weight_scale(
    name: str, bias: npt.NDArray[np.float32], input_scale: float
) -> npt.NDArray[np.float64]:
    """The smallest weight scale of each channel with which its bias fits: (channels,).

    It is above the scale that the weights ask for only where they are next to nothing beside their bias.
    Raises QuantizationError, naming the bias, where it is not finite.
    """
    if not np.isfinite(bias).all():
        raise QuantizationError(f"the bias {name!r} is not finite: train or load the network again")
    unit = np.maximum(np.abs(bias.astype(np.float64)) / LIMIT, np.finfo(np.float32).tiny)
    least: npt.NDArray[np.float64] = unit / input_scale
    return least


def quantize_bias(
    name: str, bias: npt.NDArray[np.float32], scale: npt.NDArray[np.float32]
) -> npt.NDArray[np.int32]:
    """Round `bias` (channels,) to int32 in units of `scale`, the product of input and weight scales.

    Raises QuantizationError, naming the bias, where 32 bits do not hold it.
    """
    units = np.rint(bias.astype(np.float64) / scale)
    if np.abs(units).max(initial=0) > np.iinfo(np.int32).max:
        raise QuantizationError(f"the bias {name!r} does not fit in 32 bits at the scale of its products")
    return units.astype(np.int32)
