"""int32 biases behind DequantizeLinear -> the floats that they stand for.

For an engine that adds biases as floats anyway: a third of the bytes, and four layers less for each.
"""

from dataclasses import dataclass

import numpy as np
import onnx_ir as ir

from edgec.passes.arrays import add_constant, array_of
from edgec.passes.nodes import NodePass


@dataclass(frozen=True)
class FloatBiases(NodePass):
    """Rewrite each dequantized int32 constant."""

    def fits(self, node: ir.Node) -> bool:
        """See NodePass."""
        return _is_bias(node)

    def rewrite(self, graph: ir.Graph, node: ir.Node) -> None:
        """See NodePass."""
        _rewrite(graph, node)


def _is_bias(node: ir.Node) -> bool:
    if node.op_type != "DequantizeLinear" or len(node.inputs) > 2:
        return False
    integers = array_of(node.inputs[0])
    return integers is not None and integers.dtype == np.int32 and integers.ndim == 1


def _rewrite(graph: ir.Graph, node: ir.Node) -> None:
    integers, scale = array_of(node.inputs[0]), array_of(node.inputs[1])
    if integers is None or scale is None:
        return
    floats = (integers.astype(np.float64) * scale).astype(np.float32)
    result = node.outputs[0]
    result.replace_all_uses_with(add_constant(graph, f"{result.name}_floats", floats))
