import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnxruntime.quantization import QuantType
from tests.toolchain.lower.networks import (
    check_float,
    check_int8,
    image_for,
    in_onnxruntime,
    in_tflite,
    network,
    node,
    operator_names,
    quantized,
    values,
)

from edgec.errors import QuantizationError, UnsupportedOperatorError
from edgec.graph import Graph
from edgec.lower import lower
from edgec.quantize import store_float16, store_int8

QUICK = settings(max_examples=40)


@st.composite
def convolutions(draw: st.DrawFn) -> Graph:
    """Dense, depthwise and grouped, with any stride, dilation and padding that leave a result."""
    kernel = (draw(st.integers(1, 4)), draw(st.integers(1, 4)))
    stride = [draw(st.integers(1, 3)) for _ in range(2)]
    dilation = [draw(st.integers(1, 2)) for _ in range(2)]
    pads = [draw(st.integers(0, 2)) for _ in range(4)]
    size = [draw(st.integers(8, 13)) for _ in range(2)]
    inputs, multiplier = draw(st.integers(1, 6)), draw(st.integers(1, 3))
    group = draw(st.sampled_from([entry for entry in (1, 2, 3, inputs) if inputs % entry == 0]))
    outputs = group * multiplier
    constants = {"w": values((outputs, inputs // group, *kernel), 1)}
    if draw(st.booleans()):
        constants["b"] = values((outputs,), 2)
    conv = node("Conv", "x", *constants, strides=stride, dilations=dilation, pads=pads, group=group)
    return network((1, inputs, *size), conv, **constants)


@QUICK
@given(convolutions())
def test_float_convolution_of_any_window(graph: Graph) -> None:
    check_float(graph)


@QUICK
@given(convolutions())
def test_int8_convolution_of_any_window(graph: Graph) -> None:
    check_int8(quantized(graph))


@st.composite
def transposed(draw: st.DrawFn) -> Graph:
    kernel = [draw(st.integers(1, 4)) for _ in range(2)]
    stride = [draw(st.integers(1, 3)) for _ in range(2)]
    pads = [draw(st.integers(0, size - 1)) for size in (*kernel, *kernel)]
    size, inputs, outputs = draw(st.integers(4, 8)), draw(st.integers(1, 5)), draw(st.integers(1, 5))
    extra = [min(draw(st.integers(0, 1)), pads[axis + 2], stride[axis] - 1) for axis in range(2)]
    constants = {"w": values((inputs, outputs, *kernel), 1)}
    if draw(st.booleans()):
        constants["b"] = values((outputs,), 2)
    conv = node("ConvTranspose", "x", *constants, strides=stride, pads=pads, output_padding=extra)
    return network((1, inputs, size, size + 1), conv, **constants)


@QUICK
@given(transposed())
def test_float_transposed_convolution_of_any_window(graph: Graph) -> None:
    check_float(graph)


@QUICK
@given(transposed())
def test_int8_transposed_convolution_of_any_window(graph: Graph) -> None:
    check_int8(quantized(graph))


@QUICK
@given(st.one_of(convolutions(), transposed()))
def test_half_weights_of_any_window(graph: Graph) -> None:
    check_float(store_float16(graph))


@QUICK
@given(st.one_of(convolutions(), transposed()))
def test_int8_weights_of_any_window(graph: Graph) -> None:
    stored = store_int8(graph)
    image = image_for(stored, seed=7)
    wanted = in_onnxruntime(stored.to_bytes(), image)
    found = in_tflite(lower(stored, "tflite"), image)
    # A dynamic input is off by half a step at most, or by a whole one where its zero is rounded too.
    step = (max(image.max(), 0) - min(image.min(), 0)) / 255
    weight = np.abs(graph.model.graph.initializers["w"].const_value.numpy())
    most = weight.sum(axis=(0, 2, 3) if graph.convs[0].op_type == "ConvTranspose" else (1, 2, 3)).max()
    assert np.abs(found - wanted).max() <= 1.01 * step * most + 1e-5


def padded_conv(**attributes: object) -> Graph:
    conv = node("Conv", "x", "w", **attributes)
    return network((1, 3, 9, 9), conv, w=values((4, 3, 3, 3), 1))


def test_same_padding_needs_no_operator_of_its_own() -> None:
    assert operator_names(check_float(padded_conv(pads=[1, 1, 1, 1]))) == ["CONV_2D"]


def test_padding_that_tflite_lacks_is_an_operator() -> None:
    assert operator_names(check_float(padded_conv(pads=[2, 0, 1, 1]))) == ["PAD", "CONV_2D"]


@pytest.mark.parametrize("automatic", ["SAME_UPPER", "SAME_LOWER", "VALID"])
def test_automatic_padding(automatic: str) -> None:
    check_float(padded_conv(auto_pad=automatic, strides=[2, 2]))


@pytest.mark.parametrize("kind", ["Relu", "Clip"])
def test_a_clamp_is_done_by_the_convolution(kind: str) -> None:
    limits = {"low": np.float32(0), "high": np.float32(6)} if kind == "Clip" else {}
    graph = network(
        (1, 3, 9, 9),
        node("Conv", "x", "w", to="a"),
        node(kind, "a", *limits),
        w=3 * values((4, 3, 3, 3), 1),
        **limits,
    )
    assert operator_names(check_float(graph)) == ["CONV_2D"]


def test_a_clamp_is_left_where_the_convolution_is_read_by_another_too() -> None:
    graph = network(
        (1, 3, 9, 9),
        node("Conv", "x", "w", to="a"),
        node("Relu", "a", to="b"),
        node("Add", "a", "b"),
        w=values((4, 3, 3, 3), 1),
    )
    assert operator_names(check_float(graph)) == ["CONV_2D", "RELU", "ADD"]


@pytest.mark.parametrize("activation", [QuantType.QUInt8, QuantType.QInt8])
def test_both_types_of_activation(activation: QuantType) -> None:
    lowered = check_int8(quantized(padded_conv(pads=[1, 1, 1, 1]), activation))
    assert operator_names(lowered) == ["QUANTIZE", "CONV_2D", "DEQUANTIZE"]


def test_a_three_dimensional_convolution_is_refused() -> None:
    conv = node("Conv", "x", "w")
    graph = network((1, 3, 5, 5, 5), conv, w=values((4, 3, 3, 3, 3)))
    with pytest.raises(UnsupportedOperatorError, match=r"\(N, C, H, W\)"):
        lower(graph, "tflite")


def test_a_grouped_transposed_convolution_is_refused() -> None:
    graph = network((1, 4, 5, 5), node("ConvTranspose", "x", "w", group=2), w=values((4, 3, 2, 2)))
    with pytest.raises(
        UnsupportedOperatorError, match="ConvTranspose 'ConvTranspose_y': only 2-D, one group"
    ):
        lower(graph, "tflite")


def test_a_computed_weight_is_refused() -> None:
    graph = network(
        (1, 3, 3, 3), node("Relu", "x", to="w"), node("Conv", "x", "w"), unused=np.zeros(1, np.float32)
    )
    with pytest.raises(UnsupportedOperatorError, match="'w' must be a constant"):
        lower(graph, "tflite")


def test_a_bias_in_another_scale_is_refused() -> None:
    graph = quantized(
        network((1, 3, 9, 9), node("Conv", "x", "w", "b"), w=values((4, 3, 3, 3)), b=values((4,)))
    )
    proto = graph.to_proto()
    scale = next(entry for entry in proto.graph.initializer if entry.name == "b_quantized_scale")
    scale.CopyFrom(onnx.numpy_helper.from_array(2 * onnx.numpy_helper.to_array(scale), scale.name))
    with pytest.raises(QuantizationError, match="the bias 'b' must be int32"):
        lower(Graph.from_bytes(proto.SerializeToString()), "tflite")
