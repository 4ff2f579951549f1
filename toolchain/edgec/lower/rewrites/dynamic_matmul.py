"""MatMul and Gemm with int8 weights -> activations quantized by what is seen, products in integers.

The scale of the activations is that of the very run (DynamicQuantizeLinear); ONNX Runtime fuses the chain
into one operator (DynamicQuantizeMatMul). Convolutions have no such kernel worth having: its ConvInteger
is far slower than float.
"""

from dataclasses import dataclass

import numpy as np
import onnx_ir as ir

from edgec.passes.arrays import add_constant, array_of
from edgec.passes.nodes import NodePass


@dataclass(frozen=True)
class QuantizeMatMulDynamically(NodePass):
    """Rewrite each MatMul, and Gemm of plain form, whose weight (in, out) is int8 with one scale a column.

    Left alone: transposed or scaled Gemm, batches of weights, and weights that are floats.
    """

    def fits(self, node: ir.Node) -> bool:
        """See NodePass."""
        return _is_plain(node) and _weight(node) is not None

    def rewrite(self, graph: ir.Graph, node: ir.Node) -> None:
        """See NodePass."""
        _rewrite(graph, node)


def _is_plain(node: ir.Node) -> bool:
    if node.op_type == "Gemm":
        factors = (node.attributes.get_float("alpha", 1.0), node.attributes.get_float("beta", 1.0))
        turned = node.attributes.get_int("transA", 0) or node.attributes.get_int("transB", 0)
        return factors == (1.0, 1.0) and not turned
    return node.op_type == "MatMul"


def _weight(node: ir.Node) -> ir.Node | None:
    """The DequantizeLinear behind the second input, where it holds a constant (in, out) in int8."""
    producer = None if node.inputs[1] is None else node.inputs[1].producer()
    if producer is None or producer.op_type != "DequantizeLinear":
        return None
    integers, scale = array_of(producer.inputs[0]), array_of(producer.inputs[1])
    if integers is None or scale is None or integers.ndim != 2 or integers.dtype != np.int8:
        return None
    per_column = scale.ndim == 0 or producer.attributes.get_int("axis", 1) % 2 == 1
    return producer if per_column else None


def _rewrite(graph: ir.Graph, node: ir.Node) -> None:
    weight, result = _weight(node), node.outputs[0]
    scale = None if weight is None else array_of(weight.inputs[1])
    if weight is None or scale is None:
        return
    tape, name = ir.tape.Tape(), str(result.name)
    integers, step, zero = tape.op_multi_out("DynamicQuantizeLinear", [node.inputs[0]], num_outputs=3)
    weight_zero = add_constant(graph, f"{name}_weight_zero", np.zeros((), np.int8))
    sums = tape.op("MatMulInteger", [integers, weight.inputs[0], zero, weight_zero])
    factor = tape.op("Mul", [step, add_constant(graph, f"{name}_weight_scale", scale)])
    value = tape.op("Mul", [tape.op("Cast", [sums], {"to": ir.DataType.FLOAT}), factor])
    if len(node.inputs) > 2 and node.inputs[2] is not None:
        value = tape.op("Add", [value, node.inputs[2]])
    value.shape, value.type = result.shape, result.type
    graph.insert_before(node, tape.nodes)
    result.replace_all_uses_with(value, replace_graph_outputs=True)
    graph.remove(node, safe=True)
    for number, output in enumerate(output for made in tape.nodes for output in made.outputs):
        output.name = name if output is value else f"{name}_dynamic_{number}"
