"""Constants of a graph, read and added."""

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
