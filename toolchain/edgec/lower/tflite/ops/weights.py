"""How the weight and the bias of a convolution lie in the file: as computed with, or in fewer bytes.

- float16 behind DEQUANTIZE, as TFLiteConverter does: XNNPACK expands both when it loads the network. The bias
  too: LiteRT before 2.2 leaves a convolution to plain kernels where only the weight is a half.
- int8 with a float input: XNNPACK's dynamic-range kernels read the integers and quantize the input by what
  they see, which pays where each input value is used often; elsewhere, and in depthwise convolutions, for
  which there is no such kernel, DEQUANTIZE expands them when the network is loaded
  (`benchmarks/tflite_dynamic.py` says where it pays).
"""

import math

import numpy as np

from edgec.errors import QuantizationError
from edgec.lower.tflite.op import Op
from edgec.lower.tflite.tensors import Constant, Quantization, Tensor
from edgec.lower.tflite.writer import constant_of

MAX_SCALE_ERROR = 1e-5  # relative, for scales that were multiplied in float32
# What XNNPACK computes with int8 weights and a float input (qd8-f32-qc8w).
DYNAMIC = frozenset({"CONV_2D", "TRANSPOSE_CONV"})
MIN_PRODUCTS = 64  # of each input value, so that it pays to quantize it first


def weight_of(op: Op) -> Constant:
    """The second input in the type that it is to be stored in."""
    constant = constant_of(op.value(1))
    if constant is None or op.quantized or not (constant.is_half or _is_dynamic(op, constant)):
        return op.constant(1)
    return constant


def put_weight(op: Op, weight: Constant, operator: str) -> Tensor:
    """The weight, its axes in TFLite's order (out, height, width, in), as `operator` reads it."""
    stored = weight.is_half or (weight.quantization is not None and not op.quantized)
    if stored and not (operator in DYNAMIC and _pays(op, weight)):
        return op.writer.expanded(weight)
    return op.writer.put(weight)


def put_bias(op: Op, source: Tensor, weight: Constant, outputs: int) -> Tensor:
    """The bias, zeros where there is none; in int8 its scale is the input's times the weight's."""
    if op.quantized and source.quantization is not None:
        return op.writer.put(_integer_bias(op, _product(source.quantization, weight), outputs))
    dtype = np.float16 if weight.is_half else np.float32
    data = op.constant(2).data if op.has(2) else np.zeros(outputs)
    bias = Constant(_bias_name(op), data.astype(dtype))
    return op.writer.expanded(bias) if weight.is_half else op.writer.put(bias)


def _is_dynamic(op: Op, weight: Constant) -> bool:
    """Whether only the weight is quantized, with a scale for each output channel."""
    if weight.quantization is None or op.writer.tensor(op.value(0)).quantization is not None:
        return False
    channels = weight.data.shape[weight.quantization.axis]
    return weight.quantization.zero == 0 and len(weight.quantization.scale) == channels


def _pays(op: Op, weight: Constant) -> bool:
    """Whether int8 weights of a dense convolution meet each input value often enough."""
    if weight.is_half or op.attribute("group", 1) != 1:
        return False
    strides = op.attribute("strides", (1, 1)) if op.node.op_type == "Conv" else (1, 1)
    return math.prod(weight.data.shape[:-1]) >= MIN_PRODUCTS * math.prod(strides)


def _integer_bias(op: Op, quantization: Quantization, outputs: int) -> Constant:
    if not op.has(2):
        return Constant(_bias_name(op), np.zeros(outputs, np.int32), quantization)
    bias = op.constant(2)
    if not _is_in(bias, quantization):
        raise QuantizationError(
            f"the bias {bias.name!r} must be int32 with the scale of the input times the scale of the weight"
        )
    return Constant(bias.name, bias.data, quantization)


def _bias_name(op: Op) -> str:
    return str(op.value(2).name) if op.has(2) else f"{op.result.name}_bias"


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
