"""The tensors of a TFLite network: known type, limited shape, data and scales of just that size."""

import math
import struct

from edgec_runtime.errors import LimitError, ModelError
from edgec_runtime.format import limits
from edgec_runtime.guard.flatbuffer import Table

# TensorType -> bits of an element: float32, float16, int32, uint8, int64, bool, int16, int8, int4
_BITS = {0: 32, 1: 16, 2: 32, 3: 8, 4: 64, 6: 8, 7: 16, 9: 8, 17: 4}


def check_tensor(tensor: Table, buffers: list[Table], where: str) -> None:
    """Raises ModelError or LimitError."""
    kind = tensor.get("type", 0)
    if kind not in _BITS:
        raise ModelError(f"{where} has the TFLite type {kind}, which a bundle may not have")
    shape = _shape(tensor.get("shape", b""), 0, where)
    _shape(tensor.get("shape_signature", b""), -1, where)
    size = (math.prod(shape) * _BITS[kind] + 7) // 8
    if size > limits.TENSOR_BYTES:
        raise LimitError(
            f"{where} of shape {shape} needs {size} bytes, at most {limits.TENSOR_BYTES} are allowed"
        )
    buffer = tensor.get("buffer", 0)
    if buffer >= len(buffers):
        raise ModelError(f"{where} names the buffer {buffer}; there are {len(buffers)}")
    held = len(buffers[buffer].get("data", b""))
    if held not in (0, size):
        raise ModelError(f"{where} of shape {shape} holds {held} bytes; expected {size}")
    if "quantization" in tensor:
        _check_quantization(tensor["quantization"], shape, where)


def _shape(vector: bytes | memoryview, least: int, where: str) -> tuple[int, ...]:
    shape = struct.unpack(f"<{len(vector) // 4}i", vector)
    if len(shape) > limits.TENSOR_RANK:
        raise LimitError(f"{where} has rank {len(shape)}, at most {limits.TENSOR_RANK} is allowed")
    if not all(least <= dim <= limits.TENSOR_DIMENSION for dim in shape):
        raise LimitError(
            f"{where} has the shape {shape}; each must be from {least} to {limits.TENSOR_DIMENSION}"
        )
    return shape


def _check_quantization(found: Table, shape: tuple[int, ...], where: str) -> None:
    scales, zeros = len(found.get("scale", b"")) // 4, len(found.get("zero_point", b"")) // 8
    dimension = found.get("dimension", 0)
    if scales > 1 and not (0 <= dimension < len(shape) and shape[dimension] == scales):
        raise ModelError(f"{where} of shape {shape} has {scales} scales in the dimension {dimension}")
    if zeros not in ((0, 1) if scales == 0 else (1, scales)):
        raise ModelError(f"{where} has {scales} scales and {zeros} zero points")
    if not all(
        math.isfinite(scale) and scale >= 0 for (scale,) in struct.iter_unpack("<f", found.get("scale", b""))
    ):
        raise ModelError(f"{where} has a scale that is negative or not a number")
