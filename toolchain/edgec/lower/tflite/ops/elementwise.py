"""Add, Sub, Mul, Div, Max and Min with broadcasting, BatchNormalization, Concat."""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from edgec.lower.tflite.op import Handler, Op
from edgec.lower.tflite.tensors import Constant, Tensor
from edgec.lower.tflite.writer import constant_of

CHANNELS = 3  # the last axis of NHWC
OPTIONS = {
    "ADD": schema.AddOptionsT,
    "SUB": schema.SubOptionsT,
    "MUL": schema.MulOptionsT,
    "DIV": schema.DivOptionsT,
}

EXTREMES = {"Max": "MAXIMUM", "Min": "MINIMUM"}


def binary(op: Op) -> None:
    """One of the four, of two activations or of one and a constant."""
    name = op.node.op_type.upper()
    options = OPTIONS[name](fusedActivationFunction=op.activation)
    op.emit(name, [_operand(op, 0), _operand(op, 1)], op.output(), options)


def extreme(op: Op) -> None:
    """The greater or the less of two."""
    if len(op.node.inputs) != 2:
        op.unsupported("only of two")
    name = EXTREMES[op.node.op_type]
    op.emit(name, [_operand(op, 0), _operand(op, 1)], op.output(), schema.MaximumMinimumOptionsT())


def batch_normalization(op: Op) -> None:
    """One that could not be folded into a convolution: scale and shift a channel."""
    scale, bias, mean, variance = (op.constant(place).data.astype(np.float64) for place in (1, 2, 3, 4))
    factor = scale / np.sqrt(variance + op.attribute("epsilon", 1e-5))
    inputs = [op.input(), op.constant_input("factor", factor, np.float32)]
    scaled = op.step("MUL", inputs, "scaled", schema.MulOptionsT())
    offset = op.constant_input("offset", bias - mean * factor, np.float32)
    op.emit("ADD", [scaled, offset], op.output(), schema.AddOptionsT(fusedActivationFunction=op.activation))


def concat(op: Op) -> None:
    """Concatenation over the channels; in int8 all inputs in the output's scale."""
    if op.attribute("axis") % 4 != 1:
        op.unsupported("only over the channels, axis 1")
    inputs = [op.writer.convert(op.input(place), op.wanted) for place in range(len(op.node.inputs))]
    op.emit("CONCATENATION", inputs, op.output(), schema.ConcatenationOptionsT(axis=CHANNELS))


def _operand(op: Op, place: int) -> Tensor:
    if constant_of(op.value(place)) is None:
        return op.input(place)
    constant = op.constant(place)
    shape = (1,) * (4 - constant.data.ndim) + constant.data.shape
    if len(shape) != 4:
        op.unsupported(f"{constant.name!r} has more than 4 axes")
    spread = Constant(constant.name, constant.data.reshape(shape), constant.quantization)
    return op.writer.put(spread.transposed((0, 2, 3, 1)))


HANDLERS = {
    "Add": Handler(binary, fuses=True),
    "Sub": Handler(binary, fuses=True),
    "Mul": Handler(binary, fuses=True),
    "Div": Handler(binary, int8=False, fuses=True),
    "Max": Handler(extreme, int8=False),
    "Min": Handler(extreme, int8=False),
    "BatchNormalization": Handler(batch_normalization, int8=False, fuses=True),
    "Concat": Handler(concat),
}
