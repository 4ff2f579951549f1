"""LayerNormalization over channels, between two Transposes -> what it means, spelled for (N, C, H, W): exact.

TFLite's images are NHWC already, and it has no such operator. Ba et al. 2016,
https://arxiv.org/abs/1607.06450
"""

from dataclasses import dataclass

import numpy as np
import onnx_ir as ir

from edgec.lower.rewrites.parameters import Parameters, named_node, parameter_of
from edgec.passes.arrays import add_constant, integers_of, only_user
from edgec.passes.nodes import NodePass

TO_LAST, TO_FIRST = (0, 2, 3, 1), (0, 3, 1, 2)
QUANTIZATIONS = ("QuantizeLinear", "DequantizeLinear")
EPSILON = 1e-5


@dataclass(frozen=True)
class SpellChannelNorm(NodePass):
    """Left alone: other axes, computed scales, and where no Transpose, or the network's last, follows."""

    def fits(self, node: ir.Node) -> bool:
        """See NodePass."""
        if node.op_type != "LayerNormalization" or node.attributes.get_int("axis", -1) not in (-1, 3):
            return False
        known = all(parameter_of(value) is not None for value in node.inputs[1:])
        return known and _source(node) is not None and _is_put_back(node)

    def rewrite(self, graph: ir.Graph, node: ir.Node) -> None:
        """See NodePass."""
        source, back, name = _source(node), only_user(node), str(node.outputs[0].name)
        assert source is not None
        assert back is not None

        def step(kind: str, label: str, *inputs: ir.Value) -> ir.Value:
            made = named_node(kind, inputs, f"{name}_{label}")
            graph.insert_before(node, made)
            return made.outputs[0]

        axes = add_constant(graph, f"{name}_axes", np.array([1], np.int64))
        epsilon = np.array(node.attributes.get_float("epsilon", EPSILON), np.float32)
        centred = step("Sub", "centred", source, step("ReduceMean", "mean", source, axes))
        variance = step("ReduceMean", "variance", step("Mul", "squares", centred, centred), axes)
        above = step("Add", "above", variance, add_constant(graph, f"{name}_epsilon", epsilon))
        value = step("Div", "normal", centred, step("Sqrt", "deviation", above))
        parameters = Parameters(graph, node, lambda data: data)
        for kind, label, given in zip(("Mul", "Add"), ("scaled", "shifted"), node.inputs[1:], strict=False):
            assert given is not None
            value = step(kind, label, value, parameters.remade(given, lambda data: data.reshape(-1, 1, 1)))
        back.outputs[0].replace_all_uses_with(value)


def _source(node: ir.Node) -> ir.Value | None:
    """What was put into NHWC for the norm; a quantization after that is in the scale before."""
    value = node.inputs[0]
    while value is not None and (producer := value.producer()) is not None:
        if _is_transpose(producer, TO_LAST):
            return producer.inputs[0]
        if producer.op_type not in QUANTIZATIONS:
            return None
        value = producer.inputs[0]
    return None


def _is_put_back(node: ir.Node) -> bool:
    back = only_user(node)
    return back is not None and _is_transpose(back, TO_FIRST) and not back.outputs[0].is_graph_output()


def _is_transpose(node: ir.Node, order: tuple[int, ...]) -> bool:
    return node.op_type == "Transpose" and integers_of(node, "perm") == order
