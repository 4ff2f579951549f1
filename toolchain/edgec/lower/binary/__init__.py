"""Binary networks in ONNX: nodes of com.edgec, and the bodies that make them run without its kernels."""

from edgec.lower.binary.functions import add_functions, function
from edgec.lower.binary.lowering import lower_signs
from edgec.lower.binary.nodes import (
    Kernel,
    Made,
    binary_conv,
    binary_conv_add,
    binary_conv_float,
    binary_conv_int8,
    bit_max_pool,
    bit_pack,
    bit_pack_int8,
    bit_unpack,
    bit_upsample,
    int8_conv,
    stream_conv_float,
    with_doubled,
)
from edgec.lower.binary.unread import without_unread
from edgec.lower.binary.weights import (
    dot_thresholds,
    integer_levels,
    largest_levels,
    pack_weights,
    residual_steps,
)

__all__ = [
    "Kernel",
    "Made",
    "add_functions",
    "binary_conv",
    "binary_conv_add",
    "binary_conv_float",
    "binary_conv_int8",
    "bit_max_pool",
    "bit_pack",
    "bit_pack_int8",
    "bit_unpack",
    "bit_upsample",
    "dot_thresholds",
    "function",
    "int8_conv",
    "integer_levels",
    "largest_levels",
    "lower_signs",
    "pack_weights",
    "residual_steps",
    "stream_conv_float",
    "with_doubled",
    "without_unread",
]
