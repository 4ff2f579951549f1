"""Split over channels -> a Slice for each part: exact, and each an operator of one result."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import onnx_ir as ir

from edgec.graph import static_shape
from edgec.passes.arrays import add_constant
from edgec.passes.nodes import NodePass

CHANNELS = 1


@dataclass(frozen=True)
class SlicesForSplit(NodePass):
    """Shapes must be known. Left alone: other axes, and parts that are the network's output."""

    def fits(self, node: ir.Node) -> bool:
        """See NodePass."""
        inside = not any(value.is_graph_output() for value in node.outputs)
        return node.op_type == "Split" and node.attributes.get_int("axis", 0) in (CHANNELS, -3) and inside

    def rewrite(self, graph: ir.Graph, node: ir.Node) -> None:
        """See NodePass."""
        source = node.inputs[0]
        sizes = [static_shape(value)[CHANNELS] for value in node.outputs]
        ends = [0, *np.cumsum(sizes).tolist()]
        for value, (start, end) in zip(node.outputs, pairwise(ends), strict=True):
            name = f"{value.name}_slice"
            bounds = [
                add_constant(graph, f"{name}_{label}", np.array([number], np.int64))
                for label, number in (("start", start), ("end", end), ("axis", CHANNELS))
            ]
            part = ir.node("Slice", [source, *bounds], name=name)
            part.outputs[0].name, part.outputs[0].shape, part.outputs[0].type = name, value.shape, value.type
            graph.insert_before(node, part)
            value.replace_all_uses_with(part.outputs[0])
