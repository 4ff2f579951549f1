"""The graph's own copy with every shape known: the flatbuffer holds fixed sizes only."""

import onnx
import onnx_ir as ir
from onnx_ir.passes.common import RemoveUnusedNodesPass
from onnxscript.optimizer import fold_constants

from edgec.errors import GraphError
from edgec.graph import Graph, static_shape

MANY = 1024  # more numbers than any shape has


def with_static_shapes(graph: Graph) -> Graph:
    """A copy with batch 1 and the shape of each value inferred; the image's size must be fixed.

    Raises GraphError where the size is not fixed or the shapes contradict each other.
    """
    if graph.input.shape is not None and any(not isinstance(dim, int) for dim in graph.input.shape[1:]):
        raise GraphError("TFLite takes images of one fixed size: build for it with --size HEIGHTxWIDTH")
    size = static_shape(graph.input)
    copy = graph.clone()
    copy.input.shape = ir.Shape((1, *size[1:]))
    for node in copy.nodes:
        for value in node.outputs:
            value.shape = _kept(node, value)
    try:
        proto = onnx.shape_inference.infer_shapes(copy.to_proto(), strict_mode=True, data_prop=True)
    except onnx.shape_inference.InferenceError as error:
        raise GraphError(f"the shapes of the network for an input of {size} do not fit: {error}") from error
    known = ir.from_proto(proto)
    _fold_sizes(known)
    return Graph(known)


def _fold_sizes(model: ir.Model) -> None:
    """What was worked out from the free batch is known now; nothing but sizes is in whole numbers."""

    def is_size(node: ir.Node) -> bool:
        return node.outputs[0].dtype == ir.DataType.INT64

    fold_constants(model, input_size_limit=MANY, output_size_limit=MANY, should_fold=is_size)
    RemoveUnusedNodesPass()(model)


def _kept(node: ir.Node, value: ir.Value) -> ir.Shape | None:
    """Nothing but what ONNX does not infer: of GroupNormalization the shape at export stands."""
    if node.op_type != "GroupNormalization" or value.shape is None:
        return None
    return ir.Shape((1, *list(value.shape)[1:]))
