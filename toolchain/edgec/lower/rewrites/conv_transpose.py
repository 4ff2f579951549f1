"""ConvTranspose whose windows do not overlap -> 1x1 Conv and DepthToSpace, exactly."""

from dataclasses import dataclass

import numpy as np
import onnx_ir as ir

from edgec.lower.rewrites.parameters import Parameters, named_node, parameter_of
from edgec.passes.arrays import Array, array_of, integers_of, pads_itself
from edgec.passes.nodes import NodePass

CLAMPS = ("Relu", "Clip")


@dataclass(frozen=True)
class ConvTransposeToConv(NodePass):
    """A kernel as large as its stride writes each block of pixels from one pixel of the input.

    Weights (in, out, r, r) become (r * r * out, in, 1, 1), the bias and scales per channel are repeated for
    each of the r * r places, and DepthToSpace (DCR) lays the blocks out. Where the result is quantized, it is
    so before DepthToSpace too, in the same scale: both then are integer operators for the engine. Left alone:
    overlapping windows, padding, groups, weights that are computed at run time.
    """

    def fits(self, node: ir.Node) -> bool:
        """See NodePass."""
        return _block(node) > 0

    def rewrite(self, graph: ir.Graph, node: ir.Node) -> None:
        """See NodePass."""
        _rewrite(graph, node, _block(node))


@dataclass(frozen=True)
class ShiftedConvTransposeToConv(ConvTransposeToConv):
    """Only those that read integers on both sides of their zero: OpenVINO computes them in float."""

    def fits(self, node: ir.Node) -> bool:
        """See NodePass."""
        return super().fits(node) and _is_shifted(node.inputs[0])


def _is_shifted(value: ir.Value | None) -> bool:
    before = None if value is None else value.producer()
    if before is None or before.op_type != "DequantizeLinear" or len(before.inputs) < 3:
        return False
    zero = array_of(before.inputs[2])
    return zero is not None and int(zero) not in (0, np.iinfo(zero.dtype).min)


def _block(node: ir.Node) -> int:
    """The stride of a node that can be rewritten, else 0."""
    if node.op_type != "ConvTranspose" or "output_shape" in node.attributes or pads_itself(node):
        return 0
    parameters = [parameter_of(value) for value in node.inputs[1:] if value is not None]
    if any(tensor is None for tensor in parameters) or parameters[0] is None:
        return 0
    kernel = parameters[0].shape[2:]
    stride = integers_of(node, "strides", (1, 1))
    padding = integers_of(node, "pads") + integers_of(node, "output_padding")
    plain = tuple(kernel) == stride and len(stride) == 2 and stride[0] == stride[1] > 1 and not any(padding)
    group = node.attributes.get("group")
    return stride[0] if plain and (group is None or group.as_int() == 1) else 0


def _rewrite(graph: ir.Graph, node: ir.Node, block: int) -> None:
    places, result = block * block, node.outputs[0]
    parameters = Parameters(graph, node, lambda data: np.tile(data, places))
    weight, *bias = (value for value in node.inputs[1:] if value is not None)
    inputs = [node.inputs[0], parameters.remade(weight, _as_1x1)]
    inputs += [parameters.remade(value, parameters.tile) for value in bias]
    nodes = [named_node("Conv", inputs, f"{result.name}_blocks")]
    quantize = _quantize_after(result)
    if quantize is not None:
        affine = quantize.inputs[1:]
        nodes.append(named_node("QuantizeLinear", [nodes[-1].outputs[0], *affine], f"{result.name}_integers"))
        nodes.append(
            named_node("DequantizeLinear", [nodes[-1].outputs[0], *affine], f"{result.name}_rounded")
        )
    layout: dict[str, int | str] = {"blocksize": block, "mode": "DCR"}
    nodes.append(named_node("DepthToSpace", [nodes[-1].outputs[0]], f"{result.name}_pixels", layout))
    pixels = nodes[-1].outputs[0]
    pixels.shape, pixels.type = result.shape, result.type
    graph.insert_before(node, nodes)
    result.replace_all_uses_with(pixels, replace_graph_outputs=True)
    graph.remove(node, safe=True)
    pixels.name = result.name


def _quantize_after(value: ir.Value) -> ir.Node | None:
    """The QuantizeLinear that alone reads `value`, through clamps: rounding before them gives the same."""
    users = value.consumers()
    if len(users) != 1 or value.is_graph_output():
        return None
    if users[0].op_type in CLAMPS:
        return _quantize_after(users[0].outputs[0])
    return users[0] if users[0].op_type == "QuantizeLinear" else None


def _as_1x1(weight: Array) -> Array:
    return weight.transpose(2, 3, 1, 0).reshape(-1, weight.shape[0], 1, 1)
