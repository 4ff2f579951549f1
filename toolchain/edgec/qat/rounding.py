"""Rounding that lets gradients through: the straight-through estimator.

Bengio, Leonard and Courville, 2013, https://arxiv.org/abs/1308.3432; in the training of integer networks:
Jacob et al., 2018, https://arxiv.org/abs/1712.05877, here with the ranges of activations fixed.
"""

from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.autograd import Function

from edgec.qat.step import Step
from edgec.quantize.constants import Rounding


class _StraightThrough(Function):
    """(real, rounded, passed) -> rounded, whose gradient is that of real where `passed`; None: everywhere."""

    @staticmethod
    def forward(ctx: Any, _real: Tensor, rounded: Tensor, passed: Tensor | None) -> Tensor:
        ctx.passed = passed
        return rounded

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> tuple[Tensor, None, None]:
        (gradient,) = gradients
        return gradient if ctx.passed is None else gradient * ctx.passed, None, None


def quantize(_: Step, data: Tensor, scale: Tensor, zero_point: Tensor) -> Tensor:
    """QuantizeLinear, as what its integers stand for: float32 of the shape of `data`.

    In the order of ONNX: divided, rounded to even, limited. The gradient ends where the integers do.
    """
    limits = torch.iinfo(zero_point.dtype)
    low, high = limits.min - int(zero_point), limits.max - int(zero_point)
    integers = torch.round(data.detach() / scale)
    passed = (integers >= low) & (integers <= high) if data.requires_grad else None
    return straight_through(data, integers.clamp_(low, high).mul_(scale), passed)


def dequantize(_: Step, data: Tensor, *_affine: Tensor) -> Tensor:
    """DequantizeLinear of an activation, which `quantize` gave as real numbers already."""
    return data


def round_constants(rounding: Rounding, weight: Tensor, bias: Tensor | None) -> list[Tensor | None]:
    """A convolution's weight and bias as the built graph will hold them, by the code that builds it.

    Scales follow the weights, so that nothing is cut off. Raises QuantizationError where one is not finite.
    """
    given = None if bias is None else bias.detach().cpu().numpy()
    weights = rounding.weights(weight.detach().cpu().numpy(), given)
    real = straight_through(weight, _as(weights.real(rounding.axis), weight), None)
    if bias is None or given is None:
        return [real, None]
    integers, scale = rounding.bias(given, weights)
    return [real, straight_through(bias, _as(integers.astype(np.float32) * scale, bias), None)]


def straight_through(real: Tensor, rounded: Tensor, passed: Tensor | None) -> Tensor:
    """The values of `rounded` with the gradient of `real`, where `passed`."""
    result: Tensor = _StraightThrough.apply(real, rounded, passed)  # type: ignore[no-untyped-call]
    return result


def _as(data: np.ndarray[Any, np.dtype[np.float32]], like: Tensor) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(data)).to(like.device)
