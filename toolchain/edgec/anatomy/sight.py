"""Which pixels of the image a pixel of a step depends on."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from torch import fx

from edgec.anatomy.steps import Step
from edgec.errors import GraphError

Span = tuple[int, int]
"""The first and the last position along the height."""


def receptive_field(steps: Sequence[Step], place: int) -> int:
    """Height in pixels of what one pixel of a step's result sees: the most of any pixel, borders apart.

    Spans are followed back to the image along the height, exactly through each operator. Where a map was
    upsampled its pixels see differently many; they repeat with the pixels of the smallest map. Raises
    GraphError for an operator that it does not know.
    """
    smallest = min(step.shape[-2] for step in steps[: place + 1])
    return max(_seen(steps, place, pixel) for pixel in range(steps[place].shape[-2] // smallest))


def _seen(steps: Sequence[Step], place: int, pixel: int) -> int:
    wanted: dict[int, Span] = {place: (pixel, pixel)}
    for at in range(place, -1, -1):
        if at in wanted:
            span = _behind(steps[at], wanted.pop(at))
            for source in steps[at].sources:
                first, last = wanted.get(source, span)
                wanted[source] = min(first, span[0]), max(last, span[1])
    first, last = wanted[-1]
    return last - first + 1


def _behind(step: Step, span: Span) -> Span:
    """What of its sources a step needs for a span of its result."""
    if step.operator not in _RULES:
        raise GraphError(f"what a pixel of {step.operator} depends on is not known")
    return _RULES[step.operator](step.node, span)


def _same(_node: fx.Node, span: Span) -> Span:
    return span


def _convolution(node: fx.Node, span: Span) -> Span:
    stride, padding, dilation = _number(node, 3, 1), _number(node, 4, 0), _number(node, 5, 1)
    return _window(span, _kernel(node), stride, padding, dilation)


def _pool(node: fx.Node, span: Span) -> Span:
    kernel = _number(node, 1, 1)
    stride, padding, dilation = _number(node, 2, kernel), _number(node, 3, 0), _number(node, 4, 1)
    return _window(span, kernel, stride, padding, dilation)


def _window(span: Span, kernel: int, stride: int, padding: int, dilation: int) -> Span:
    return span[0] * stride - padding, span[1] * stride - padding + (kernel - 1) * dilation


def _transposed(node: fx.Node, span: Span) -> Span:
    stride, padding = _number(node, 3, 1), _number(node, 4, 0)
    return math.ceil((span[0] + padding - _kernel(node) + 1) / stride), (span[1] + padding) // stride


def _bilinear(node: fx.Node, span: Span) -> Span:
    source: Any = node.all_input_nodes[0]
    factor = source.meta["val"].shape[-2] / node.meta["val"].shape[-2]
    first, last = ((place + 0.5) * factor - 0.5 for place in span)
    return math.floor(first), math.ceil(last)


def _nearest(node: fx.Node, span: Span) -> Span:
    source: Any = node.all_input_nodes[0]
    factor = source.meta["val"].shape[-2] / node.meta["val"].shape[-2]
    return math.floor(span[0] * factor), math.floor(span[1] * factor)


def _slice(node: fx.Node, span: Span) -> Span:
    height = node.meta["val"].ndim - 2
    if _number(node, 1, 0) != height:
        return span
    start, step = _number(node, 2, 0), _number(node, 4, 1)
    return span[0] * step + start, span[1] * step + start


def _pad(node: fx.Node, span: Span) -> Span:
    amounts: Any = node.args[1]
    above = amounts[2] if len(amounts) > 2 else 0
    return span[0] - above, span[1] - above


def _kernel(node: fx.Node) -> int:
    weight: Any = node.args[1]
    return int(weight.meta["val"].shape[-2])


def _number(node: fx.Node, place: int, usual: int) -> int:
    """An argument; the height's, where there is one for each axis."""
    given: Any = node.args[place] if len(node.args) > place else usual
    if isinstance(given, int):
        return given
    return int(given[-2]) if len(given) > 1 else usual


_RULES: dict[str, Callable[[fx.Node, Span], Span]] = {
    **dict.fromkeys(("conv2d", "conv3d"), _convolution),
    **dict.fromkeys(("conv_transpose2d", "conv_transpose3d"), _transposed),
    **dict.fromkeys(("max_pool2d", "max_pool3d"), _pool),
    "upsample_bilinear2d": _bilinear,
    "upsample_nearest2d": _nearest,
    "slice": _slice,
    "pad": _pad,
    **dict.fromkeys(("relu", "batch_norm", "hardswish", "gelu", "sigmoid", "softmax"), _same),
    **dict.fromkeys(("add", "sub", "mul", "div", "cat", "prelu", "round", "clamp", "ge", "where"), _same),
}
