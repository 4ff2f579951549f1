"""Convolutions of signs and of bytes: what a float network says of them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import onnx_ir as ir

from edgec.errors import QuantizationError
from edgec.graph import Graph
from edgec.lower.binary.values import Reals, Signs, signs, stream, whole
from edgec.passes.arrays import array_of, integers_of

MAX_BYTE_CHANNELS = 16
"""Of an image."""


@dataclass(frozen=True)
class Convolution:
    """Signs, convolved with (OC, C, k, k) signs `weights`, times `scale` (OC,), plus `bias` (OC,)."""

    signs: Signs
    weights: Reals
    scale: Reals
    bias: Reals


@dataclass(frozen=True)
class ByteConvolution:
    """Whole numbers, convolved with int8 `weights` (OC, C, k, k), times `scale` (OC,), plus `bias` (OC,).

    `source` is a stream, or, of an image, what rounds to numbers from 0 to 255.
    """

    source: ir.Value
    weights: npt.NDArray[np.int8]
    scale: Reals
    bias: Reals


def binary_convolutions(graph: Graph) -> dict[ir.Value, Convolution]:
    """All of a network, by what they make."""
    values = [node.outputs[0] for node in graph.nodes]
    return {value: each for value in values if (each := convolution(value)) is not None}


def no_signs() -> QuantizationError:
    """Of a network that has nothing to say in bits."""
    return QuantizationError(
        "the network has no binary convolution: binary is for networks such as blu_net_fast, whose "
        "activations and weights are signs"
    )


def convolution(value: ir.Value | None) -> Convolution | None:
    """Conv of signs by weights of which each filter has one magnitude; 'same' in size, kernel 1 or 3."""
    parts = _convolved(value)
    if parts is None:
        return None
    taken, weights, bias = parts
    magnitudes = np.abs(weights).reshape(len(weights), -1)
    if np.any(magnitudes != magnitudes[:, :1]) or (found := signs(taken)) is None:
        return None
    return Convolution(found, weights, magnitudes[:, 0], bias)


def image_convolution(value: ir.Value) -> ByteConvolution | None:
    """Conv, as above, of Round(Clip(image, 0, 255)) by int8 weights; up to 16 channels."""
    parts = _convolved(value)
    found = None if parts is None else whole(parts[0], (0, 255))
    if parts is None or found is None or parts[1].shape[1] > MAX_BYTE_CHANNELS:
        return None
    return _of_bytes(parts, found.multiple, found.unit, 127)


def stream_convolution(value: ir.Value) -> ByteConvolution | None:
    """1x1 Conv of a stream by int8 weights so small that no engine's sums of two products saturate."""
    parts = _convolved(value)
    found = None if parts is None else stream(parts[0])
    if parts is None or found is None or parts[1].shape[2:] != (1, 1):
        return None
    return _of_bytes(parts, parts[0], found.unit, 63)


def _convolved(value: ir.Value | None) -> tuple[ir.Value, Reals, Reals] | None:
    """What a Conv takes, its weights and its bias, both constant; 'same' in size, kernel 1 or 3."""
    node = None if value is None else value.producer()
    if node is None or node.op_type != "Conv" or not _is_same_in_size(node):
        return None
    weights, taken = array_of(node.inputs[1]), node.inputs[0]
    bias = array_of(node.inputs[2]) if len(node.inputs) > 2 else None
    if weights is None or taken is None or (len(node.inputs) > 2 and bias is None):
        return None
    offset = np.zeros(len(weights)) if bias is None else bias.astype(np.float64)
    return taken, weights.astype(np.float64), offset


def _of_bytes(
    parts: tuple[ir.Value, Reals, Reals], source: ir.Value, unit: float, most: int
) -> ByteConvolution | None:
    """Where each filter is whole multiples, `most` at most, of a power of two."""
    _, weights, bias = parts
    largest = np.abs(weights).reshape(len(weights), -1).max(1)
    power = np.ceil(np.log2(np.maximum(largest, np.finfo(np.float32).tiny) / most))
    whole = weights / np.exp2(power)[:, None, None, None]
    if np.any(whole != np.rint(whole)) or np.abs(whole).max() > most:
        return None
    return ByteConvolution(source, whole.astype(np.int8), np.exp2(power) * unit, bias)


def _is_same_in_size(node: ir.Node) -> bool:
    kernel = integers_of(node, "kernel_shape")
    pads = tuple(size // 2 for size in kernel) * 2
    return (
        kernel in ((1, 1), (3, 3))
        and integers_of(node, "pads", (0,) * 4) == pads
        and set(integers_of(node, "strides", (1,)) + integers_of(node, "dilations", (1,))) == {1}
        and node.attributes.get_int("group", 1) == 1
    )
