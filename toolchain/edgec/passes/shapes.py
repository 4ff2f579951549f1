"""Every value gets its type and shape."""

from dataclasses import dataclass

import onnx_ir as ir
from onnx_ir.passes.common import ShapeInferencePass

from edgec.errors import GraphError
from edgec.graph import Graph
from edgec.passes.library import LibraryPass


@dataclass(frozen=True)
class InferShapes(LibraryPass):
    """Infer types and shapes; afterwards each value has both (a dimension may be symbolic).

    A shape with a dimension that an earlier inference could not name is worked out anew.
    """

    def rewrite(self, model: ir.Model) -> bool:
        """See LibraryPass."""
        before = _shapes(model)
        for value in _values(model):
            if value.shape is not None and any(str(dim).startswith("unk__") for dim in value.shape):
                value.shape = None
        _infer(model)
        return _shapes(model) != before

    def ensures(self, graph: Graph) -> None:
        """Raise GraphError naming the first value without a type or shape."""
        for value in _values(graph.model):
            if value.shape is None or value.dtype is None:
                raise GraphError(f"the shape of {value.name!r} cannot be inferred")


def _infer(model: ir.Model) -> None:
    ShapeInferencePass()(model)
    for node in model.graph:
        # ONNX says nothing of it, nor then of what follows.
        if (
            node.op_type == "GroupNormalization"
            and node.outputs[0].shape is None
            and node.inputs[0] is not None
        ):
            node.outputs[0].shape, node.outputs[0].type = node.inputs[0].shape, node.inputs[0].type
            ShapeInferencePass()(model)


def _values(model: ir.Model) -> list[ir.Value]:
    return [value for node in model.graph for value in node.outputs]


def _shapes(model: ir.Model) -> list[object]:
    return [(value.dtype, value.shape and tuple(map(str, value.shape))) for value in _values(model)]
