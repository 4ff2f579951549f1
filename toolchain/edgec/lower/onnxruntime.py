"""Graph -> the ONNX file that ONNX Runtime loads."""

from edgec.graph import Graph
from edgec.lower.base import Lowered
from edgec.lower.rewrites.conv_transpose import ConvTransposeToConv
from edgec.lower.rewrites.dynamic_matmul import QuantizeMatMulDynamically
from edgec.lower.rewrites.expanded_weights import ExpandWeightsAtLoad

FILE = "model.onnx"


def lower(graph: Graph) -> Lowered:
    """The network as `model.onnx`.

    In a quantized network ConvTranspose, which ONNX Runtime would compute in float32 between two conversions,
    becomes a Conv; in a float one it stays (benchmarks/conv_transpose.py measures what each gains). Weights
    that are stored as int8 are computed with in integers by MatMul and Gemm, and else expanded at load.
    """
    if any(node.op_type == "QuantizeLinear" for node in graph.nodes):
        graph = ConvTransposeToConv()(graph).graph
    graph = QuantizeMatMulDynamically()(graph).graph
    graph = ExpandWeightsAtLoad()(graph).graph
    return Lowered({FILE: graph.to_bytes()}, "NCHW", str(graph.input.name), str(graph.output.name))
