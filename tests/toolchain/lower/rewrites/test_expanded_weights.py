import numpy as np
import onnx_ir as ir
import pytest
from tests.toolchain.lower.networks import image_for, in_onnxruntime, network, node, quantized, values

from edgec.graph import Graph
from edgec.lower import lower
from edgec.lower.census.onnxruntime import optimized
from edgec.lower.rewrites.expanded_weights import ExpandWeightsAtLoad
from edgec.quantize import store_int8


def convolution() -> Graph:
    conv = node("Conv", "x", "w", "b", to="a", pads=[1, 1, 1, 1])
    up = node("ConvTranspose", "a", "u", strides=[2, 2])
    return network((1, 3, 6, 6), conv, up, w=values((5, 3, 3, 3)), b=values((5,)), u=values((5, 2, 2, 2)))


def test_the_answer_stays_the_same() -> None:
    stored = store_int8(convolution())
    result = ExpandWeightsAtLoad()(stored)
    assert result.changed
    image = image_for(stored)
    before, after = (in_onnxruntime(graph.to_bytes(), image) for graph in (stored, result.graph))
    assert np.abs(before - after).max() <= 1e-6


def test_onnxruntime_has_nothing_left_to_expand_at_a_run() -> None:
    kinds = [entry.op_type for entry in optimized(lower(store_int8(convolution()), "onnxruntime")).graph.node]
    assert set(kinds) <= {"Conv", "ConvTranspose", "ReorderInput", "ReorderOutput"}


def test_the_file_holds_integers() -> None:
    graph = Graph.from_bytes(lower(store_int8(convolution()), "onnxruntime").files["model.onnx"])
    stored = {entry.dtype for entry in graph.model.graph.initializers.values() if len(entry.shape or ()) == 4}
    assert stored >= {ir.DataType.INT8}
    assert all(entry.op_type != "DequantizeLinear" for entry in graph.nodes)


@pytest.mark.parametrize("make", [convolution, lambda: quantized(convolution())], ids=["float", "static"])
def test_other_networks_are_left_alone(make) -> None:
    assert not ExpandWeightsAtLoad()(make()).changed
