"""Conv and ConvTranspose."""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from edgec.errors import QuantizationError
from edgec.lower.tflite.op import Handler, Op
from edgec.lower.tflite.ops.window import SAME, VALID, padded, window_of
from edgec.lower.tflite.tensors import Constant, Quantization, Tensor

INT8_VERSION = 3
GROUPED_VERSION = 6
MAX_SCALE_ERROR = 1e-5  # relative, for scales that were multiplied in float32


def conv(op: Op) -> None:
    """Dense, grouped or depthwise convolution; weights (out, in/group, kh, kw)."""
    weight = op.constant(1)
    if weight.data.ndim != 4:
        op.unsupported(f"only 2-D convolutions, and the weight has the shape {weight.data.shape}")
    channels, group = op.shape()[1], op.attribute("group", 1)
    window = window_of(op, weight.data.shape[2:])
    source, padding = padded(op, window, op.input())
    depthwise = group == channels and group > 1
    options = schema.DepthwiseConv2DOptionsT() if depthwise else schema.Conv2DOptionsT()
    options.padding = padding
    options.strideH, options.strideW = window.stride
    options.dilationHFactor, options.dilationWFactor = window.dilation
    options.fusedActivationFunction = op.activation
    bias = _bias(op, source, weight, weight.data.shape[0])
    if depthwise:
        options.depthMultiplier = weight.data.shape[0] // channels
        kernel = op.writer.put(weight.transposed((1, 2, 3, 0)))
        version = INT8_VERSION if op.quantized else 1 + (window.dilation != (1, 1))
        op.emit("DEPTHWISE_CONV_2D", [source, kernel, bias], op.output(), options, version)
    else:
        kernel = op.writer.put(weight.transposed((0, 2, 3, 1)))
        version = GROUPED_VERSION if group > 1 else INT8_VERSION if op.quantized else 1
        op.emit("CONV_2D", [source, kernel, bias], op.output(), options, version)


def conv_transpose(op: Op) -> None:
    """Transposed convolution of one group; weights (in, out, kh, kw).

    Its padding says what to cut from the full result: SAME where TFLite cuts the same, else SLICE.
    """
    weight = op.constant(1)
    if weight.data.ndim != 4 or op.attribute("group", 1) != 1 or set(op.attribute("dilations", (1,))) != {1}:
        op.unsupported("only 2-D, one group and no dilation")
    kernel, stride = weight.data.shape[2:], tuple(op.attribute("strides", (1, 1)))
    sizes, results = op.shape()[2:], op.result_shape[2:]
    full = [(sizes[i] - 1) * stride[i] + kernel[i] for i in (0, 1)]
    cut = _cut_before(op)
    if any(cut[i] + results[i] > full[i] for i in (0, 1)):
        op.unsupported("its output_padding reaches past the last window")
    same = all(
        sizes[i] == -(-results[i] // stride[i]) and cut[i] == max(full[i] - results[i], 0) // 2
        for i in (0, 1)
    )
    source = op.input()
    whole = same or (*full,) == results
    target = op.output() if whole else _full(op, full)
    options = schema.TransposeConvOptionsT()
    options.padding = SAME if same else VALID
    options.strideH, options.strideW = stride
    options.fusedActivationFunction = op.activation
    inputs = [
        op.constant_input("shape", target.shape),
        op.writer.put(weight.transposed((1, 2, 3, 0))),
        source,
        _bias(op, source, weight, weight.data.shape[1]),
    ]
    op.emit("TRANSPOSE_CONV", inputs, target, options, 4 if op.activation else 3)
    if not whole:
        result = op.output()
        corner = op.constant_input("begin", [0, *cut, 0])
        op.emit(
            "SLICE", [target, corner, op.constant_input("size", result.shape)], result, schema.SliceOptionsT()
        )


def _cut_before(op: Op) -> tuple[int, int]:
    automatic = op.attribute("auto_pad", "NOTSET")
    if automatic != "NOTSET" or op.attribute("output_shape") is not None:
        op.unsupported("only explicit pads, no auto_pad and no output_shape")
    top, left = op.attribute("pads", (0, 0, 0, 0))[:2]
    return top, left


def _full(op: Op, size: list[int]) -> Tensor:
    shape = (1, *size, op.result_shape[1])
    return op.writer.new(f"{op.result.name}_full", shape, op.wanted)


def _bias(op: Op, source: Tensor, weight: Constant, outputs: int) -> Tensor:
    """The bias, zeros where there is none; in int8 its scale is the input's times the weight's."""
    if source.quantization is None or weight.quantization is None:
        dtype: type[np.generic] = np.float32
        quantization = None
    else:
        dtype = np.int32
        quantization = _product(source.quantization, weight)
    if not op.has(2):
        return op.writer.put(Constant(f"{op.result.name}_bias", np.zeros(outputs, dtype), quantization))
    bias = op.constant(2)
    if quantization is not None and not _is_in(bias, quantization):
        raise QuantizationError(
            f"the bias {bias.name!r} must be int32 with the scale of the input times the scale of the weight"
        )
    return op.writer.put(Constant(bias.name, bias.data, quantization))


def _product(source: Quantization, weight: Constant) -> Quantization:
    """The scale in which products of input and weight add up."""
    if weight.quantization is None or weight.quantization.zero != 0:
        raise QuantizationError(
            f"the weight {weight.name!r} has a zero point: TFLite takes symmetric ones only"
        )
    scales = np.float32(source.scale[0]) * np.asarray(weight.quantization.scale, np.float32)
    return Quantization(tuple(float(scale) for scale in scales), 0)


def _is_in(bias: Constant, quantization: Quantization) -> bool:
    if bias.data.dtype != np.int32 or bias.quantization is None:
        return False
    stated = np.broadcast_to(bias.quantization.scale, len(quantization.scale))
    return np.allclose(stated, quantization.scale, rtol=MAX_SCALE_ERROR, atol=0)


HANDLERS = {
    "Conv": Handler(conv, fuses=True),
    "ConvTranspose": Handler(conv_transpose, fuses=True),
}
