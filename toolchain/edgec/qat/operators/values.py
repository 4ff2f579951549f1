"""Operators that work value by value, and BatchNormalization and the reductions."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from edgec.qat.step import Step


def clip(_: Step, data: Tensor, low: Tensor | None = None, high: Tensor | None = None) -> Tensor:
    """Both limits are optional."""
    return data if low is None and high is None else torch.clamp(data, low, high)


def softmax(step: Step, data: Tensor) -> Tensor:
    """Over one axis."""
    return torch.softmax(data, dim=step.attributes.get("axis", -1))


def leaky_relu(step: Step, data: Tensor) -> Tensor:
    """x where positive, else alpha x."""
    return functional.leaky_relu(data, step.attributes.get("alpha", 0.01))


def prelu(_: Step, data: Tensor, slope: Tensor) -> Tensor:
    """x where positive, else slope x."""
    return torch.where(data >= 0, data, slope * data)


def gelu(step: Step, data: Tensor) -> Tensor:
    """Exact or by tanh."""
    return functional.gelu(data, approximate=step.attributes.get("approximate", "none"))


def hard_sigmoid(step: Step, data: Tensor) -> Tensor:
    """max(0, min(1, alpha x + beta))."""
    slope, offset = step.attributes.get("alpha", 0.2), step.attributes.get("beta", 0.5)
    return torch.clamp(slope * data + offset, 0, 1)


def batch_normalization(
    step: Step, data: Tensor, scale: Tensor, bias: Tensor, mean: Tensor, variance: Tensor
) -> Tensor:
    """One that could not be folded, with the statistics that it has."""
    epsilon = step.attributes.get("epsilon", 1e-5)
    return functional.batch_norm(data, mean, variance, scale, bias, training=False, eps=epsilon)


def reduce_mean(step: Step, data: Tensor, axes: Tensor | None = None) -> Tensor:
    """Over `axes`, or all."""
    return data.mean(dim=_axes(step, data, axes), keepdim=_keeps(step))


def reduce_sum(step: Step, data: Tensor, axes: Tensor | None = None) -> Tensor:
    """Over `axes`, or all."""
    return data.sum(dim=_axes(step, data, axes), keepdim=_keeps(step))


def reduce_max(step: Step, data: Tensor, axes: Tensor | None = None) -> Tensor:
    """Over `axes`, or all."""
    return torch.amax(data, dim=_axes(step, data, axes), keepdim=_keeps(step))


def reduce_min(step: Step, data: Tensor, axes: Tensor | None = None) -> Tensor:
    """Over `axes`, or all."""
    return torch.amin(data, dim=_axes(step, data, axes), keepdim=_keeps(step))


def _axes(step: Step, data: Tensor, axes: Tensor | None) -> list[int]:
    given = [int(axis) for axis in axes] if axes is not None else list(step.attributes.get("axes", ()))
    if not given and step.attributes.get("noop_with_empty_axes", 0):
        step.unsupported("without axes it does nothing: leave it out")
    return given or list(range(data.ndim))


def _keeps(step: Step) -> bool:
    return bool(step.attributes.get("keepdims", 1))


VALUES: dict[str, Callable[..., Tensor]] = {
    "Add": lambda _, one, other: one + other,
    "Sub": lambda _, one, other: one - other,
    "Mul": lambda _, one, other: one * other,
    "Div": lambda _, one, other: one / other,
    "Relu": lambda _, data: torch.relu(data),
    "Sigmoid": lambda _, data: torch.sigmoid(data),
    "Tanh": lambda _, data: torch.tanh(data),
    "HardSwish": lambda _, data: functional.hardswish(data),
    "Clip": clip,
    "Softmax": softmax,
    "LeakyRelu": leaky_relu,
    "PRelu": prelu,
    "Gelu": gelu,
    "HardSigmoid": hard_sigmoid,
    "BatchNormalization": batch_normalization,
    "ReduceMean": reduce_mean,
    "ReduceSum": reduce_sum,
    "ReduceMax": reduce_max,
    "ReduceMin": reduce_min,
}
