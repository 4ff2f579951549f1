"""Graph -> the ONNX file that ONNX Runtime loads."""

from edgec.graph import Graph
from edgec.lower.base import Lowered
from edgec.lower.rewrites.conv_transpose import ConvTransposeToConv

FILE = "model.onnx"


def lower(graph: Graph) -> Lowered:
    """The network as `model.onnx`.

    In a quantized network ConvTranspose, which ONNX Runtime would compute in float32 between two conversions,
    becomes a Conv; in a float one it stays (benchmarks/conv_transpose.py measures what each gains).
    """
    if any(node.op_type == "QuantizeLinear" for node in graph.nodes):
        graph = ConvTransposeToConv()(graph).graph
    return Lowered({FILE: graph.to_bytes()}, "NCHW", str(graph.input.name), str(graph.output.name))
