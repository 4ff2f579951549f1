"""int8 weights behind DequantizeLinear -> behind Cast and Mul, which ONNX Runtime folds when it loads.

A DequantizeLinear of a constant stays in its graph to be fused with integer operators; where the operator
that reads it computes in floats, the weights are expanded at every run. A Cast
and a Mul of constants are constants to it, in every version, without a session option.
"""

from dataclasses import dataclass

import numpy as np
import onnx_ir as ir

from edgec.passes.arrays import add_constant, array_of
from edgec.passes.nodes import NodePass


@dataclass(frozen=True)
class ExpandWeightsAtLoad(NodePass):
    """Rewrite each dequantized weight (zero point 0) of an operator that computes in floats.

    Left alone: weights of operators whose data is quantized too, which run in integers.
    """

    def fits(self, node: ir.Node) -> bool:
        """See NodePass."""
        return _is_weight_of_floats(node)

    def rewrite(self, graph: ir.Graph, node: ir.Node) -> None:
        """See NodePass."""
        _rewrite(graph, node)


def _is_weight_of_floats(node: ir.Node) -> bool:
    if node.op_type != "DequantizeLinear" or array_of(node.inputs[0]) is None:
        return False
    zero = array_of(node.inputs[2]) if len(node.inputs) > 2 else None
    if zero is not None and zero.any():
        return False
    return not any(_is_dequantized(user.inputs[0]) for user in node.outputs[0].consumers())


def _is_dequantized(value: ir.Value | None) -> bool:
    producer = None if value is None else value.producer()
    return producer is not None and producer.op_type == "DequantizeLinear"


def _rewrite(graph: ir.Graph, node: ir.Node) -> None:
    integers, scale = node.inputs[0], array_of(node.inputs[1])
    stored, result = array_of(integers), node.outputs[0]
    if scale is None or stored is None:
        return
    shape = [1] * stored.ndim
    if scale.ndim:
        shape[node.attributes.get_int("axis", 1)] = -1
    factor = add_constant(graph, f"{result.name}_factor", np.asarray(scale.reshape(shape)))
    tape = ir.tape.Tape()
    floats = tape.op("Cast", [integers], {"to": ir.DataType.FLOAT}, name=f"{result.name}_cast")
    expanded = tape.op("Mul", [floats, factor], name=f"{result.name}_expanded")
    floats.name, expanded.name = f"{result.name}_cast", f"{result.name}_expanded"
    expanded.shape, expanded.type = result.shape, result.type
    graph.insert_before(node, tape.nodes)
    result.replace_all_uses_with(expanded)
