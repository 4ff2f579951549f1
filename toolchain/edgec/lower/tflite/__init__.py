"""Graph -> a TFLite flatbuffer, NHWC, by a writer of our own.

Each node is written by its handler in `ops/`, in int8 where the graph quantizes all that it takes and
gives, else in float32; the scales and zero points are the graph's own (uint8 as int8, shifted by 128).
"""

import onnx_ir as ir

from edgec.errors import UnsupportedOperatorError
from edgec.graph import Graph
from edgec.lower.base import Lowered
from edgec.lower.rewrites.channel_norm import SpellChannelNorm
from edgec.lower.rewrites.conv_transpose import ConvTransposeToConv
from edgec.lower.rewrites.pixel_moves import PixelMoves
from edgec.lower.rewrites.split import SlicesForSplit
from edgec.lower.tflite.ends import affine, begin, end
from edgec.lower.tflite.op import Handler, Op
from edgec.lower.tflite.ops import HANDLERS
from edgec.lower.tflite.ops.activation import fused_activation
from edgec.lower.tflite.shapes import with_static_shapes
from edgec.lower.tflite.writer import Writer, constant_of
from edgec.recipe import Io

FILE = "model.tflite"


def lower(graph: Graph, io: Io = "float") -> Lowered:
    """Write the graph at its fixed size and batch 1 as `model.tflite`, taking and giving what `io` says.

    ConvTranspose becomes a Conv and DepthToSpace: XNNPACK takes longer for it than for those two
    (benchmarks/rewrites.py). A LayerNormalization over channels is spelled out.

    Raises UnsupportedOperatorError (operator and node named), QuantizationError, GraphError (no fixed size).
    """
    for rewrite in (ConvTransposeToConv(), SpellChannelNorm()):
        graph = rewrite(graph).graph
    return write(graph, io)


def write(graph: Graph, io: Io = "float") -> Lowered:
    """As `lower`, but of the graph as it is."""
    moved = PixelMoves()(SlicesForSplit()(with_static_shapes(graph)).graph)
    graph = with_static_shapes(moved.graph) if moved.changed else moved.graph
    writer = Writer()
    source = begin(writer, graph, io)
    done: set[ir.Node] = set()
    for node in graph.nodes:
        if node not in done and node.op_type != "Constant":
            done.update(_lower_node(writer, node, io))
    result = end(writer, graph, io)
    data = writer.file.finish({source.name: source.index}, {result.name: result.index})
    return Lowered({FILE: data}, "NHWC", source.name, result.name, affine(source), affine(result))


def _lower_node(writer: Writer, node: ir.Node, io: Io) -> set[ir.Node]:
    """Write one node; returns it and the activation that went with it."""
    handler = _handler(node)
    result, activation, done = node.outputs[0], 0, {node}
    following = fused_activation(node) if handler.fuses else None
    if following is not None:
        activation, follower = following
        result = follower.outputs[0]
        done.add(follower)
    quantized = handler.int8 and _is_int8(writer, node, handler, result, io)
    handler.emit(Op(writer, node, result, activation, quantized))
    return done


def _handler(node: ir.Node) -> Handler:
    if node.domain or node.op_type not in HANDLERS:
        kind = f"{node.domain}.{node.op_type}" if node.domain else node.op_type
        raise UnsupportedOperatorError(f"the TFLite lowering has no operator {kind} (node {node.name!r})")
    if any(value.consumers() or value.is_graph_output() for value in node.outputs[1:]):
        raise UnsupportedOperatorError(
            f"the TFLite lowering takes one output of {node.op_type} {node.name!r}, and more are used"
        )
    return HANDLERS[node.op_type]


def _is_int8(writer: Writer, node: ir.Node, handler: Handler, result: ir.Value, io: Io) -> bool:
    """Whether the graph quantizes every operand and, nowhere read as real numbers, the result.

    The network's result needs no scale from the graph where TFLite has one only.
    """
    if handler.moves:
        return _has_integers(writer, node.inputs[0])
    if not all(
        _has_integers(writer, value) for value in node.inputs[: handler.operands] if value is not None
    ):
        return False
    consumers = result.consumers()
    if result.is_graph_output():
        return io == "int8" and handler.own_scale and not consumers
    return bool(consumers) and all(consumer.op_type == "QuantizeLinear" for consumer in consumers)


def _has_integers(writer: Writer, value: ir.Value | None) -> bool:
    if value is None:
        return False
    constant = constant_of(value)
    tensor = writer.tensor(value) if constant is None else constant
    return tensor.quantization is not None
