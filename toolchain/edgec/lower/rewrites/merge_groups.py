"""A Conv of many groups -> one of fewer, filled up with zeros: exact, where OpenVINO 2026.4 fails with AMX.

- In int8, less than 32 channels and more than 16 results to a group, but 1x1: wrong, mostly above 32 results.
- Depthwise of at most 16 channels and at least 14 pixels' width, without stride or dilation along the row,
  in bf16 (its own choice there) or int8: it does not come to an end of compiling them.
"""

from dataclasses import dataclass

import numpy as np
import onnx_ir as ir

from edgec.lower.rewrites.parameters import Parameters, is_integer, parameter_of, zero_of
from edgec.passes.arrays import Array, integers_of
from edgec.passes.nodes import NodePass

RIGHT_DEPTH, RIGHT_RESULTS = 32, 16
ENDLESS_CHANNELS, ENDLESS_WIDTH = 16, 14


@dataclass(frozen=True)
class MergeGroups(NodePass):
    """Put the least number of groups together that helps. Left alone: computed weights."""

    def fits(self, node: ir.Node) -> bool:
        """See NodePass."""
        return node.op_type == "Conv" and _together(node) > 1

    def rewrite(self, graph: ir.Graph, node: ir.Node) -> None:
        """See NodePass."""
        weight, groups, together = node.inputs[1], _groups(node), _together(node)
        assert weight is not None
        zero, parameters = zero_of(weight), Parameters(graph, node, lambda data: data)
        made = parameters.remade(weight, lambda data: _filled_up(data, zero, groups, together))
        node.replace_input_with(1, made)
        node.attributes.add(ir.AttrInt64("group", groups // together))


def _groups(node: ir.Node) -> int:
    return node.attributes.get_int("group", 1)


def _together(node: ir.Node) -> int:
    """How many groups are to become one."""
    weight, groups = parameter_of(node.inputs[1]), _groups(node)
    if weight is None or weight.ndim != 4 or groups == 1:
        return 1
    depth = int(weight.shape[1])
    if is_integer(node.inputs[1]) and _is_wrong(weight, groups):
        wanted = RIGHT_DEPTH
    elif _is_endless(node, weight):
        wanted = 2
    else:
        return 1
    counts = (count for count in range(2, groups + 1) if groups % count == 0)
    return next((count for count in counts if count * depth >= wanted), groups)


def _is_wrong(weight: Array, groups: int) -> bool:
    results, depth, *kernel = weight.shape
    return depth < RIGHT_DEPTH and results // groups > RIGHT_RESULTS and kernel != [1, 1]


def _is_endless(node: ir.Node, weight: Array) -> bool:
    channels, depth, _, width = weight.shape
    steps = [integers_of(node, name, (1, 1))[1] for name in ("strides", "dilations")]
    depthwise = depth == 1 and channels == _groups(node)
    return depthwise and channels <= ENDLESS_CHANNELS and width >= ENDLESS_WIDTH and steps == [1, 1]


def _filled_up(weight: Array, zero: Array, groups: int, together: int) -> Array:
    """(M, D, H, W) -> (M, together * D, H, W): a result reads its neighbours' channels, too, times 0."""
    results, depth, *kernel = weight.shape
    shape = (results, together, depth, *kernel)
    filled = np.broadcast_to(zero.reshape(-1, *(1,) * 4), shape).astype(weight.dtype)
    places = np.arange(results)
    filled[places, places // (results // groups) % together] = weight
    return filled.reshape(results, together * depth, *kernel)
