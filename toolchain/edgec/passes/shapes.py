"""Every value gets its type and shape."""

from dataclasses import dataclass

import onnx_ir as ir
from onnx_ir.passes.common import ShapeInferencePass

from edgec.errors import GraphError
from edgec.graph import Graph
from edgec.passes.library import LibraryPass


@dataclass(frozen=True)
class InferShapes(LibraryPass):
    """Infer types and shapes; afterwards each value has both (a dimension may be symbolic)."""

    def rewrite(self, model: ir.Model) -> bool:
        """See LibraryPass."""
        return bool(ShapeInferencePass()(model).modified)

    def ensures(self, graph: Graph) -> None:
        """Raise GraphError naming the first value without a type or shape."""
        for node in graph.nodes:
            for value in node.outputs:
                if value.shape is None or value.dtype is None:
                    raise GraphError(
                        f"the shape of {value.name!r} (made by {node.op_type}) cannot be inferred"
                    )
