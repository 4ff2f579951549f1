"""ConvTranspose whose windows do not overlap -> 1x1 Conv and DepthToSpace, exactly."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx_ir as ir
from onnx_ir.passes.common import RemoveUnusedNodesPass

from edgec.errors import GraphError
from edgec.graph import Graph
from edgec.passes.base import Pass, PassResult

Array = npt.NDArray[Any]
# What may stand between the convolution and the integers that DepthToSpace then moves.
BEFORE_INTEGERS = ("Relu", "Clip", "QuantizeLinear")


@dataclass(frozen=True)
class ConvTransposeToConv(Pass):
    """A kernel as large as its stride writes each block of pixels from one pixel of the input.

    Weights (in, out, r, r) become (r * r * out, in, 1, 1), the bias and scales per channel are repeated for
    each of the r * r places, and DepthToSpace (DCR) lays the blocks out; in a quantized graph after the
    QuantizeLinear, so that it moves integers. Left alone: overlapping windows, padding, groups, weights that
    are computed at run time.
    """

    def apply(self, graph: Graph) -> PassResult:
        """Rewrite every such node of a copy."""
        copy = graph.clone()
        found = [(node, block) for node in copy.nodes if (block := _block(node))]
        for node, block in found:
            _rewrite(copy.model.graph, node, block)
        if not found:
            return PassResult(graph, changed=False)
        RemoveUnusedNodesPass()(copy.model)
        return PassResult(copy, changed=True)


def _block(node: ir.Node) -> int:
    """The stride of a node that can be rewritten, else 0."""
    if node.op_type != "ConvTranspose" or "output_shape" in node.attributes or _pads_itself(node):
        return 0
    parameters = [_initializer(value) for value in node.inputs[1:] if value is not None]
    if any(tensor is None for tensor in parameters) or parameters[0] is None:
        return 0
    kernel = parameters[0].shape[2:]
    stride = _integers(node, "strides", (1, 1))
    padding = _integers(node, "pads", ()) + _integers(node, "output_padding", ())
    plain = tuple(kernel) == stride and len(stride) == 2 and stride[0] == stride[1] > 1 and not any(padding)
    group = node.attributes.get("group")
    return stride[0] if plain and (group is None or group.as_int() == 1) else 0


def _pads_itself(node: ir.Node) -> bool:
    attribute = node.attributes.get("auto_pad")
    return attribute is not None and attribute.as_string() not in ("NOTSET", "VALID")


def _integers(node: ir.Node, name: str, default: tuple[int, ...]) -> tuple[int, ...]:
    attribute = node.attributes.get(name)
    return default if attribute is None else tuple(attribute.as_ints())


def _initializer(value: ir.Value) -> ir.TensorProtocol | None:
    """The constant that `value` is, or that it dequantizes."""
    node = value.producer()
    if node is not None and node.op_type == "DequantizeLinear" and node.inputs[0] is not None:
        value = node.inputs[0]
    return ir.convenience.get_const_tensor(value)


def _rewrite(graph: ir.Graph, node: ir.Node, block: int) -> None:
    places, result = block * block, node.outputs[0]
    parameters = _Parameters(graph, node, lambda data: np.tile(data, places))
    weight, *bias = (value for value in node.inputs[1:] if value is not None)
    inputs = [node.inputs[0], parameters.remade(weight, _as_1x1)]
    inputs += [parameters.remade(value, parameters.tile) for value in bias]
    conv = ir.node("Conv", inputs, name=node.name)
    blocks = conv.outputs[0]
    blocks.name, blocks.type = f"{result.name}_blocks", result.type
    graph.insert_before(node, conv)
    chain = _until_integers(result)
    if chain:
        chain[0].replace_input_with(0, blocks)
        blocks = chain[-1].outputs[0]
    _lay_out(graph, blocks, chain[-1].outputs[0] if chain else result, chain[-1] if chain else conv, block)
    graph.remove(node, safe=True)


def _lay_out(graph: ir.Graph, blocks: ir.Value, replaced: ir.Value, after: ir.Node, block: int) -> None:
    """DepthToSpace of `blocks`, which everyone reads who read `replaced`."""
    pixels = ir.Value(name=f"{replaced.name}_pixels", shape=replaced.shape, type=replaced.type)
    replaced.replace_all_uses_with(pixels, replace_graph_outputs=True)
    node = ir.node(
        "DepthToSpace", [blocks], {"blocksize": block, "mode": "DCR"}, outputs=[pixels], name=pixels.name
    )
    graph.insert_after(after, node)
    if pixels.is_graph_output():
        pixels.name, replaced.name = replaced.name, f"{replaced.name}_replaced"


def _until_integers(value: ir.Value) -> list[ir.Node]:
    """The clamps and the QuantizeLinear that alone follow `value`; none where it stays real."""
    chain: list[ir.Node] = []
    while not chain or chain[-1].op_type != "QuantizeLinear":
        users = value.consumers()
        if len(users) != 1 or users[0].op_type not in BEFORE_INTEGERS or value.is_graph_output():
            return []
        chain.append(users[0])
        value = users[0].outputs[0]
    for node in chain:
        node.outputs[0].shape = None  # the blocks' shape from here on
    return chain


@dataclass(frozen=True)
class _Parameters:
    """Makes the new convolution's constants; `tile` repeats what there is one of for each channel."""

    graph: ir.Graph
    node: ir.Node
    tile: Callable[[Array], Array]

    def remade(self, value: ir.Value, change: Callable[[Array], Array]) -> ir.Value:
        """A constant with its data changed; where it is dequantized, its scales repeated."""
        dequantize = value.producer()
        if dequantize is None or dequantize.op_type != "DequantizeLinear":
            return self._constant(value, change)
        stored, *affine = (entry for entry in dequantize.inputs if entry is not None)
        inputs = [
            self._constant(stored, change),
            *(self._constant(entry, self._per_channel) for entry in affine),
        ]
        made = ir.node("DequantizeLinear", inputs, {"axis": 0}, name=self._name(value))
        made.outputs[0].name, made.outputs[0].type = self._name(value), value.type
        self.graph.insert_before(self.node, made)
        return made.outputs[0]

    def _per_channel(self, data: Array) -> Array:
        return data if data.ndim == 0 else self.tile(data)

    def _constant(self, value: ir.Value, change: Callable[[Array], Array]) -> ir.Value:
        tensor = ir.convenience.get_const_tensor(value)
        if tensor is None:
            raise GraphError(f"{value.name!r} must be a constant")
        data = change(tensor.numpy())
        made = ir.tensor(data, name=self._name(value))
        result = ir.Value(
            name=made.name, shape=ir.Shape(data.shape), type=ir.TensorType(made.dtype), const_value=made
        )
        self.graph.register_initializer(result)
        return result

    def _name(self, value: ir.Value) -> str:
        return f"{self.node.outputs[0].name}_{value.name}"


def _as_1x1(weight: Array) -> Array:
    return weight.transpose(2, 3, 1, 0).reshape(-1, weight.shape[0], 1, 1)
