"""Constants and QuantizeLinear / DequantizeLinear pairs, added to a graph that may be changed."""

from typing import Any

import numpy as np
import numpy.typing as npt
import onnx_ir as ir

from edgec.quantize.affine import Affine

Integers = npt.NDArray[np.integer[Any]]


class Inserter:
    """Adds to one graph; every name is made from the name of the tensor that it belongs to."""

    def __init__(self, graph: ir.Graph) -> None:
        self._graph = graph
        self._taken = {value.name for value in graph.inputs} | set(graph.initializers)
        self._taken |= {value.name for node in graph for value in node.outputs}

    def constant(self, name: str, array: npt.NDArray[Any]) -> ir.Value:
        """A new initializer."""
        tensor = ir.tensor(array, name=self._free(name))
        value = ir.Value(
            name=tensor.name,
            shape=ir.Shape(array.shape),
            type=ir.TensorType(tensor.dtype),
            const_value=tensor,
        )
        self._graph.register_initializer(value)
        return value

    def activation_constants(
        self, name: str, affine: Affine, integer: type[np.integer[Any]]
    ) -> tuple[ir.Value, ir.Value]:
        """Scale and zero point as initializers of rank 0."""
        return (
            self.constant(f"{name}_scale", np.array(affine.scale, np.float32)),
            self.constant(f"{name}_zero_point", np.array(affine.zero_point, integer)),
        )

    def quantize(self, tensor: ir.Value, scale: ir.Value, zero_point: ir.Value) -> ir.Value:
        """Q and DQ after `tensor`, which keeps its users; returns what DQ gives."""
        integers = self._value(f"{tensor.name}_quantized", tensor, zero_point.dtype)
        result = self._value(f"{tensor.name}_dequantized", tensor, ir.DataType.FLOAT)
        nodes = [
            ir.node("QuantizeLinear", [tensor, scale, zero_point], outputs=[integers], name=integers.name),
            ir.node("DequantizeLinear", [integers, scale, zero_point], outputs=[result], name=result.name),
        ]
        producer = tensor.producer()
        if producer is None:
            self._graph.insert_before(self._graph[0], nodes)
        else:
            self._graph.insert_after(producer, nodes)
        return result

    def dequantized_constant(
        self,
        user: ir.Node,
        name: str,
        integers: Integers,
        scale: npt.NDArray[np.float32],
        axis: int,
    ) -> ir.Value:
        """An integer initializer (zero point 0) and its DQ, before `user`; `scale` is (channels,) or ().

        The zero point is left out, which means 0: beside a scale a channel it would be as large again.
        """
        stored = self.constant(f"{name}_quantized", integers)
        inputs = [stored, self.constant(f"{name}_scale", scale)]
        result = self._value(f"{name}_dequantized", stored, ir.DataType.FLOAT)
        attributes = {"axis": axis} if scale.ndim else {}
        node = ir.node("DequantizeLinear", inputs, attributes, outputs=[result], name=result.name)
        self._graph.insert_before(user, node)
        return result

    def cast_constant(self, user: ir.Node, name: str, halves: npt.NDArray[np.float16]) -> ir.Value:
        """A float16 initializer and its Cast to float32, before `user`."""
        stored = self.constant(f"{name}_half", halves)
        result = self._value(f"{name}_float", stored, ir.DataType.FLOAT)
        node = ir.node("Cast", [stored], {"to": ir.DataType.FLOAT}, outputs=[result], name=result.name)
        self._graph.insert_before(user, node)
        return result

    def _value(self, name: str, like: ir.Value, dtype: ir.DataType | None) -> ir.Value:
        kind = None if dtype is None else ir.TensorType(dtype)
        return ir.Value(name=self._free(name), shape=like.shape, type=kind)

    def _free(self, name: str) -> str:
        found, number = name, 1
        while found in self._taken:
            number += 1
            found = f"{name}_{number}"
        self._taken.add(found)
        return found
