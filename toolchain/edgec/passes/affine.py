"""Constants that are multiplied with or added to a convolution's result become part of its weights."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import onnx_ir as ir

from edgec.errors import GraphError
from edgec.passes.library import LibraryPass

Channels = npt.NDArray[np.float64]
# (constant, whether it stands first) -> factor and offset of the other operand
_STEPS: dict[str, Callable[[Channels, bool], tuple[Channels, Channels] | None]] = {
    "Add": lambda c, _: (np.ones_like(c), c),
    "Sub": lambda c, first: (np.full_like(c, -1.0 if first else 1.0), c if first else -c),
    "Mul": lambda c, _: (c, np.zeros_like(c)),
    "Div": lambda c, first: None if first or not c.all() else (1 / c, np.zeros_like(c)),
}


@dataclass(frozen=True)
class FoldAffine(LibraryPass):
    """Fold Add, Sub, Mul and Div by a constant, one or one a channel, into the convolution before them.

    Left alone are constants that differ between pixels, and convolutions whose result others use too or
    whose weights are computed or shared.
    """

    def rewrite(self, model: ir.Model) -> bool:
        """See LibraryPass."""
        folded = False
        for node in model.graph:
            convolution = _before(node)
            step = None if convolution is None else _step(node, convolution)
            if convolution is not None and step is not None:
                _fold(model.graph, convolution, *step)
                _take_over(model.graph, convolution.outputs[0], node)
                folded = True
        return folded


def _take_over(graph: ir.Graph, value: ir.Value, node: ir.Node) -> None:
    """`value` takes the place and the name of what `node` made."""
    result = node.outputs[0]
    result.replace_all_uses_with(value, replace_graph_outputs=True)
    graph.remove(node, safe=True)
    value.name = result.name


def _before(node: ir.Node) -> ir.Node | None:
    """The convolution whose result this node alone takes, with weights of its own."""
    for value in node.inputs if node.op_type in _STEPS else ():
        found = None if value is None else value.producer()
        if value is None or found is None or found.op_type not in ("Conv", "ConvTranspose"):
            continue
        if len(value.uses()) == 1 and not value.is_graph_output() and all(map(_is_own, found.inputs[1:])):
            return found
    return None


def _is_own(parameter: ir.Value | None) -> bool:
    if parameter is None:
        return True
    return parameter.is_initializer() and len(parameter.uses()) == 1 and parameter.dtype == ir.DataType.FLOAT


def _step(node: ir.Node, convolution: ir.Node) -> tuple[Channels, Channels] | None:
    """Factor and offset a channel, or None where the other operand is no such constant."""
    first = node.inputs[1] is convolution.outputs[0]
    data, weight = _data(node.inputs[0 if first else 1]), _data(convolution.inputs[1])
    if data is None or weight is None or data.ndim > weight.ndim:
        return None
    channels = _channels(convolution, weight)
    shape, pixel = (1,) * (weight.ndim - data.ndim) + data.shape, (1,) * (weight.ndim - 2)
    if shape not in ((1, 1, *pixel), (1, channels, *pixel)):
        return None
    return _STEPS[node.op_type](np.broadcast_to(data.ravel(), channels), first)


def _channels(node: ir.Node, weight: Channels) -> int:
    """How many the convolution makes."""
    if node.op_type == "Conv":
        return int(weight.shape[0])
    return int(weight.shape[1]) * node.attributes.get_int("group", 1)


def _fold(graph: ir.Graph, node: ir.Node, factor: Channels, offset: Channels) -> None:
    weight, bias = node.inputs[1], node.inputs[2] if len(node.inputs) > 2 else None
    data, shift = _data(weight), _data(bias)
    if weight is None or data is None:
        raise GraphError(f"{node.name!r} has no weight")
    _set(weight, data * _spread(node, factor, data))
    if bias is None or shift is None:
        _add_bias(graph, node, offset)
    else:
        _set(bias, shift * factor + offset)


def _spread(node: ir.Node, factor: Channels, weight: Channels) -> Channels:
    """The factor of each weight: (out, in / group, kh, kw), or (in, out / group, kh, kw) transposed."""
    if node.op_type == "Conv":
        return factor.reshape(-1, *[1] * (weight.ndim - 1))
    group = node.attributes.get_int("group", 1)
    rows = np.repeat(factor.reshape(group, -1), weight.shape[0] // group, axis=0)
    return rows.reshape(*rows.shape, *[1] * (weight.ndim - 2))


def _data(value: ir.Value | None) -> Channels | None:
    tensor = None if value is None else value.const_value
    if tensor is None or tensor.dtype != ir.DataType.FLOAT:
        return None
    return tensor.numpy().astype(np.float64)


def _set(value: ir.Value, data: Channels) -> None:
    value.const_value = ir.tensor(data.astype(np.float32), name=value.name)


def _add_bias(graph: ir.Graph, node: ir.Node, data: Channels) -> None:
    taken = {*graph.initializers, *(value.name for other in graph for value in other.outputs)}
    name = f"{node.outputs[0].name}.bias"
    while name in taken:
        name += "_"
    value = ir.Value(name=name, shape=ir.Shape(data.shape), type=ir.TensorType(ir.DataType.FLOAT))
    _set(value, data)
    graph.register_initializer(value)
    node.resize_inputs(3)
    node.replace_input_with(2, value)
