"""Sliding windows: which of TFLite's two paddings is ONNX's explicit one, if any."""

from dataclasses import dataclass

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from edgec.lower.tflite.op import Op
from edgec.lower.tflite.tensors import Tensor

SAME, VALID = schema.Padding.SAME, schema.Padding.VALID
Pair = tuple[int, int]


@dataclass(frozen=True)
class Axis:
    """One axis of a sliding window; `before` and `after` are the padding that the result really uses."""

    size: int
    result: int
    extent: int
    stride: int
    before: int

    @property
    def after(self) -> int:
        """What the last window reaches past the end: a stride that stops short leaves padding unused."""
        return max((self.result - 1) * self.stride + self.extent - self.size - self.before, 0)

    @property
    def paddings(self) -> set[int]:
        """Those of TFLite's that put every window in the same place."""
        found = set()
        same_total = max((self.result - 1) * self.stride + self.extent - self.size, 0)
        if self.result == -(-self.size // self.stride) and self.before == same_total // 2:
            found.add(SAME)
        if self.before == 0 and self.result == (self.size - self.extent) // self.stride + 1:
            found.add(VALID)
        return found


@dataclass(frozen=True)
class Window:
    """A two-dimensional sliding window in ONNX's terms."""

    kernel: Pair
    stride: Pair
    dilation: Pair
    axes: tuple[Axis, Axis]

    @property
    def padding(self) -> int | None:
        """SAME or VALID where one of them is exactly this window, else None."""
        return min(self.axes[0].paddings & self.axes[1].paddings, default=None)

    @property
    def amounts(self) -> list[Pair]:
        """The padding before and after, for each NHWC axis."""
        return [(0, 0), *((axis.before, axis.after) for axis in self.axes), (0, 0)]


def window_of(op: Op, kernel: Pair) -> Window:
    """Read strides, dilations and padding of a convolution or pooling node."""
    stride: Pair = tuple(op.attribute("strides", (1, 1)))
    dilation: Pair = tuple(op.attribute("dilations", (1, 1)))
    sizes, results = op.shape()[2:], op.result_shape[2:]
    extents = [(kernel[i] - 1) * dilation[i] + 1 for i in (0, 1)]
    before = _before(op, sizes, results, extents, stride)
    vertical, horizontal = (Axis(sizes[i], results[i], extents[i], stride[i], before[i]) for i in (0, 1))
    return Window(kernel, stride, dilation, (vertical, horizontal))


def padded(op: Op, window: Window, source: Tensor, fill: Tensor | None = None) -> tuple[Tensor, int]:
    """The input and TFLite's padding for this window; pads explicitly where no padding of TFLite's fits."""
    if window.padding is not None:
        return source, window.padding
    return pad(op, source, window.amounts, fill), VALID


def pad(op: Op, source: Tensor, amounts: list[Pair], fill: Tensor | None = None) -> Tensor:
    """PAD with zero, or PADV2 with `fill`; `amounts` is (before, after) for each NHWC axis."""
    shape = [size + before + after for size, (before, after) in zip(source.shape, amounts, strict=True)]
    result = op.writer.new(f"{op.result.name}_padded", shape, source.quantization)
    sizes = op.constant_input("paddings", np.array(amounts))
    if fill is None:
        op.emit("PAD", [source, sizes], result, schema.PadOptionsT())
    else:
        op.emit("PADV2", [source, sizes, fill], result, schema.PadV2OptionsT())
    return result


def _before(
    op: Op, sizes: tuple[int, ...], results: tuple[int, ...], extents: list[int], stride: Pair
) -> list[int]:
    automatic = op.attribute("auto_pad", "NOTSET")
    if automatic in ("SAME_UPPER", "SAME_LOWER"):
        totals = [max((results[i] - 1) * stride[i] + extents[i] - sizes[i], 0) for i in (0, 1)]
        return [(total + (automatic == "SAME_LOWER")) // 2 for total in totals]
    return list(op.attribute("pads", (0, 0, 0, 0))[:2])
