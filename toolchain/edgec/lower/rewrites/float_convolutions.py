"""The DequantizeLinear before a float convolution -> one with a scale for each channel: the same numbers.

ONNX Runtime rounds the weights of every convolution whose input it finds dequantized by one scale
(WeightBiasQuantization, since 1.21): a layer that was left in float because its weights bear no rounding
would lose them all the same. By equal scales for all channels the values stay, and it lets the layer be.
"""

from dataclasses import dataclass

import numpy as np
import onnx_ir as ir

from edgec.graph import Graph
from edgec.lower.rewrites.parameters import named_node
from edgec.passes.arrays import Array, add_constant, array_of
from edgec.passes.base import Pass, PassResult


@dataclass(frozen=True)
class KeepFloatConvolutions(Pass):
    """Rewrite the dequantized input of each Conv and ConvTranspose whose weights are float.

    Left alone: convolutions in integers, and those whose input is float.
    """

    def apply(self, graph: Graph) -> PassResult:
        """Rewrite every such input of a copy."""
        copy = graph.clone()
        found = [node for node in copy.nodes if node.op_type in ("Conv", "ConvTranspose")]
        changed = [_rewrite(copy.model.graph, node) for node in found]
        return PassResult(copy, changed=True) if any(changed) else PassResult(graph, changed=False)


def _rewrite(graph: ir.Graph, conv: ir.Node) -> bool:
    weight = array_of(conv.inputs[1])
    source = None if conv.inputs[0] is None else conv.inputs[0].producer()
    if weight is None or source is None or source.op_type != "DequantizeLinear":
        return False
    channels = weight.shape[0]
    if conv.op_type == "Conv":
        channels = weight.shape[1] * conv.attributes.get_int("group", 1)
    name = f"{conv.name}_input"
    stored, *affine = (value for value in source.inputs if value is not None)
    inputs = [stored, *(_repeated(graph, name, value, channels) for value in affine)]
    made = named_node("DequantizeLinear", inputs, name, {"axis": 1})
    made.outputs[0].shape, made.outputs[0].type = source.outputs[0].shape, source.outputs[0].type
    graph.insert_before(conv, made)
    conv.replace_input_with(0, made.outputs[0])
    return True


def _repeated(graph: ir.Graph, name: str, value: ir.Value, channels: int) -> ir.Value:
    data: Array | None = array_of(value)
    assert data is not None  # quantize writes constants
    return add_constant(graph, f"{name}_{value.name}", np.full(channels, data))
