"""Every ONNX operator that has a TFLite form, one file a family."""

from edgec.lower.tflite.op import Handler
from edgec.lower.tflite.ops import (
    activation,
    conv,
    elementwise,
    exponential,
    norm,
    pool,
    quantized,
    reduce,
    resize,
    shape,
)

HANDLERS: dict[str, Handler] = {
    **activation.HANDLERS,
    **conv.HANDLERS,
    **elementwise.HANDLERS,
    **exponential.HANDLERS,
    **norm.HANDLERS,
    **pool.HANDLERS,
    **quantized.HANDLERS,
    **reduce.HANDLERS,
    **resize.HANDLERS,
    **shape.HANDLERS,
}
