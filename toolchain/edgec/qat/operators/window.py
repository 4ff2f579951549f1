"""Operators that look through a window: convolutions and pools."""

from collections.abc import Callable
from math import inf

import torch
from torch import Tensor
from torch.nn import functional

from edgec.qat.step import Step


def conv(step: Step, image: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """(N, C, H, W), weights (out, C / group, kh, kw)."""
    _check(step, weight)
    pads, options = _pads(step), step.attributes
    before = pads[:2] == pads[2:]
    return functional.conv2d(
        image if before else functional.pad(image, _last_first(pads)),
        weight,
        bias,
        stride=options.get("strides", (1, 1)),
        padding=pads[:2] if before else (0, 0),
        dilation=options.get("dilations", (1, 1)),
        groups=options.get("group", 1),
    )


def conv_transpose(step: Step, image: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """(N, C, H, W), weights (C, out / group, kh, kw); the pads are cut from the whole result."""
    _check(step, weight)
    options = step.attributes
    if "output_shape" in options:
        step.unsupported("its pads are given by output_shape")
    whole = functional.conv_transpose2d(
        image,
        weight,
        bias,
        stride=options.get("strides", (1, 1)),
        output_padding=options.get("output_padding", (0, 0)),
        dilation=options.get("dilations", (1, 1)),
        groups=options.get("group", 1),
    )
    top, left, bottom, right = _pads(step)
    return whole[..., top : whole.shape[2] - bottom, left : whole.shape[3] - right]


def max_pool(step: Step, image: Tensor) -> Tensor:
    """What lies beyond the border is less than anything."""
    pads, options = _pads(step), step.attributes
    if any(pads):
        image = functional.pad(image, _last_first(pads), value=-inf)
    return functional.max_pool2d(
        image,
        options["kernel_shape"],
        stride=options.get("strides", (1, 1)),
        dilation=options.get("dilations", (1, 1)),
        ceil_mode=bool(options.get("ceil_mode", 0)),
    )


def average_pool(step: Step, image: Tensor) -> Tensor:
    """The border counts or not, as `count_include_pad` says."""
    pads, options = _pads(step), step.attributes
    if pads[:2] != pads[2:] or set(options.get("dilations", (1, 1))) != {1}:
        step.unsupported("only with the same pads on both sides and no dilation")
    return functional.avg_pool2d(
        image,
        options["kernel_shape"],
        stride=options.get("strides", (1, 1)),
        padding=pads[:2],
        ceil_mode=bool(options.get("ceil_mode", 0)),
        count_include_pad=bool(options.get("count_include_pad", 0)),
    )


def global_average_pool(_: Step, image: Tensor) -> Tensor:
    """(N, C, 1, 1)."""
    return image.mean(dim=(2, 3), keepdim=True)


def global_max_pool(_: Step, image: Tensor) -> Tensor:
    """(N, C, 1, 1)."""
    return torch.amax(image, dim=(2, 3), keepdim=True)


def _check(step: Step, weight: Tensor) -> None:
    if weight.ndim != 4:
        step.unsupported(f"only 2-D convolutions, and the weight has the shape {tuple(weight.shape)}")


def _pads(step: Step) -> tuple[int, ...]:
    """Top, left, bottom, right."""
    if step.attributes.get("auto_pad", "NOTSET") not in ("NOTSET", "VALID"):
        step.unsupported("its pads depend on the image's size (auto_pad)")
    return tuple(step.attributes.get("pads", (0, 0, 0, 0)))


def _last_first(pads: tuple[int, ...]) -> list[int]:
    """In torch's order: left, right, top, bottom."""
    top, left, bottom, right = pads
    return [left, right, top, bottom]


WINDOWS: dict[str, Callable[..., Tensor]] = {
    "Conv": conv,
    "ConvTranspose": conv_transpose,
    "MaxPool": max_pool,
    "AveragePool": average_pool,
    "GlobalAveragePool": global_average_pool,
    "GlobalMaxPool": global_max_pool,
}
