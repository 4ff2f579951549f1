"""A 1x1 Conv to a few maps -> a Conv of a row of pixels to all their maps at once: exact.

Kernels compute 16 channels at a time: for one map, 15 of 16 lanes are wasted, in the closing Sigmoid too
(benchmarks/rewrites.py). With k pixels of a row as kernel and stride, each result is
one map of one of the pixels, and in NHWC, the layout of integer kernels, they lie where they belong.
"""

from dataclasses import dataclass

import numpy as np
import onnx_ir as ir
from onnx_ir.passes.common import RemoveUnusedNodesPass

from edgec.graph import Graph
from edgec.lower.rewrites.parameters import Parameters, named_node, parameter_of
from edgec.passes.arrays import Array, add_constant
from edgec.passes.base import Pass, PassResult

LANES = 16
VALUE_BY_VALUE = ("Sigmoid", "QuantizeLinear", "DequantizeLinear")


@dataclass(frozen=True)
class WidenHead(Pass):
    """Rewrite the 1x1 Conv that gives the network's maps, as they are or through what works value by value.

    Left alone: more maps than lanes allow, other kernels, a width that is free or no multiple of the row, or
    the row itself: with one result across OpenVINO 2026.4 is wrong with AMX.
    """

    def apply(self, graph: Graph) -> PassResult:
        """Rewrite the head of a copy."""
        copy = graph.clone()
        conv, *after = _head(copy)
        pixels = _pixels(conv)
        if not pixels:
            return PassResult(graph, changed=False)
        _rewrite(copy.model.graph, conv, after, pixels)
        RemoveUnusedNodesPass()(copy.model)
        return PassResult(copy, changed=True)


def _head(graph: Graph) -> list[ir.Node]:
    """The last node that does not work value by value, and those that follow it to the output."""
    nodes, value = list[ir.Node](), graph.output
    while (node := value.producer()) is not None:
        nodes.insert(0, node)
        source = node.inputs[0]
        if node.op_type not in VALUE_BY_VALUE or source is None or len(source.uses()) != 1:
            break
        value = source
    return nodes


def _pixels(conv: ir.Node) -> int:
    """How many pixels of a row to take at once; 0 where the Conv is not to be rewritten."""
    parameters = [parameter_of(value) for value in conv.inputs[1:] if value is not None]
    shape = conv.outputs[0].shape
    if conv.op_type != "Conv" or shape is None or any(data is None for data in parameters):
        return 0
    if parameters[0] is None or parameters[0].shape[2:] != (1, 1) or not _is_plain(conv):
        return 0
    pixels, size = LANES // len(parameters[0]), list(shape)[2:]
    if pixels < 2 or not all(isinstance(dim, int) for dim in size):
        return 0
    width = int(str(size[1]))
    return pixels if width > pixels and not width % pixels else 0


def _is_plain(conv: ir.Node) -> bool:
    pads, strides = conv.attributes.get_ints("pads", (0,)), conv.attributes.get_ints("strides", (1,))
    return conv.attributes.get_int("group", 1) == 1 and not any(pads) and set(strides) == {1}


def _rewrite(graph: ir.Graph, conv: ir.Node, after: list[ir.Node], pixels: int) -> None:
    result = (after or [conv])[-1].outputs[0]
    parameters = Parameters(graph, conv, lambda data: np.tile(data, pixels))
    weight, *bias = (value for value in conv.inputs[1:] if value is not None)
    inputs = [conv.inputs[0], parameters.remade(weight, lambda data: _one_pixel_each(data, pixels))]
    inputs += [parameters.remade(value, parameters.tile) for value in bias]
    nodes = [ir.node("Conv", inputs, {"strides": [1, pixels]}, name=f"{conv.outputs[0].name}_rows")]
    nodes[0].outputs[0].name = nodes[0].name
    for node in after:
        inputs = [nodes[-1].outputs[0], *node.inputs[1:]]
        nodes.append(named_node(node.op_type, inputs, f"{node.outputs[0].name}_rows"))
    nodes += _apart(graph, nodes[-1].outputs[0], result)
    whole = nodes[-1].outputs[0]
    whole.shape, whole.type = result.shape, result.type
    graph.insert_before(conv, nodes)
    result.replace_all_uses_with(whole, replace_graph_outputs=True)
    graph.remove([conv, *after], safe=True)
    whole.name = result.name


def _apart(graph: ir.Graph, rows: ir.Value, result: ir.Value) -> list[ir.Node]:
    """(N, pixels * maps, H, W / pixels) -> (N, maps, H, W): nothing but another view of the same memory."""
    maps, height, width = (int(str(dim)) for dim in list(result.shape or ())[1:])
    last = ir.node("Transpose", [rows], {"perm": [0, 2, 3, 1]}, name=f"{result.name}_last")
    last.outputs[0].name = last.name
    shape = (-1, 1, height, width) if maps == 1 else (-1, height, width, maps)
    target = add_constant(graph, f"{result.name}_shape", np.array(shape, np.int64))
    nodes = [last, named_node("Reshape", [last.outputs[0], target], f"{result.name}_apart")]
    if maps > 1:
        nodes.append(ir.node("Transpose", [nodes[-1].outputs[0]], {"perm": [0, 3, 1, 2]}))
    return nodes


def _one_pixel_each(weight: Array, pixels: int) -> Array:
    """(out, in, 1, 1) -> (pixels * out, in, 1, pixels): the maps of place x read pixel x."""
    outputs, channels = weight.shape[:2]
    wide = np.zeros((pixels, outputs, channels, 1, pixels), weight.dtype)
    for x in range(pixels):
        wide[x, :, :, 0, x] = weight[:, :, 0, 0]
    return wide.reshape(-1, channels, 1, pixels)
