"""Normalization by an image's own mean and variance, in float: TFLite has no such operators."""

from collections.abc import Sequence

from ai_edge_litert import schema_py_generated as schema

from edgec.lower.tflite.op import Handler, Op
from edgec.lower.tflite.tensors import Tensor

EPSILON = 1e-5


def instance_normalization(op: Op) -> None:
    """Each channel by itself (Ulyanov et al. 2016, https://arxiv.org/abs/1607.08022)."""
    _affine(op, _normal(op, op.input(), (1, 2)))


def group_normalization(op: Op) -> None:
    """Some channels together (Wu and He 2018, https://arxiv.org/abs/1803.08494)."""
    source, groups = op.input(), op.attribute("num_groups")
    _, height, width, channels = source.shape
    apart = _reshaped(op, source, "groups", (1, height * width, groups, channels // groups))
    _affine(op, _reshaped(op, _normal(op, apart, (1, 3)), "image", source.shape))


def _normal(op: Op, source: Tensor, axes: Sequence[int]) -> Tensor:
    """(x - mean) / sqrt(variance + epsilon), over these axes of the tensor."""
    near = op.step("SUB", [source, _mean(op, source, axes, "mean")], "near", schema.SubOptionsT())
    # TFLite adds one after the other: of thousands of pixels far from 0, the mean is not quite theirs.
    centred = op.step("SUB", [near, _mean(op, near, axes, "rest")], "centred", schema.SubOptionsT())
    squares = op.step("MUL", [centred, centred], "squares", schema.MulOptionsT())
    variance = _mean(op, squares, axes, "variance")
    epsilon = op.scalar("epsilon", op.attribute("epsilon", EPSILON), variance)
    above = op.step("ADD", [variance, epsilon], "above", schema.AddOptionsT())
    return op.step("MUL", [centred, op.step("RSQRT", [above], "inverse")], "normal", schema.MulOptionsT())


def _mean(op: Op, source: Tensor, axes: Sequence[int], label: str) -> Tensor:
    shape = [1 if place in axes else size for place, size in enumerate(source.shape)]
    inputs = [source, op.constant_input(f"{label}_axes", axes)]
    return op.step("MEAN", inputs, label, schema.ReducerOptionsT(keepDims=True), shape)


def _reshaped(op: Op, source: Tensor, label: str, shape: Sequence[int]) -> Tensor:
    inputs = [source, op.constant_input(f"{label}_shape", shape)]
    return op.step("RESHAPE", inputs, label, schema.ReshapeOptionsT(newShape=list(shape)), shape)


def _affine(op: Op, normal: Tensor) -> None:
    """Times the scale and plus the bias of each channel."""
    scale, bias = (op.writer.put(op.constant(place)) for place in (1, 2))
    scaled = op.step("MUL", [normal, scale], "scaled", schema.MulOptionsT())
    op.emit("ADD", [scaled, bias], op.output(), schema.AddOptionsT(fusedActivationFunction=op.activation))


HANDLERS = {
    "InstanceNormalization": Handler(instance_normalization, int8=False, fuses=True),
    "GroupNormalization": Handler(group_normalization, int8=False, fuses=True),
}
