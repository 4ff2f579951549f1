"""Conv and ConvTranspose."""

from ai_edge_litert import schema_py_generated as schema

from edgec.lower.tflite.op import Handler, Op
from edgec.lower.tflite.ops.weights import put_bias, put_weight, weight_of
from edgec.lower.tflite.ops.window import SAME, VALID, padded, window_of
from edgec.lower.tflite.tensors import Tensor

INT8_VERSION = 3
GROUPED_VERSION = 6
DYNAMIC_VERSION = 5


def conv(op: Op) -> None:
    """Dense, grouped or depthwise convolution; weights (out, in/group, kh, kw)."""
    weight = weight_of(op)
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
    bias = put_bias(op, source, weight, weight.data.shape[0])
    if depthwise:
        options.depthMultiplier = weight.data.shape[0] // channels
        kernel = put_weight(op, weight.transposed((1, 2, 3, 0)), "DEPTHWISE_CONV_2D")
        version = INT8_VERSION if op.quantized else 1 + (window.dilation != (1, 1))
        op.emit("DEPTHWISE_CONV_2D", [source, kernel, bias], op.output(), options, version)
    else:
        kernel = put_weight(op, weight.transposed((0, 2, 3, 1)), "CONV_2D")
        version = GROUPED_VERSION if group > 1 else _version(op, kernel)
        op.emit("CONV_2D", [source, kernel, bias], op.output(), options, version)


def conv_transpose(op: Op) -> None:
    """Transposed convolution of one group; weights (in, out, kh, kw).

    Its padding says what to cut from the full result: SAME where TFLite cuts the same, else SLICE.
    """
    weight = weight_of(op)
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
        put_weight(op, weight.transposed((1, 2, 3, 0)), "TRANSPOSE_CONV"),
        source,
        put_bias(op, source, weight, weight.data.shape[1]),
    ]
    op.emit("TRANSPOSE_CONV", inputs, target, options, 4 if op.activation else 3)
    if not whole:
        result = op.output()
        corner = op.constant_input("begin", [0, *cut, 0])
        op.emit(
            "SLICE", [target, corner, op.constant_input("size", result.shape)], result, schema.SliceOptionsT()
        )


def _version(op: Op, kernel: Tensor) -> int:
    """Of CONV_2D: all in int8, int8 weights with floats, or all in floats."""
    if op.quantized:
        return INT8_VERSION
    return 1 if kernel.quantization is None else DYNAMIC_VERSION


def _cut_before(op: Op) -> tuple[int, int]:
    automatic = op.attribute("auto_pad", "NOTSET")
    if automatic != "NOTSET" or op.attribute("output_shape") is not None:
        op.unsupported("only explicit pads, no auto_pad and no output_shape")
    top, left = op.attribute("pads", (0, 0, 0, 0))[:2]
    return top, left


def _full(op: Op, size: list[int]) -> Tensor:
    shape = (1, *size, op.result_shape[1])
    return op.writer.new(f"{op.result.name}_full", shape, op.wanted)


HANDLERS = {
    "Conv": Handler(conv, fuses=True),
    "ConvTranspose": Handler(conv_transpose, fuses=True),
}
