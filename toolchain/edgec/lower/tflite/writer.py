"""Writer: the file being written and what each value of the graph has become in it."""

from collections.abc import Sequence

import numpy as np
import onnx_ir as ir
from ai_edge_litert import schema_py_generated as schema

from edgec.errors import QuantizationError, UnsupportedOperatorError
from edgec.graph import static_shape
from edgec.lower.tflite.flatbuffer import FlatBuffer
from edgec.lower.tflite.tensors import Array, Constant, Quantization, Tensor, nhwc
from edgec.passes.arrays import array_of

UNSIGNED_SHIFT = 128
# Of DEQUANTIZE, which has a version for each type.
HALF_VERSION, PER_CHANNEL_VERSION = 3, 5


class Writer:
    """Values of the graph -> tensors of the file; conversions between float32 and int8 made when asked."""

    def __init__(self) -> None:
        self.file = FlatBuffer()
        self._tensors: dict[ir.Value, Tensor] = {}
        self._converted: dict[tuple[int, Quantization | None], Tensor] = {}

    def bind(self, value: ir.Value, tensor: Tensor) -> None:
        """From here on `value` is `tensor`."""
        self._tensors[value] = tensor

    def tensor(self, value: ir.Value) -> Tensor:
        """What an activation has become. Raises UnsupportedOperatorError where it is a constant."""
        if value not in self._tensors:
            raise UnsupportedOperatorError(
                f"{value.name!r} is a constant where the TFLite lowering takes an image: fold constants first"
            )
        return self._tensors[value]

    def activation(self, value: ir.Value, quantization: Quantization | None) -> Tensor:
        """A new NHWC tensor in the shape of `value`. Raises UnsupportedOperatorError unless it has 4 axes."""
        shape = static_shape(value)
        if len(shape) != 4:
            raise UnsupportedOperatorError(
                f"{value.name!r} has the shape {shape}: the TFLite lowering takes images, (N, C, H, W), only"
            )
        return self.new(str(value.name), nhwc(shape), quantization)

    def new(self, name: str, shape: Sequence[int], quantization: Quantization | None) -> Tensor:
        """A new activation: int8 where `quantization` is given, else float32."""
        dtype = np.float32 if quantization is None else np.int8
        index = self.file.tensor(name, shape, dtype, quantization)
        return Tensor(index, name, tuple(shape), quantization)

    def put(self, constant: Constant) -> Tensor:
        """A constant as it stands, in the layout that the operator wants."""
        data, quantization = constant.data, constant.quantization
        index = self.file.tensor(constant.name, data.shape, data.dtype, quantization, data)
        return Tensor(index, constant.name, data.shape, quantization)

    def expanded(self, constant: Constant) -> Tensor:
        """float32 made from a constant in fewer bytes by DEQUANTIZE, once, when the network is loaded."""
        stored = self.put(constant)
        made = self.new(f"{constant.name}_expanded", stored.shape, None)
        version = HALF_VERSION if constant.is_half else PER_CHANNEL_VERSION
        self.file.operator("DEQUANTIZE", version, [stored.index], [made.index], schema.DequantizeOptionsT())
        return made

    def convert(self, tensor: Tensor, quantization: Quantization | None, name: str = "") -> Tensor:
        """`tensor` in this type and scale: itself, or behind QUANTIZE or DEQUANTIZE (each made once)."""
        if tensor.quantization == quantization:
            return tensor
        key = (tensor.index, quantization)
        if key not in self._converted:
            suffix = "dequantized" if quantization is None else "quantized"
            made = self.new(name or f"{tensor.name}_{suffix}", tensor.shape, quantization)
            if quantization is None:
                self.file.operator("DEQUANTIZE", 2, [tensor.index], [made.index], schema.DequantizeOptionsT())
            else:
                version = 1 if tensor.quantization is None else 2
                options = schema.QuantizeOptionsT()
                self.file.operator("QUANTIZE", version, [tensor.index], [made.index], options)
            self._converted[key] = made
        return self._converted[key]


def constant_of(value: ir.Value) -> Constant | None:
    """The constant behind `value`, as it is stored: through a DequantizeLinear, or a Cast of float16.

    None where it is computed at run time.
    """
    data = array_of(value)
    if data is not None:
        return Constant(str(value.name), data)
    node = value.producer()
    if node is None or node.op_type not in ("DequantizeLinear", "Cast"):
        return None
    integers = array_of(node.inputs[0])
    if integers is None:
        return None
    if node.op_type == "Cast":
        return Constant(str(value.name), integers) if integers.dtype == np.float16 else None
    quantization, shift = quantization_of(node)
    if integers.dtype == np.uint8:
        integers = (integers.astype(np.int16) - shift).astype(np.int8)
    return Constant(str(value.name), integers, quantization)


def quantization_of(node: ir.Node) -> tuple[Quantization, int]:
    """A QuantizeLinear's or DequantizeLinear's parameters as int8 ones, and what uint8 data must lose.

    Raises QuantizationError where TFLite has no such type: 16 bits, or a zero point per channel.
    """
    scale = _parameter(node, 1)
    zero = _parameter(node, 2) if len(node.inputs) > 2 and node.inputs[2] is not None else None
    integers = array_of(node.inputs[0])  # without a zero point they alone tell the type
    dtype = zero.dtype if zero is not None else np.dtype(np.uint8) if integers is None else integers.dtype
    zeros = {0} if zero is None else {int(entry) for entry in zero.ravel()}
    if dtype not in (np.int8, np.uint8, np.int32) or len(zeros) != 1:
        raise QuantizationError(
            f"{node.op_type} {node.name!r} has {dtype} integers and the zero points {sorted(zeros)}: "
            "TFLite takes 8-bit activations and weights and 32-bit biases with one zero point a tensor"
        )
    shift = UNSIGNED_SHIFT if dtype == np.uint8 else 0
    axis = 0
    if scale.size > 1:
        attribute = node.attributes.get("axis")
        axis = 1 if attribute is None else attribute.as_int()
    scales = tuple(float(entry) for entry in scale.ravel())
    return Quantization(scales, zeros.pop() - shift, axis), shift


def _parameter(node: ir.Node, place: int) -> Array:
    data = array_of(node.inputs[place])
    if data is None:
        raise QuantizationError(f"input {place} of {node.op_type} {node.name!r} must be a constant")
    return data
