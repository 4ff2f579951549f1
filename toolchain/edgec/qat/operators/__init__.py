"""ONNX operators in torch, one function each: (step, inputs) -> result; float32, NCHW, with gradients."""

from collections.abc import Callable

from torch import Tensor

from edgec.qat.operators.places import PLACES
from edgec.qat.operators.values import VALUES
from edgec.qat.operators.window import WINDOWS
from edgec.qat.rounding import dequantize, quantize

OPERATORS: dict[str, Callable[..., Tensor]] = {
    **PLACES,
    **VALUES,
    **WINDOWS,
    "QuantizeLinear": quantize,
    "DequantizeLinear": dequantize,
}
