"""Signs and rounding with a gradient: what binary weights and activations are made by."""

from functools import reduce
from typing import Any, Literal

import torch
from torch import Tensor

Gradient = Literal["straight", "approx"]


class _Reaches(torch.autograd.Function):
    """+1 where `x` reaches `threshold`, else -1."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, threshold: Tensor, gradient: Gradient) -> Tensor:
        ctx.save_for_backward(x, threshold)
        ctx.gradient = gradient
        one = threshold.new_ones(())
        return torch.where(x >= threshold, one, -one)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor, None]:
        x, threshold = ctx.saved_tensors
        distance = (x - threshold).abs()
        slope = (
            (distance <= 1).to(distance) if ctx.gradient == "straight" else (2 - 2 * distance).clamp(min=0)
        )
        given = grads[0] * slope
        return given, -given.sum_to_size(threshold.shape), None


def reaches(x: Tensor, threshold: Tensor, gradient: Gradient) -> Tensor:
    """+1 where `x` is at least `threshold`, which broadcasts to it, else -1; of the shape of `x`.

    The sign's own gradient is 0 everywhere. In its place, with d the distance to the threshold: "straight"
    passes what comes where d <= 1 (Courbariaux et al., 2016, https://arxiv.org/abs/1602.02830), "approx"
    passes it times max(2 - 2 d, 0), the slope of the parabolas that Bi-Real Net puts for the sign (Liu et
    al., 2018, https://arxiv.org/abs/1808.00278).
    """
    found: Tensor = _Reaches.apply(x, threshold, gradient)  # type: ignore[no-untyped-call]
    return found


class _Rounded(torch.autograd.Function):
    @staticmethod
    def forward(_ctx: Any, x: Tensor) -> Tensor:
        return x.round()

    @staticmethod
    def backward(_ctx: Any, *grads: Tensor) -> Tensor:
        return grads[0]


def rounded(x: Tensor) -> Tensor:
    """The nearest whole numbers, half to even; gradients pass straight."""
    found: Tensor = _Rounded.apply(x)  # type: ignore[no-untyped-call]
    return found


def residual_signs(x: Tensor, scales: Tensor) -> Tensor:
    """`x` as a sum of levels: each the sign of what the ones before left, times its scale.

    `scales` (M,), of which the absolute values count. ReBNet, Ghasemzadeh et al., 2018,
    https://arxiv.org/abs/1711.01243, with the straight-through gradient.
    """
    zero = scales.new_zeros(())
    left, levels = x, []
    for scale in scales.abs():
        levels.append(scale * reaches(left, zero, "straight"))
        left = left - levels[-1]
    found: Tensor = reduce(torch.add, levels)
    return found
