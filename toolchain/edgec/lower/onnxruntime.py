"""Graph -> the ONNX file that ONNX Runtime loads."""

from edgec.export.group_norm import spell_group_norms
from edgec.graph import Graph
from edgec.lower.base import Lowered
from edgec.lower.rewrites.conv_transpose import ConvTransposeToConv
from edgec.lower.rewrites.depth_to_space import SpellDepthToSpace
from edgec.lower.rewrites.dynamic_matmul import QuantizeMatMulDynamically
from edgec.lower.rewrites.expanded_weights import ExpandWeightsAtLoad
from edgec.lower.rewrites.float_convolutions import KeepFloatConvolutions
from edgec.lower.rewrites.wide_head import WidenHead

FILE = "model.onnx"


def lower(graph: Graph) -> Lowered:
    """The network as `model.onnx`.

    In a quantized network ConvTranspose, which ONNX Runtime would compute in float32 between two conversions,
    becomes a Conv and moves of pixels, the head is widened, and convolutions that were left in float are kept
    from being rounded; a float network stays as it is (benchmarks/rewrites.py measures what each gains).
    Weights stored as int8 are computed with in integers by MatMul and Gemm, and else expanded at load.
    GroupNormalization is spelled out.
    """
    if any(node.op_type == "QuantizeLinear" for node in graph.nodes):
        for rewrite in (
            ConvTransposeToConv(),
            SpellDepthToSpace(),
            WidenHead(),
            KeepFloatConvolutions(),
        ):
            graph = rewrite(graph).graph
    graph = QuantizeMatMulDynamically()(spell_group_norms(graph)).graph
    graph = ExpandWeightsAtLoad()(graph).graph
    return Lowered({FILE: _without_shapes(graph)}, "NCHW", str(graph.input.name), str(graph.output.name))


def _without_shapes(graph: Graph) -> bytes:
    """The file without the shapes between the operators, which ONNX Runtime works out anyway."""
    proto = graph.to_proto()
    proto.graph.ClearField("value_info")
    data: bytes = proto.SerializeToString(deterministic=True)
    return data
