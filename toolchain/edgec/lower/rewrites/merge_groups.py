"""A depthwise Conv of few channels and a wide kernel -> one of fewer groups, filled up with zeros: exact.

On processors with AMX, OpenVINO 2026.4 does not come to an end of compiling one of at most 16 channels and at
least 14 pixels' width, without stride or dilation along the row, in bf16 (its own choice there) or int8.
"""

from dataclasses import dataclass

import numpy as np
import onnx_ir as ir

from edgec.lower.rewrites.parameters import Parameters, parameter_of, zero_of
from edgec.passes.arrays import Array, integers_of
from edgec.passes.nodes import NodePass

WIDTH, CHANNELS = 14, 16


@dataclass(frozen=True)
class MergeGroups(NodePass):
    """As many channels to a group as the least divisor says. Left alone: computed weights."""

    def fits(self, node: ir.Node) -> bool:
        """See NodePass."""
        if node.op_type != "Conv":
            return False
        weight = parameter_of(node.inputs[1])
        if weight is None or weight.ndim != 4:
            return False
        channels, depth, _, width = weight.shape
        depthwise = depth == 1 and 1 < channels == node.attributes.get_int("group", 1)
        steps = [integers_of(node, name, (1, 1))[1] for name in ("strides", "dilations")]
        return bool(depthwise and channels <= CHANNELS and width >= WIDTH) and steps == [1, 1]

    def rewrite(self, graph: ir.Graph, node: ir.Node) -> None:
        """See NodePass."""
        weight = node.inputs[1]
        assert weight is not None
        zero, parameters = zero_of(weight), Parameters(graph, node, lambda data: data)
        node.replace_input_with(1, parameters.remade(weight, lambda data: _filled_up(data, zero)))
        channels = node.attributes.get_int("group", 1)
        node.attributes.add(ir.AttrInt64("group", channels // _together(channels)))


def _together(channels: int) -> int:
    """The least divisor above 1."""
    return next(count for count in range(2, channels + 1) if channels % count == 0)


def _filled_up(weight: Array, zero: Array) -> Array:
    """(C, 1, H, W) -> (C, together, H, W): each channel reads its neighbours as well, times 0."""
    channels, _, *size = weight.shape
    together = _together(channels)
    filled = np.broadcast_to(zero.reshape(-1, 1, 1, 1), (channels, together, *size)).astype(weight.dtype)
    places = np.arange(channels)
    filled[places, places % together] = weight[:, 0]
    return filled
