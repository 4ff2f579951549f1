"""The work of an operator: multiply-accumulates and the bytes of its tensors, from their shapes."""

import math
from collections.abc import Sequence

CONVOLUTIONS = (
    "Conv",
    "FusedConv",
    "NhwcFusedConv",
    "QLinearConv",
    "ConvInteger",
    "Convolution",
    "BinaryConvolution",
    "CONV_2D",
)
GROUPED = ("GroupConvolution",)  # weights (groups, out/group, in/group, kh, kw)
DEPTHWISE = ("DEPTHWISE_CONV_2D",)  # weights (1, kh, kw, out)
TRANSPOSED = ("ConvTranspose", "ConvolutionBackpropData")  # weights (in, out/group, kh, kw)
TRANSPOSED_LAST = ("TRANSPOSE_CONV",)  # weights (out, kh, kw, in)
PRODUCTS = (
    "MatMul", "FusedMatMul", "Gemm", "FusedGemm", "MatMulInteger", "MatMulIntegerToFloat",
    "DynamicQuantizeMatMul", "QLinearMatMul", "FullyConnected", "FULLY_CONNECTED", "BATCH_MATMUL",
)  # fmt: skip

Shape = Sequence[int]


def multiply_accumulates(kind: str, source: Shape, weights: Shape, result: Shape) -> int | None:
    """Of one run of an operator of this kind on one image; None where it is no convolution or
    product, or a shape is not known.

    `source`, `weights` and `result`: the shapes of the data, of what it is multiplied by and of what comes
    out; where the channels stand among the dimensions does not matter. Each weight is used once at each place
    of the result, in a transposed convolution at each place of the source.
    """
    if not (source and weights and result):
        return None
    size = math.prod(weights)
    if kind in CONVOLUTIONS:
        return size * (math.prod(result) // weights[0])
    if kind in GROUPED:
        return size * (math.prod(result) // math.prod(weights[: len(weights) - 3]))
    if kind in DEPTHWISE:
        return size * (math.prod(result) // weights[-1])
    if kind in TRANSPOSED:
        return size * (math.prod(source) // weights[0])
    if kind in TRANSPOSED_LAST:
        return size * (math.prod(source) // weights[-1])
    if kind in PRODUCTS:
        return math.prod(result) * source[-1]
    return None


def binary_multiply_accumulates(source: Shape, weights: Shape, channels: int) -> int:
    """Of one run of a convolution of com.edgec: as many as one of numbers has, whatever its levels.

    `source`: (N, H, W, ...), `weights`: (OC, k, k, ...), see docs/binary.md.
    """
    return math.prod(source[:3]) * math.prod(weights[:3]) * channels
