"""Bias correction: rounded weights shift what a channel gives on average; its bias takes that back.

Nagel et al. 2019, "Data-Free Quantization Through Weight Equalization and Bias Correction", section 4.2, with
the means of the inputs measured on the calibration samples in place of those that BatchNorm tells.
"""

import math

import numpy as np
import numpy.typing as npt
import onnx_ir as ir

from edgec.quantize.weights import Weights

Floats = npt.NDArray[np.float64]


def lost_mean(
    node: ir.Node, weight: npt.NDArray[np.float32], weights: Weights, means: npt.NDArray[np.floating]
) -> Floats:
    """What each output channel of a convolution loses on average by rounding: (out,), in its output's units.

    E[W x] - E[Wq x] = sum over the kernel of (W - Wq) times E[x], as if each of an input channel's values met
    each place of the kernel: the border, where zeros do, is left out of account. `means`: E[x] of each input
    channel, (in,). Conv weights are (out, in / group, kh, kw), ConvTranspose weights (in, out / group, kh,
    kw); there an output meets one place in `strides`.
    """
    groups = node.attributes.get_int("group", 1)
    error = _by_group(node, weight - _real(node, weight, weights), groups)
    lost: Floats = np.einsum("goi,gi->go", error, means.reshape(groups, -1)).reshape(-1)
    if node.op_type == "ConvTranspose":
        lost /= math.prod(node.attributes.get_ints("strides", [1]))
    return lost


def _real(node: ir.Node, weight: npt.NDArray[np.float32], weights: Weights) -> Floats:
    """What the integers stand for, in the shape of `weight`."""
    axis = 0 if node.op_type == "Conv" else 1
    scale = weights.scale
    if scale.ndim:
        scale = np.expand_dims(scale, tuple(place for place in range(weight.ndim) if place != axis))
    return np.asarray(weights.integers * scale.astype(np.float64))


def _by_group(node: ir.Node, error: Floats, groups: int) -> Floats:
    """(groups, out / group, in / group): the kernel's places added up."""
    summed = error.reshape(*error.shape[:2], -1).sum(axis=2)
    parts: Floats = summed.reshape(groups, -1, summed.shape[1])
    return parts if node.op_type == "Conv" else parts.transpose(0, 2, 1)
