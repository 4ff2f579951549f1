"""Weights in fewer bytes, computed with in floats: what is stored is expanded where it is used.

The graph says so in standard operators, a Cast or a DequantizeLinear behind each constant; the lowerings see
to it that an engine expands them once, when it loads the network, or computes with them as they are.
"""

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import onnx_ir as ir
from onnx_ir.passes.common import RemoveUnusedNodesPass

from edgec.errors import QuantizationError
from edgec.graph import Graph
from edgec.quantize.insert import Inserter
from edgec.quantize.weights import quantize_weights

Floats = npt.NDArray[np.float32]
Store = Callable[[Inserter, ir.Node, str, Floats, int], ir.Value]

# Operators that hold nearly all bytes of a network -> the axis of their weight's output channels.
CHANNEL_AXIS = {"Conv": -4, "ConvTranspose": -3, "MatMul": -1, "Gemm": -1}


def store_float16(graph: Graph) -> Graph:
    """A copy whose weights and biases are stored as float16, each behind a Cast: half the bytes.

    Biases too: XNNPACK takes a convolution only when both are halves. Raises QuantizationError, naming the
    constant, where a value exceeds what float16 holds (65504), or where there are no weights.
    """
    return _stored(graph, _half, biases=True)


def store_int8(graph: Graph) -> Graph:
    """A copy whose weights are stored as int8, each behind a DequantizeLinear: a quarter of the bytes.

    Symmetric, one scale for each output channel (for each channel of a group in ConvTranspose). Activations
    stay as they are until an engine quantizes them by what it sees. Raises QuantizationError where a weight
    is not finite, or where there are none.
    """
    return _stored(graph, _int8, biases=False)


def _stored(graph: Graph, store: Store, *, biases: bool) -> Graph:
    result = graph.clone()
    inserter = Inserter(result.model.graph)
    done: dict[ir.Value, ir.Value] = {}
    for node in list(result.nodes):
        for place, axis in _parameters(node, biases=biases):
            value = node.inputs[place]
            tensor = None if value is None else value.const_value
            if value is None or tensor is None or tensor.dtype != ir.DataType.FLOAT:
                continue
            if value not in done:  # weights may be shared
                done[value] = store(inserter, node, str(value.name), tensor.numpy(), axis)
            node.replace_input_with(place, done[value])
    if not done:
        raise QuantizationError("the network has no weights to store in fewer bytes: build it in fp32")
    RemoveUnusedNodesPass()(result.model)
    return result


def _parameters(node: ir.Node, *, biases: bool) -> Iterator[tuple[int, int]]:
    """(place, axis of the channels) of the inputs that are weights, and of the bias."""
    axis = CHANNEL_AXIS.get(node.op_type)
    if axis is None or node.domain != "":
        return
    if node.op_type == "Gemm" and node.attributes.get_int("transB", False):
        axis = -2
    yield 1, axis
    if biases and len(node.inputs) > 2:
        yield 2, -1


def _half(inserter: Inserter, user: ir.Node, name: str, data: Floats, _axis: int) -> ir.Value:
    with np.errstate(over="ignore"):
        halves = data.astype(np.float16)
    if not np.isfinite(halves).all():
        raise QuantizationError(
            f"the constant {name!r} holds a value beyond float16 (65504) or none at all: build it in fp32"
        )
    return inserter.cast_constant(user, name, halves)


def _int8(inserter: Inserter, user: ir.Node, name: str, data: Floats, axis: int) -> ir.Value:
    axis %= data.ndim
    least = np.zeros(data.shape[axis])
    stored = quantize_weights(name, data, least, axis=axis, per_channel=True, reduce_range=False)
    return inserter.dequantized_constant(user, name, stored.integers, stored.scale, axis)
