"""Which tensors share one scale: union-find over the operators that only move values.

A Concat is where the choice lies. Its inputs should have the scale of its result, so that bytes are copied
and not requantized. But a tensor that a Relu bounds must keep 0 at the end of its integers: only then is
the Relu for free in every engine. Beside a tensor with negative values it could not (in ONNX Runtime such a
Conv falls back to float; OpenVINO and TFLite do not mind either way). So a Concat shares its scale with
those inputs that no clamp bounds, or with all where a Relu bounds all; what is left is requantized as part
of the Concat.
"""

from collections.abc import Sequence

import onnx_ir as ir


class Sharing:
    """Sets of tensors with one scale; a set's leader is the tensor that was added first."""

    def __init__(self) -> None:
        self._parent: dict[ir.Value, ir.Value] = {}
        self._clamp: dict[ir.Value, str | None] = {}

    def add(self, tensor: ir.Value, clamp: str | None) -> None:
        """A new set; `clamp` is the operator that bounds the tensor's values: Relu, Clip or none."""
        self._parent[tensor] = tensor
        self._clamp[tensor] = clamp

    def add_moved(self, result: ir.Value, inputs: Sequence[ir.Value]) -> None:
        """The result of an operator that only moves the values of `inputs`, which are in sets already."""
        clamps = {self._clamp[value] for value in inputs}
        same = len(clamps) == 1 and (len(inputs) == 1 or clamps != {"Clip"})
        self.add(result, clamps.pop() if same else None)
        for value in inputs:
            if self._clamp[value] == self._clamp[result]:
                self._join(value, result)

    def leader(self, tensor: ir.Value) -> ir.Value:
        """The first tensor of the set."""
        while self._parent[tensor] is not tensor:
            tensor = self._parent[tensor]
        return tensor

    def _join(self, one: ir.Value, other: ir.Value) -> None:
        age = {tensor: place for place, tensor in enumerate(self._parent)}
        first, second = sorted((self.leader(one), self.leader(other)), key=age.__getitem__)
        self._parent[second] = first
