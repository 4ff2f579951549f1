"""DepthToSpace between integers -> the Transposes and Reshapes that it means, spelled in NHWC.

ONNX Runtime's integer convolutions are NHWC and its DepthToSpace is not: each came between two Transposes of
the whole tensor. Spelled so, the outer Transposes meet those of the convolutions and both go, and the inner
one moves whole pixels (benchmarks/rewrites.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import onnx_ir as ir

from edgec.lower.rewrites.parameters import named_node
from edgec.passes.arrays import add_constant
from edgec.passes.nodes import NodePass

Step = tuple[str, tuple[int, ...]]


@dataclass(frozen=True)
class SpellDepthToSpace(NodePass):
    """Rewrite each DepthToSpace of mode DCR that reads a DequantizeLinear, in its scale all the way.

    Left alone: mode CRD, whose channels do not lie together, a free height or width, and floats.
    """

    def fits(self, node: ir.Node) -> bool:
        """See NodePass."""
        return _can_be_spelled(node)

    def rewrite(self, graph: ir.Graph, node: ir.Node) -> None:
        """See NodePass."""
        _rewrite(graph, node)


def _can_be_spelled(node: ir.Node) -> bool:
    if node.op_type != "DepthToSpace" or node.attributes.get_string("mode", "DCR") != "DCR":
        return False
    source, shape = node.inputs[0], node.outputs[0].shape
    producer = None if source is None else source.producer()
    known = shape is not None and all(isinstance(dim, int) for dim in list(shape)[1:])
    return known and producer is not None and producer.op_type == "DequantizeLinear"


def _rewrite(graph: ir.Graph, node: ir.Node) -> None:
    source, result = node.inputs[0], node.outputs[0]
    dequantize = None if source is None else source.producer()
    if source is None or dequantize is None:
        return
    affine, nodes, value = dequantize.inputs[1:], list[ir.Node](), source
    for number, (kind, numbers) in enumerate(_steps(node)):
        name = f"{result.name}_move_{number}"
        if kind == "Reshape":
            shape = add_constant(graph, f"{name}_shape", np.array(numbers, np.int64))
            nodes.append(named_node("Reshape", [value, shape], name))
        else:
            nodes.append(ir.node("Transpose", [value], {"perm": numbers}, name=name))
            nodes[-1].outputs[0].name = name
        if number < 4:  # the integers between, so that each step is an integer operator
            nodes.append(named_node("QuantizeLinear", [nodes[-1].outputs[0], *affine], f"{name}_integers"))
            nodes.append(named_node("DequantizeLinear", [nodes[-1].outputs[0], *affine], f"{name}_rounded"))
        value = nodes[-1].outputs[0]
    value.shape, value.type = result.shape, result.type
    graph.insert_before(node, nodes)
    result.replace_all_uses_with(value, replace_graph_outputs=True)
    graph.remove(node, safe=True)
    value.name = result.name


def _steps(node: ir.Node) -> Iterator[Step]:
    """(N, b * b * C, H, W) -> (N, C, b * H, b * W); the channels of mode DCR are (row, column, channel)."""
    block, shape = node.attributes.get_int("blocksize", 1), node.outputs[0].shape
    channels, height, width = (int(dim) for dim in list(shape or ())[1:] if isinstance(dim, int))
    yield "Transpose", (0, 2, 3, 1)
    yield "Reshape", (-1, height // block, width // block, block, block * channels)
    yield "Transpose", (0, 1, 3, 2, 4)
    yield "Reshape", (-1, height, width, channels)
    yield "Transpose", (0, 3, 1, 2)
