"""QuantizeLinear and DequantizeLinear: where a value changes type, which seldom needs an operator."""

from edgec.lower.tflite.op import Handler, Op
from edgec.lower.tflite.writer import constant_of, quantization_of


def quantize(op: Op) -> None:
    """What was made in this scale stays as it is; anything else goes through QUANTIZE."""
    quantization, _ = quantization_of(op.node)
    op.writer.bind(op.result, op.writer.convert(op.writer.tensor(op.value(0)), quantization))


def dequantize(op: Op) -> None:
    """The integers keep standing for the value: who wants real numbers asks the writer for them."""
    if constant_of(op.result) is None:
        op.writer.bind(op.result, op.writer.tensor(op.value(0)))


HANDLERS = {
    "QuantizeLinear": Handler(quantize, operands=1),
    "DequantizeLinear": Handler(dequantize, operands=1),
}
