"""A Conv whose kernel is 4, 6, 8, ... pixels wide, or one, and higher -> one column of zeros more: exact.

On processors with AMX, OpenVINO 2026.4 computes such convolutions wrongly, in int8 and bf16, where it folds
neighbouring pixels into channels to fill a tile: across, where width * channels is a multiple of 64 and
channels is not; down, where the kernel is one pixel wide, 3x1 with padding among them (int8), and, with few
results, of such channels too. It does not fold what the column makes of them. For Arm:
https://github.com/uxlfoundation/oneDNN/pull/4684
"""

from dataclasses import dataclass

import numpy as np
import onnx_ir as ir

from edgec.lower.rewrites.parameters import Parameters, parameter_of, zero_of
from edgec.passes.arrays import Array, integers_of, pads_itself
from edgec.passes.nodes import NodePass

TILE = 64
"""Bytes of a row of a tile: whole rows of channels are not folded."""
FEW = 8
"""Results: with less of them, they are."""


@dataclass(frozen=True)
class ZeroColumn(NodePass):
    """Widen those kernels. Left alone: depthwise, computed weights, padding that the size decides."""

    def fits(self, node: ir.Node) -> bool:
        """See NodePass."""
        if node.op_type != "Conv" or pads_itself(node):
            return False
        weight = parameter_of(node.inputs[1])
        if weight is None or weight.ndim != 4:
            return False
        results, channels, height, width = weight.shape
        depthwise = channels == 1 and node.attributes.get_int("group", 1) > 1
        across, down = width >= 4 and width % 2 == 0, width == 1 and height > 1
        folded = channels % TILE or (down and results < FEW)
        return bool((across or down) and folded) and not depthwise

    def rewrite(self, graph: ir.Graph, node: ir.Node) -> None:
        """See NodePass."""
        weight = node.inputs[1]
        assert weight is not None
        zero, parameters = zero_of(weight), Parameters(graph, node, lambda data: data)
        node.replace_input_with(1, parameters.remade(weight, lambda data: _with_column(data, zero)))
        top, left, bottom, right = integers_of(node, "pads", (0, 0, 0, 0))
        right += integers_of(node, "dilations", (1, 1))[1]
        node.attributes.add(ir.AttrInt64s("pads", [top, left, bottom, right]))
        for name in ("kernel_shape", "auto_pad"):
            node.attributes.pop(name, None)


def _with_column(weight: Array, zero: Array) -> Array:
    column = np.broadcast_to(zero.reshape(-1, 1, 1, 1), (*weight.shape[:3], 1))
    return np.concatenate([weight, column.astype(weight.dtype)], axis=3)
