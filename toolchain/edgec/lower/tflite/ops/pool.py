"""Pooling."""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from edgec.lower.tflite.op import Handler, Op
from edgec.lower.tflite.ops.window import VALID, Window, pad, padded, window_of


def max_pool(op: Op) -> None:
    """Maximum over a window; padding never wins."""
    window = window_of(op, tuple(op.attribute("kernel_shape")))
    if set(window.dilation) != {1}:
        op.unsupported("TFLite pools without dilation only")
    source = op.input()
    lowest = (
        None if window.padding is not None else op.scalar("lowest", float(np.finfo(np.float32).min), source)
    )
    source, padding = padded(op, window, source, lowest)
    op.emit(
        "MAX_POOL_2D",
        [source],
        op.output(source.quantization),
        _options(window, padding),
    )


def average_pool(op: Op) -> None:
    """Mean over a window; TFLite leaves padding out of the count."""
    window = window_of(op, tuple(op.attribute("kernel_shape")))
    if set(window.dilation) != {1}:
        op.unsupported("TFLite pools without dilation only")
    source, padding = op.input(), window.padding
    if _counts_padding(op, window):
        source, padding = pad(op, source, window.amounts), VALID
    if padding is None:
        op.unsupported("TFLite averages over padding that counts, or over padding placed as its SAME does")
    op.emit("AVERAGE_POOL_2D", [source], op.output(source.quantization), _options(window, padding))


def _counts_padding(op: Op, window: Window) -> bool:
    """Whether padding is in the mean; what the last window reaches beyond it, with ceil_mode, never is."""
    if not op.attribute("count_include_pad", 0):
        return False
    ends = op.attribute("pads", (0, 0, 0, 0))[2:]
    explicit = op.attribute("auto_pad", "NOTSET") == "NOTSET"
    if explicit and any(axis.after > end for axis, end in zip(window.axes, ends, strict=True)):
        if any(op.attribute("pads", ())):
            op.unsupported("padding that counts, and a last window that reaches beyond it")
        return False
    return any(axis.before or axis.after for axis in window.axes)


def _options(window: Window, padding: int) -> schema.Pool2DOptionsT:
    options = schema.Pool2DOptionsT(padding=padding)
    options.filterHeight, options.filterWidth = window.kernel
    options.strideH, options.strideW = window.stride
    return options


HANDLERS = {
    "MaxPool": Handler(max_pool, moves=True),
    "AveragePool": Handler(average_pool),
}
