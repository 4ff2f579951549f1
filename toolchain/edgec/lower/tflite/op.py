"""Op: one node of the graph as its handler sees it, in float32 or in int8 alike."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
import onnx_ir as ir

from edgec.errors import UnsupportedOperatorError
from edgec.graph import static_shape
from edgec.lower.tflite.tensors import Array, Constant, Quantization, Tensor
from edgec.lower.tflite.writer import Writer, constant_of, quantization_of


@dataclass(frozen=True)
class Handler:
    """How one ONNX operator is lowered.

    `emit` writes it. `operands`: how many inputs are data, which must all be int8 for the operator to be
    (None: all); the others are parameters. `int8`: TFLite has it in int8. `moves`: its result holds values of
    its input, in the input's scale, so that it needs no quantization of its own. `fuses`: its TFLite operator
    can apply a ReLU or ReLU6 itself. `own_scale`: TFLite gives it in int8 in one scale only, which no graph
    can choose.
    """

    emit: Callable[["Op"], None]
    operands: int | None = None
    int8: bool = True
    moves: bool = False
    fuses: bool = False
    own_scale: bool = False


@dataclass(frozen=True)
class Op:
    """A node, the value that it makes (after the activation it fuses) and the type that it runs in."""

    writer: Writer
    node: ir.Node
    result: ir.Value
    activation: int
    quantized: bool

    def attribute(self, name: str, default: Any = None) -> Any:
        """An attribute's value: int, float, str or a tuple of them."""
        attribute = self.node.attributes.get(name)
        return default if attribute is None else attribute.value

    def has(self, place: int) -> bool:
        """Whether the optional input is there."""
        return len(self.node.inputs) > place and self.node.inputs[place] is not None

    def value(self, place: int) -> ir.Value:
        """An input that must be there."""
        value = self.node.inputs[place] if self.has(place) else None
        if value is None:
            self.unsupported(f"input {place} is missing")
        return value

    def shape(self, place: int = 0) -> tuple[int, ...]:
        """An input's shape in ONNX's layout."""
        return static_shape(self.value(place))

    @property
    def result_shape(self) -> tuple[int, ...]:
        """The result's shape in ONNX's layout."""
        return static_shape(self.result)

    def constant(self, place: int) -> Constant:
        """An input that must be known now: integers where this operator runs in int8, else real numbers."""
        constant = constant_of(self.value(place))
        if constant is None:
            self.unsupported(f"{self.value(place).name!r} must be a constant")
        return constant if self.quantized else constant.real()

    def parameter(self, place: int, default: Sequence[float] = ()) -> Array:
        """A constant that is no data: sizes, axes, limits. `default` where the optional input is absent."""
        if not self.has(place):
            return np.asarray(default)
        constant = constant_of(self.value(place))
        if constant is None:
            self.unsupported(f"{self.value(place).name!r} must be a constant")
        return constant.real().data

    def input(self, place: int = 0) -> Tensor:
        """An activation, in the type that this operator runs in."""
        tensor = self.writer.tensor(self.value(place))
        return tensor if self.quantized else self.writer.convert(tensor, None)

    @property
    def wanted(self) -> Quantization | None:
        """What the graph quantizes the result to; None where this operator runs in float32."""
        if not self.quantized:
            return None
        quantize = self.result.consumers()[0]
        return quantization_of(quantize)[0]

    def output(self, quantization: Quantization | None = None) -> Tensor:
        """The result's tensor; in int8 the operator may demand another scale than the graph's."""
        if not self.quantized:
            quantization = None
        tensor = self.writer.activation(self.result, quantization or self.wanted)
        self.writer.bind(self.result, tensor)
        return tensor

    def constant_input(self, name: str, data: Any, dtype: Any = np.int32) -> Tensor:
        """A constant of the lowering's own making."""
        return self.writer.put(Constant(f"{self.result.name}_{name}", np.asarray(data, dtype)))

    def scalar(self, name: str, value: float, like: Tensor) -> Tensor:
        """A constant of one value in the type and scale of `like`."""
        data, quantization = np.array([value]), like.quantization
        if quantization is None:
            data = data.astype(np.float32)
        else:
            integers = np.round(data / quantization.scale[0]) + quantization.zero
            data = np.clip(integers, -128, 127).astype(np.int8)
        return self.writer.put(Constant(f"{self.result.name}_{name}", data, quantization))

    def emit(
        self, name: str, inputs: Sequence[Tensor], output: Tensor, options: Any = None, version: int = 0
    ) -> None:
        """Write one operator; the version is that of most operators unless said: 1 in float32, 2 in int8."""
        version = version or (2 if self.quantized else 1)
        self.writer.file.operator(name, version, [entry.index for entry in inputs], [output.index], options)

    def step(
        self,
        name: str,
        inputs: Sequence[Tensor],
        label: str,
        options: Any = None,
        shape: Sequence[int] | None = None,
    ) -> Tensor:
        """One of several operators in float32; what it makes has the shape of its inputs, unless said."""
        shape = np.broadcast_shapes(*(entry.shape for entry in inputs)) if shape is None else shape
        made = self.writer.new(f"{self.result.name}_{label}", shape, None)
        self.emit(name, inputs, made, options)
        return made

    def unsupported(self, reason: str) -> NoReturn:
        """Raise UnsupportedOperatorError naming the operator and the node."""
        raise UnsupportedOperatorError(
            f"the TFLite lowering cannot express {self.node.op_type} {self.node.name!r}: {reason}"
        )
