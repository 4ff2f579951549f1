"""Operators that move values and change none."""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from edgec.lower.tflite.op import Handler, Op
from edgec.lower.tflite.ops.window import pad
from edgec.lower.tflite.tensors import PLACE_IN_NHWC, Array, Tensor
from edgec.lower.tflite.writer import constant_of

# A mirror at the edge of the image, which repeats its own pixel, and one in the middle of it.
MIRRORS = {"edge": schema.MirrorPadMode.SYMMETRIC, "reflect": schema.MirrorPadMode.REFLECT}


def identity(op: Op) -> None:
    """Nothing: Identity, or a Cast to float32 of float32 or of a stored constant."""
    if op.node.op_type == "Cast" and op.attribute("to") != 1:
        op.unsupported("only to float32")
    if constant_of(op.result) is None:
        op.writer.bind(op.result, op.writer.tensor(op.value(0)))


def depth_to_space(op: Op) -> None:
    """Blocks of channels become pixels; ONNX's CRD order is put into TFLite's, DCR, first."""
    block, source = op.attribute("blocksize"), op.input()
    if op.attribute("mode", "DCR") == "CRD":
        channels = op.shape()[1]
        order = np.arange(channels).reshape(-1, block * block).T.ravel()
        source = _channels(op, source, order)
    options = schema.DepthToSpaceOptionsT(blockSize=block)
    op.emit("DEPTH_TO_SPACE", [source], op.output(source.quantization), options, 1)


def space_to_depth(op: Op) -> None:
    """Pixels become blocks of channels, in the order that both have."""
    options, source = schema.SpaceToDepthOptionsT(blockSize=op.attribute("blocksize")), op.input()
    op.emit("SPACE_TO_DEPTH", [source], op.output(source.quantization), options)


def slice_(op: Op) -> None:
    """A rectangular part, forward only."""
    begins, sizes, steps = [0] * 4, list(op.input().shape), [1] * 4
    starts, ends = op.parameter(1), op.parameter(2)
    axes = op.parameter(3, range(len(starts)))
    strides = op.parameter(4, [1] * len(starts))
    for start, end, axis, stride in zip(starts, ends, axes, strides, strict=True):
        if stride < 1:
            op.unsupported("only forward, with a step of at least 1")
        place = PLACE_IN_NHWC[int(axis) % 4]
        begin, stop, _ = slice(int(start), int(end)).indices(sizes[place])
        begins[place], sizes[place], steps[place] = begin, stop - begin, int(stride)
    _part(op, op.input(), begins, sizes, steps)


def pad_(op: Op) -> None:
    """Pad with a constant, by reflection or, by one pixel, with the edge; negative amounts crop."""
    amounts = _amounts(op)
    source, mode = op.input(), op.attribute("mode", "constant")
    if (amounts <= 0).all():
        sizes = [size + sum(pair) for size, pair in zip(source.shape, amounts.tolist(), strict=True)]
        _part(op, source, [-before for before in amounts[:, 0].tolist()], sizes, [1] * 4)
    elif (amounts < 0).any():
        op.unsupported("pads of both signs")
    elif mode == "constant":
        op.writer.bind(op.result, pad(op, source, amounts.tolist(), _fill(op, source)))
    elif mode == "reflect" or (mode == "edge" and amounts.max() == 1):
        inputs = [source, op.constant_input("paddings", amounts)]
        op.emit("MIRROR_PAD", inputs, op.output(source.quantization), schema.MirrorPadOptionsT(MIRRORS[mode]))
    else:
        op.unsupported(f"mode {mode!r}: only constant, reflect and, by one pixel, edge")


def expand(op: Op) -> None:
    """Repeated along axes of size 1, to the result's shape."""
    source, result = op.input(), op.output()
    shape = op.constant_input("shape", result.shape)
    op.emit("BROADCAST_TO", [source, shape], result, schema.BroadcastToOptionsT(), version=2)


def gather(op: Op) -> None:
    """The channels in another order."""
    indices = op.parameter(1)
    if op.attribute("axis", 0) % 4 != 1 or indices.ndim != 1:
        op.unsupported("only whole channels, axis 1, by a list of indices")
    op.writer.bind(op.result, _channels(op, op.input(), indices % op.shape()[1]))


def _amounts(op: Op) -> Array:
    """(before, after) for each NHWC axis."""
    given = op.parameter(1).astype(int).reshape(2, -1).T
    amounts = np.zeros((4, 2), int)
    for axis, pair in zip(op.parameter(3, range(4)), given, strict=True):
        amounts[PLACE_IN_NHWC[int(axis) % 4]] = pair
    return amounts


def _fill(op: Op, source: Tensor) -> Tensor | None:
    """What to pad with, unless it is zero, which PAD does by itself."""
    value = float(op.parameter(2, [0.0]).reshape(()))
    return None if value == 0 else op.scalar("fill", value, source)


def _part(op: Op, source: Tensor, begins: list[int], sizes: list[int], steps: list[int]) -> None:
    result, begin = op.output(source.quantization), op.constant_input("begin", begins)
    if set(steps) == {1}:
        op.emit("SLICE", [source, begin, op.constant_input("size", sizes)], result, schema.SliceOptionsT())
        return
    end = op.constant_input("end", np.add(begins, sizes))
    inputs = [source, begin, end, op.constant_input("steps", steps)]
    op.emit("STRIDED_SLICE", inputs, result, schema.StridedSliceOptionsT())


def _channels(op: Op, source: Tensor, order: Array) -> Tensor:
    result = op.writer.new(f"{op.result.name}_ordered", (*source.shape[:3], len(order)), source.quantization)
    op.emit("GATHER", [source, op.constant_input("order", order)], result, schema.GatherOptionsT(axis=3))
    return result


HANDLERS = {
    "Identity": Handler(identity),
    "Cast": Handler(identity),
    "DepthToSpace": Handler(depth_to_space, moves=True),
    "SpaceToDepth": Handler(space_to_depth, moves=True),
    "Slice": Handler(slice_, moves=True),
    "Pad": Handler(pad_, operands=1),
    "Expand": Handler(expand, int8=False),
    "Gather": Handler(gather, moves=True),
}
