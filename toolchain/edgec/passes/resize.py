"""A Resize whose size is worked out at run time, though it is known, gets it as a constant.

`interpolate(x, size=skip.shape[2:])` asks the graph for the batch too, which is free, so that constant
folding leaves the whole calculation in; TFLite then has no form for it.
"""

from dataclasses import dataclass

import numpy as np
import onnx_ir as ir

from edgec.passes.library import LibraryPass

_SIZES = 3  # the place of Resize's input `sizes`


@dataclass(frozen=True)
class FixResizes(LibraryPass):
    """Give height and width as constants for axes 2 and 3, where both are known and only they change."""

    def rewrite(self, model: ir.Model) -> bool:
        """See LibraryPass."""
        found = [node for node in model.graph if _is_computed(node) and _known_size(node) is not None]
        for node in found:
            _fix(model.graph, node)
        return bool(found)


def _is_computed(node: ir.Node) -> bool:
    if node.op_type != "Resize" or len(node.inputs) <= _SIZES or "axes" in node.attributes:
        return False
    sizes = node.inputs[_SIZES]
    return sizes is not None and sizes.const_value is None


def _known_size(node: ir.Node) -> tuple[int, int] | None:
    source, result = node.inputs[0], node.outputs[0]
    if source is None or source.shape is None or result.shape is None or len(result.shape) != 4:
        return None
    height, width = result.shape[2], result.shape[3]
    if result.shape[:2] != source.shape[:2] or not isinstance(height, int) or not isinstance(width, int):
        return None
    return height, width


def _fix(graph: ir.Graph, node: ir.Node) -> None:
    name = f"{node.outputs[0].name}.size"
    size = ir.tensor(np.array(_known_size(node), np.int64), name=name)
    value = ir.Value(name=name, const_value=size, shape=ir.Shape([2]), type=ir.TensorType(ir.DataType.INT64))
    graph.register_initializer(value)
    node.replace_input_with(_SIZES, value)
    node.attributes["axes"] = ir.AttrInt64s("axes", [2, 3])
