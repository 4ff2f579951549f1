"""What rewrites read from nodes, and the constants that they add."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx_ir as ir

Array = npt.NDArray[Any]


def array_of(value: ir.Value | None) -> Array | None:
    """An initializer's or Constant's data; None where there is no value or it is computed at run time."""
    tensor = None if value is None else ir.convenience.get_const_tensor(value)
    return None if tensor is None else np.asarray(tensor.numpy())


def add_constant(graph: ir.Graph, name: str, data: Array) -> ir.Value:
    """A new initializer."""
    tensor = ir.tensor(data, name=name)
    value = ir.Value(
        name=name, shape=ir.Shape(data.shape), type=ir.TensorType(tensor.dtype), const_value=tensor
    )
    graph.register_initializer(value)
    return value


def integers_of(node: ir.Node, name: str, default: Iterable[int] = ()) -> tuple[int, ...]:
    """An attribute that is a list of integers."""
    attribute = node.attributes.get(name)
    return tuple(default if attribute is None else attribute.as_ints())


def pads_itself(node: ir.Node) -> bool:
    """Whether a convolution works out its padding from the size of the map."""
    attribute = node.attributes.get("auto_pad")
    return attribute is not None and attribute.as_string() not in ("NOTSET", "VALID")


def only_user(node: ir.Node) -> ir.Node | None:
    """The one node that reads the node's first result, where that is not the network's output."""
    users = {use.node for use in node.outputs[0].uses()}
    return None if len(users) != 1 or node.outputs[0].is_graph_output() else users.pop()
