import numpy as np
import onnx_ir as ir
from tests.toolchain.lower.networks import image_for, in_onnxruntime, network, node, values

from edgec.graph import Graph
from edgec.lower.rewrites.float_biases import FloatBiases
from edgec.quantize import quantize_static, store_int8, tensors_to_observe
from edgec_calibration import calibrate
from edgec_targets.target import Int8


def convolution() -> Graph:
    return network((1, 3, 6, 8), node("Conv", "x", "w", "b"), w=values((4, 3, 3, 3)), b=values((4,)))


def quantized() -> Graph:
    graph = convolution()
    ranges = calibrate(graph.to_bytes(), tensors_to_observe(graph), [image_for(graph)], "min-max")
    return quantize_static(graph, ranges, Int8(activation="uint8"))


def test_biases_become_floats_of_the_same_value() -> None:
    graph = quantized()
    result = FloatBiases()(graph)
    assert result.changed
    types = {value.dtype for value in result.graph.model.graph.initializers.values()}
    assert ir.DataType.INT32 not in types
    assert ir.DataType.INT8 in types
    image = image_for(graph, 7)
    before, after = (in_onnxruntime(found.to_bytes(), image) for found in (graph, result.graph))
    assert np.array_equal(before, after)


def test_what_has_no_integer_bias_is_left_alone() -> None:
    for graph in (convolution(), store_int8(convolution())):
        assert not FloatBiases()(graph).changed
