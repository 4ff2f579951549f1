import numpy as np
import pytest
from tests.toolchain.lower.networks import (
    between_integers,
    check_float,
    check_int8,
    network,
    node,
    operator_names,
    quantized,
)

from edgec.errors import UnsupportedOperatorError
from edgec.lower import lower

SHAPE = (1, 8, 7, 5)
KINDS = ["ReduceMean", "ReduceMax", "ReduceMin", "ReduceSum"]
AXES = [[1], [-1, 2], [2, 3], [3], [1, 2, 3]]
NAME_OF = {"ReduceMax": "REDUCE_MAX", "ReduceMin": "REDUCE_MIN"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("axes", AXES)
def test_any_axes_of_an_image(kind: str, axes: list[int]) -> None:
    graph = network(SHAPE, node(kind, "x", "axes", keepdims=1), axes=np.array(axes))
    assert len(operator_names(check_float(graph))) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_no_axes_mean_all(kind: str) -> None:
    check_float(network(SHAPE, node(kind, "x")))


@pytest.mark.parametrize("axes", [[1], [2, 3]])
def test_int8_mean(axes: list[int]) -> None:
    mean = node("ReduceMean", "a", "axes", to="b", keepdims=1)
    check_int8(between_integers(SHAPE, mean, axes=np.array(axes)))


@pytest.mark.parametrize("kind", ["ReduceMax", "ReduceMin"])
def test_int8_extremes_keep_their_scale(kind: str) -> None:
    graph = between_integers(SHAPE, node(kind, "a", "axes", to="b", keepdims=1), axes=np.array([1]))
    # The last QUANTIZE is the graph's own: its output has another scale than its input.
    names = ["QUANTIZE", NAME_OF[kind], "QUANTIZE", "DEQUANTIZE"]
    assert operator_names(check_int8(graph)) == names


@pytest.mark.parametrize("kind", ["GlobalAveragePool", "GlobalMaxPool"])
def test_the_whole_image(kind: str) -> None:
    check_float(network(SHAPE, node(kind, "x")))


def test_int8_mean_of_the_whole_image() -> None:
    check_int8(quantized(network((1, 32, 7, 5), node("GlobalAveragePool", "x"))))


def test_axes_that_are_dropped_are_refused() -> None:
    mean = node("ReduceMean", "x", "axes", keepdims=0)
    with pytest.raises(UnsupportedOperatorError, match="ReduceMean 'ReduceMean_y': only with keepdims=1"):
        lower(network(SHAPE, mean, axes=np.array([1])), "tflite")


def test_one_that_does_nothing_is_refused() -> None:
    with pytest.raises(UnsupportedOperatorError, match="does nothing"):
        lower(network(SHAPE, node("ReduceMax", "x", noop_with_empty_axes=1)), "tflite")
