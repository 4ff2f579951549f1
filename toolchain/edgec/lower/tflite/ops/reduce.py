"""Mean, maximum, minimum and sum over axes of an image, which are kept as 1."""

from collections.abc import Sequence

from ai_edge_litert import schema_py_generated as schema

from edgec.lower.tflite.op import Handler, Op
from edgec.lower.tflite.tensors import PLACE_IN_NHWC

NAMES = {"ReduceMean": "MEAN", "ReduceMax": "REDUCE_MAX", "ReduceMin": "REDUCE_MIN", "ReduceSum": "SUM"}
HEIGHT_AND_WIDTH = (2, 3)


def reduce(op: Op) -> None:
    """Over any of channels, height and width; no axes at all mean all of them."""
    axes = [int(axis) % 4 for axis in op.parameter(1, op.attribute("axes", ()))]
    if not axes and op.attribute("noop_with_empty_axes", 0):
        op.unsupported("without axes it does nothing: leave it out")
    if not op.attribute("keepdims", 1):
        op.unsupported("only with keepdims=1, so that the result is an image")
    _reduce(op, NAMES[op.node.op_type], axes or range(4))


def global_average_pool(op: Op) -> None:
    """Mean over height and width."""
    _reduce(op, "MEAN", HEIGHT_AND_WIDTH)


def global_max_pool(op: Op) -> None:
    """Maximum over height and width."""
    _reduce(op, "REDUCE_MAX", HEIGHT_AND_WIDTH)


def _reduce(op: Op, name: str, axes: Sequence[int]) -> None:
    source = op.input()
    places = op.constant_input("axes", sorted(PLACE_IN_NHWC[axis] for axis in axes))
    # The greatest and least are values of the input, in the input's scale.
    moved = source.quantization if name in ("REDUCE_MAX", "REDUCE_MIN") else None
    op.emit(name, [source, places], op.output(moved), schema.ReducerOptionsT(keepDims=True))


HANDLERS = {
    "GlobalAveragePool": Handler(global_average_pool),
    "GlobalMaxPool": Handler(global_max_pool, moves=True),
    "ReduceMax": Handler(reduce, operands=1, moves=True),
    "ReduceMean": Handler(reduce, operands=1),
    "ReduceMin": Handler(reduce, operands=1, moves=True),
    "ReduceSum": Handler(reduce, operands=1, int8=False),
}
