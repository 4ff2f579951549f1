import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.toolchain.lower.networks import (
    check_float,
    check_int8,
    network,
    node,
    operator_names,
    quantized,
)

from edgec.errors import UnsupportedOperatorError
from edgec.graph import Graph
from edgec.lower import lower

QUICK = settings(max_examples=40)


@st.composite
def pools(draw: st.DrawFn, kind: str) -> Graph:
    kernel = [draw(st.integers(1, 4)) for _ in range(2)]
    stride = [draw(st.integers(1, 3)) for _ in range(2)]
    attributes = {"kernel_shape": kernel, "strides": stride}
    if kind == "AveragePool":
        attributes["count_include_pad"] = draw(st.integers(0, 1))
    if kind == "MaxPool":
        attributes["pads"] = [draw(st.integers(0, size - 1)) for size in (*kernel, *kernel)]
    size = [draw(st.integers(4, 9)) for _ in range(2)]
    return network((1, draw(st.integers(1, 3)), *size), node(kind, "x", **attributes))


@QUICK
@given(pools("MaxPool"))
def test_float_maximum(graph: Graph) -> None:
    check_float(graph)


@QUICK
@given(pools("MaxPool"))
def test_int8_maximum(graph: Graph) -> None:
    check_int8(quantized(graph))


@QUICK
@given(pools("AveragePool"))
def test_float_average(graph: Graph) -> None:
    check_float(graph)


@pytest.mark.parametrize("kind", ["MaxPool", "AveragePool"])
@pytest.mark.parametrize("size", [8, 9])
def test_an_odd_size_rounded_up_needs_no_padding_operator(kind: str, size: int) -> None:
    pool = node(kind, "x", kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1)
    assert len(operator_names(check_float(network((1, 2, size, size), pool)))) == 1


def test_average_that_counts_its_padding() -> None:
    pool = node("AveragePool", "x", kernel_shape=[3, 3], pads=[1, 1, 1, 1], count_include_pad=1)
    assert operator_names(check_float(network((1, 2, 8, 8), pool))) == ["PAD", "AVERAGE_POOL_2D"]


@pytest.mark.parametrize("counted", [0, 1])
def test_what_a_rounded_up_window_reaches_beyond_never_counts(counted: int) -> None:
    pool = node(
        "AveragePool", "x", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1, count_include_pad=counted
    )
    assert operator_names(check_float(network((1, 2, 8, 8), pool))) == ["AVERAGE_POOL_2D"]


def test_beside_padding_that_counts_it_is_refused() -> None:
    attributes = {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1] * 4, "count_include_pad": 1}
    pool = node("AveragePool", "x", ceil_mode=1, **attributes)
    with pytest.raises(UnsupportedOperatorError, match="a last window that reaches beyond it"):
        lower(network((1, 2, 8, 8), pool), "tflite")


def test_average_that_does_not_count_its_padding() -> None:
    pool = node("AveragePool", "x", kernel_shape=[3, 3], pads=[1, 1, 1, 1])
    assert operator_names(check_float(network((1, 2, 8, 8), pool))) == ["AVERAGE_POOL_2D"]


def test_average_with_padding_that_tflite_would_count_is_refused() -> None:
    pool = node("AveragePool", "x", kernel_shape=[3, 3], pads=[2, 2, 0, 0])
    with pytest.raises(UnsupportedOperatorError, match="AveragePool 'AveragePool_y'"):
        lower(network((1, 2, 8, 8), pool), "tflite")


def test_a_dilated_maximum_is_refused() -> None:
    pool = node("MaxPool", "x", kernel_shape=[2, 2], dilations=[2, 2])
    with pytest.raises(UnsupportedOperatorError, match="without dilation"):
        lower(network((1, 2, 8, 8), pool), "tflite")


def test_int8_average() -> None:
    check_int8(
        quantized(network((1, 2, 8, 8), node("AveragePool", "x", kernel_shape=[2, 2], strides=[2, 2])))
    )


def test_places_of_the_maximum_are_refused() -> None:
    pool = node("MaxPool", "x", kernel_shape=[2, 2], to="a")
    pool.output.append("places")
    cast = onnx.helper.make_node("Cast", ["places"], ["b"], to=onnx.TensorProto.FLOAT)
    with pytest.raises(UnsupportedOperatorError, match="one output of MaxPool"):
        lower(network((1, 2, 8, 8), pool, cast, node("Add", "a", "b")), "tflite")
