"""Graph -> the ONNX file that ONNX Runtime loads."""

from edgec.graph import Graph
from edgec.lower.base import Lowered
from edgec.lower.rewrites.conv_transpose import ConvTransposeToConv
from edgec.lower.rewrites.integer_clamp import ClampIntegers

FILE = "model.onnx"
# What ONNX Runtime would compute in float32 between two conversions; benchmarks/conv_transpose.py and
# benchmarks/integer_clamp.py measure what each gains.
INT8_REWRITES = (ConvTransposeToConv(), ClampIntegers())


def lower(graph: Graph) -> Lowered:
    """The network as `model.onnx`; a quantized one in the form that ONNX Runtime runs in integers."""
    if any(node.op_type == "QuantizeLinear" for node in graph.nodes):
        for rewrite in INT8_REWRITES:
            graph = rewrite(graph).graph
    return Lowered({FILE: graph.to_bytes()}, "NCHW", str(graph.input.name), str(graph.output.name))
