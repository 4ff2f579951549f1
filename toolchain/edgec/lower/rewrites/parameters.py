"""The constants of a convolution that is rewritten: floats, or stored as halves or as integers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import onnx_ir as ir

from edgec.errors import GraphError
from edgec.passes.arrays import Array, add_constant, array_of


def named_node(
    kind: str, inputs: Sequence[ir.Value | None], name: str, attributes: Mapping[str, int | str] | None = None
) -> ir.Node:
    """A node whose result is called as the node."""
    node = ir.node(kind, inputs, attributes, name=name)
    node.outputs[0].name = name
    return node


def parameter_of(value: ir.Value | None) -> Array | None:
    """The constant that `value` is, or as which it is stored; None where it is computed."""
    node = _expansion(value)
    return array_of(value if node is None else node.inputs[0])


def is_integer(value: ir.Value | None) -> bool:
    """Whether it is stored as integers."""
    node = _expansion(value)
    return node is not None and node.op_type == "DequantizeLinear"


def zero_of(weight: ir.Value) -> Array:
    """What stands for 0 in the weights, for each map or for all."""
    node = _expansion(weight)
    stored = node.inputs[2] if node is not None and len(node.inputs) > 2 else None
    zero = array_of(stored)
    return np.zeros(1) if zero is None else zero


def _expansion(value: ir.Value | None) -> ir.Node | None:
    """What makes the floats of the numbers that are stored."""
    node = None if value is None else value.producer()
    return node if node is not None and node.op_type in ("Cast", "DequantizeLinear") else None


@dataclass(frozen=True)
class Parameters:
    """Makes the new convolution's constants, before `node`; `tile` repeats what each channel has one of."""

    graph: ir.Graph
    node: ir.Node
    tile: Callable[[Array], Array]

    def remade(self, value: ir.Value, change: Callable[[Array], Array]) -> ir.Value:
        """A constant with its data changed; where it is dequantized, its scales repeated.

        Raises GraphError where it is no constant.
        """
        expansion = _expansion(value)
        if expansion is None:
            return self._constant(value, change)
        stored, *affine = (entry for entry in expansion.inputs if entry is not None)
        inputs = [
            self._constant(stored, change),
            *(self._constant(entry, self._per_channel) for entry in affine),
        ]
        kept = {"to": expansion.attributes["to"].as_int()} if expansion.op_type == "Cast" else {"axis": 0}
        made = named_node(expansion.op_type, inputs, self._name(value), kept)
        self.graph.insert_before(self.node, made)
        return made.outputs[0]

    def _per_channel(self, data: Array) -> Array:
        return data if data.ndim == 0 else self.tile(data)

    def _constant(self, value: ir.Value, change: Callable[[Array], Array]) -> ir.Value:
        data = array_of(value)
        if data is None:
            raise GraphError(f"{value.name!r} must be a constant")
        return add_constant(self.graph, self._name(value), change(data))

    def _name(self, value: ir.Value) -> str:
        return f"{self.node.outputs[0].name}_{value.name}"
