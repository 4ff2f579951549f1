"""Functions of one value."""

import numpy as np
import onnx_ir as ir
from ai_edge_litert import schema_py_generated as schema

from edgec.lower.tflite.op import Handler, Op
from edgec.lower.tflite.tensors import Constant, Quantization
from edgec.lower.tflite.writer import constant_of

# TFLite computes these in int8 in one scale only.
PROBABILITY = Quantization((1 / 256,), -128)
TANH = Quantization((1 / 128,), 0)
CLIPS = {(0.0, 6.0): "RELU6", (-1.0, 1.0): "RELU_N1_TO_1", (0.0, 1.0): "RELU_0_TO_1", (0.0, np.inf): "RELU"}
# The limits that a preceding operator can apply itself.
FUSED = {
    (0.0, np.inf): schema.ActivationFunctionType.RELU,
    (0.0, 6.0): schema.ActivationFunctionType.RELU6,
    (-1.0, 1.0): schema.ActivationFunctionType.RELU_N1_TO_1,
}


def limits(node: ir.Node) -> tuple[float, float] | None:
    """What a Relu or Clip keeps its input between; None where that is computed at run time."""
    if node.op_type == "Relu":
        return 0.0, np.inf
    ends = [-np.inf, np.inf]
    for place, value in enumerate(node.inputs[1:]):
        if value is not None:
            constant = constant_of(value)
            if constant is None:
                return None
            ends[place] = float(constant.real().data.reshape(()))
    return ends[0], ends[1]


def fused_activation(node: ir.Node) -> tuple[int, ir.Node] | None:
    """The Relu or Clip that alone follows `node` and that its TFLite operator can apply, with its code."""
    followers = node.outputs[0].consumers()
    if (
        len(followers) != 1
        or followers[0].op_type not in ("Relu", "Clip")
        or node.outputs[0].is_graph_output()
    ):
        return None
    code = FUSED.get(limits(followers[0]) or (0, 0))
    return None if code is None else (code, followers[0])


def clip(op: Op) -> None:
    """Relu, Relu6 and what else has an operator of its own; other limits by MAXIMUM and MINIMUM."""
    bounds = limits(op.node)
    if bounds is None:
        op.unsupported("its limits must be constants")
    if bounds in CLIPS:
        name = CLIPS[bounds]
        op.emit(name, [op.input()], op.output(), version=1 if name == "RELU_0_TO_1" else 0)
        return
    value = op.input()
    for name, bound in (("MAXIMUM", bounds[0]), ("MINIMUM", bounds[1])):
        if np.isfinite(bound):
            inputs = [value, op.scalar(name.lower(), bound, value)]
            value = op.writer.new(f"{op.result.name}_{name.lower()}", value.shape, value.quantization)
            op.emit(name, inputs, value, schema.MaximumMinimumOptionsT())
    op.writer.bind(op.result, value)


def sigmoid(op: Op) -> None:
    """1 / (1 + exp(-x))."""
    op.emit("LOGISTIC", [op.input()], op.output(PROBABILITY))


def tanh(op: Op) -> None:
    """Hyperbolic tangent."""
    op.emit("TANH", [op.input()], op.output(TANH))


def softmax(op: Op) -> None:
    """Softmax over the channels, the last axis here."""
    if op.attribute("axis", -1) % 4 != 1:
        op.unsupported("only over the channels, axis 1")
    op.emit("SOFTMAX", [op.input()], op.output(PROBABILITY), schema.SoftmaxOptionsT(beta=1.0))


def leaky_relu(op: Op) -> None:
    """x where positive, else alpha * x."""
    options = schema.LeakyReluOptionsT(alpha=op.attribute("alpha", 0.01))
    op.emit("LEAKY_RELU", [op.input()], op.output(), options)


def prelu(op: Op) -> None:
    """x where positive, else slope * x; a slope a channel or one for all."""
    slope = op.constant(1)
    if slope.data.size not in (1, op.shape()[1]) or (
        slope.data.ndim and max(slope.data.shape) != slope.data.size
    ):
        op.unsupported(f"a slope of the shape {slope.data.shape} is neither one value nor one a channel")
    data = np.broadcast_to(slope.data.ravel(), (op.shape()[1],)).reshape(1, 1, -1)
    alpha = op.writer.put(Constant(slope.name, data, slope.quantization))
    op.emit("PRELU", [op.input(), alpha], op.output(), version=1)


def gelu(op: Op) -> None:
    """Gaussian error linear unit, exact or by tanh."""
    options = schema.GeluOptionsT(approximate=op.attribute("approximate", "none") == "tanh")
    op.emit("GELU", [op.input()], op.output(), options)


def hard_swish(op: Op) -> None:
    """x * relu6(x + 3) / 6."""
    op.emit("HARD_SWISH", [op.input()], op.output(), schema.HardSwishOptionsT(), version=1)


def hard_sigmoid(op: Op) -> None:
    """max(0, min(1, alpha * x + beta)) as relu6(6 alpha x + 6 beta) / 6: TFLite has no such operator."""
    alpha, beta = op.attribute("alpha", 0.2), op.attribute("beta", 0.5)
    source, relu6 = op.input(), schema.ActivationFunctionType.RELU6
    inputs = [source, op.scalar("slope", 6 * alpha, source)]
    inputs = [op.step("MUL", inputs, "scaled", schema.MulOptionsT()), op.scalar("offset", 6 * beta, source)]
    shifted = op.step("ADD", inputs, "shifted", schema.AddOptionsT(relu6))
    op.emit("MUL", [shifted, op.scalar("sixth", 1 / 6, source)], op.output(), schema.MulOptionsT())


HANDLERS = {
    "Relu": Handler(clip),
    "Clip": Handler(clip, operands=1),
    "Sigmoid": Handler(sigmoid, own_scale=True),
    "Tanh": Handler(tanh, own_scale=True),
    "Softmax": Handler(softmax, own_scale=True),
    "LeakyRelu": Handler(leaky_relu),
    "PRelu": Handler(prelu),
    "Gelu": Handler(gelu),
    # XNNPACK has it in float only; TFLite's own int8 kernel takes longer than the conversions.
    "HardSwish": Handler(hard_swish, int8=False),
    "HardSigmoid": Handler(hard_sigmoid, int8=False),
}
