"""What the two passes share that fold a scale and a shift a channel into a convolution."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import onnx_ir as ir

Channels = npt.NDArray[np.float64]
Affine = tuple[Channels, Channels]  # factor and offset, one a channel
# (constant, whether it stands first) -> what the operator does to its other operand
_STEPS: dict[str, Callable[[Channels, bool], Affine | None]] = {
    "Add": lambda c, _: (np.ones_like(c), c),
    "Sub": lambda c, first: (np.full_like(c, -1.0 if first else 1.0), c if first else -c),
    "Mul": lambda c, _: (c, np.zeros_like(c)),
    "Div": lambda c, first: None if first or not c.all() else (1 / c, np.zeros_like(c)),
}


def affine_step(node: ir.Node, operand: ir.Value, channels: int, rank: int) -> Affine | None:
    """What `node` does to each channel of `operand`, which has `channels` and `rank` axes.

    None where it is another operator, or its other operand is not a constant, one or one a channel.
    """
    if node.op_type not in _STEPS:
        return None
    first = node.inputs[1] is operand
    data = constant(node.inputs[0 if first else 1])
    if data is None or data.ndim > rank:
        return None
    shape, pixel = (1,) * (rank - data.ndim) + data.shape, (1,) * (rank - 2)
    if shape not in ((1, 1, *pixel), (1, channels, *pixel)):
        return None
    return _STEPS[node.op_type](np.broadcast_to(data.ravel(), channels), first)


def owns_weights(node: ir.Node) -> bool:
    """Whether its weight and bias are float32 constants that no other node takes."""
    return all(
        value is None or (len(value.uses()) == 1 and value.is_initializer() and constant(value) is not None)
        for value in node.inputs[1:]
    )


def constant(value: ir.Value | None) -> Channels | None:
    """A float32 constant's data; None for all else."""
    tensor = None if value is None else value.const_value
    if tensor is None or tensor.dtype != ir.DataType.FLOAT:
        return None
    return tensor.numpy().astype(np.float64)


def set_weights(graph: ir.Graph, node: ir.Node, weight: Channels, bias: Channels) -> None:
    """Give `node`, which owns its weights, these; a bias of zeros is not added where there is none."""
    _set(node.inputs[1], weight)
    if len(node.inputs) > 2 and node.inputs[2] is not None:
        _set(node.inputs[2], bias)
    elif bias.any():
        _add_bias(graph, node, bias)


def bias_of(node: ir.Node) -> Channels | None:
    """The bias; None where there is none."""
    return constant(node.inputs[2]) if len(node.inputs) > 2 else None


def _set(value: ir.Value | None, data: Channels) -> None:
    if value is not None:
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
