"""A Resize whose size is worked out at run time, though it is known, gets constant factors.

`interpolate(x, size=skip.shape[2:])` asks the graph for the batch too, which is free, so that constant
folding leaves the whole calculation in; TFLite then has no form for it. Sizes need the batch, unless `axes`
leaves it out, and ONNX Runtime cannot move a Resize with axes to the layout of its integer kernels.
"""

from dataclasses import dataclass

import numpy as np
import onnx_ir as ir

from edgec.passes.library import LibraryPass

_SCALES, _SIZES = 2, 3  # places of Resize's inputs


@dataclass(frozen=True)
class FixResizes(LibraryPass):
    """Give the factors of all axes, where height and width are known and only they change."""

    def rewrite(self, model: ir.Model) -> bool:
        """See LibraryPass."""
        found = [(node, factors) for node in model.graph if (factors := _factors(node)) is not None]
        for node, factors in found:
            _fix(model.graph, node, factors)
        return bool(found)


def _factors(node: ir.Node) -> list[np.float32] | None:
    """The factors of the four axes; None where they are not known, or no calculation is to be replaced."""
    source, result = node.inputs[0], node.outputs[0]
    if not _is_computed(node) or source is None or source.shape is None or result.shape is None:
        return None
    (*before, height, width), (*after, tall, wide) = source.shape, result.shape
    sizes = [size for size in (height, width, tall, wide) if isinstance(size, int)]
    if before != after or len(before) != 2 or len(sizes) != 4:
        return None
    return [np.float32(1), np.float32(1), _factor(sizes[0], sizes[2]), _factor(sizes[1], sizes[3])]


def _is_computed(node: ir.Node) -> bool:
    if node.op_type != "Resize" or len(node.inputs) <= _SIZES or "axes" in node.attributes:
        return False
    sizes = node.inputs[_SIZES]
    return sizes is not None and sizes.const_value is None


def _factor(size: int, result: int) -> np.float32:
    """The least that gives `result` of `size`: engines round the product down, some of them in 64 bits."""
    factor = np.float32(result) / np.float32(size)
    return factor if float(factor) * size >= result else np.nextafter(factor, np.float32(np.inf))


def _fix(graph: ir.Graph, node: ir.Node, factors: list[np.float32]) -> None:
    name = f"{node.outputs[0].name}.factors"
    value = ir.Value(
        name=name,
        const_value=ir.tensor(np.array(factors), name=name),
        shape=ir.Shape([4]),
        type=ir.TensorType(ir.DataType.FLOAT),
    )
    graph.register_initializer(value)
    node.replace_input_with(_SCALES, value)
    node.replace_input_with(_SIZES, None)
