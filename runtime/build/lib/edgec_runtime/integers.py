"""The two ends of a network that takes and gives int8, whose caller deals in float32."""

import numpy as np

from edgec_runtime.engine import Array, Tensor
from edgec_runtime.errors import EngineError
from edgec_runtime.format.manifest import Affine


def to_integers(array: Array, affine: Affine) -> Tensor:
    """float32 -> int8 by rounding to the nearest, ties to even; what lies outside becomes the nearest end."""
    scaled = array * np.float32(1 / affine.scale)
    np.rint(scaled, out=scaled)
    scaled += np.float32(affine.zero_point)
    np.clip(scaled, -128, 127, out=scaled)
    return scaled.astype(np.int8)


def to_reals(tensor: Tensor, affine: Affine | None) -> Array:
    """What the engine gave -> float32. Raises EngineError where its type is not what the manifest says."""
    if tensor.dtype != (np.float32 if affine is None else np.int8):
        said = "float32" if affine is None else "int8"
        raise EngineError(
            f"the network gives {tensor.dtype}, the manifest says {said}: build the bundle again"
        )
    reals = tensor.astype(np.float32, copy=affine is not None)
    if affine is not None:
        reals -= np.float32(affine.zero_point)
        reals *= np.float32(affine.scale)
    return reals
