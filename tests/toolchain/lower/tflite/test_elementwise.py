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
    values,
)

from edgec.errors import UnsupportedOperatorError
from edgec.graph import Graph
from edgec.lower import lower

SHAPE = (1, 4, 6, 5)
# Shapes that ONNX broadcasts against (N, C, H, W), from a scalar to the whole image.
BROADCASTS = [(), (1,), (5,), (6, 1), (4, 1, 1), (1, 4, 1, 1), (4, 6, 5), (1, 1, 6, 5), (1, 4, 6, 5)]


@pytest.mark.parametrize("kind", ["Add", "Sub", "Mul", "Div", "Max", "Min"])
@pytest.mark.parametrize("shape", BROADCASTS)
@pytest.mark.parametrize("first", [False, True], ids=["constant second", "constant first"])
def test_a_constant_is_spread_as_onnx_does(kind: str, shape: tuple[int, ...], first: bool) -> None:
    # Far from zero, for Div.
    constant = values(shape, 1) ** 2 + 1
    shifted = node("Add", "square", "one", to="positive")
    operands = ("c", "positive") if first else ("positive", "c")
    square = node("Mul", "x", "x", to="square")
    check_float(network(SHAPE, square, shifted, node(kind, *operands), c=constant, one=np.float32(1)))


@pytest.mark.parametrize("kind", ["Add", "Sub", "Mul", "Div", "Max", "Min"])
def test_two_images(kind: str) -> None:
    graph = network(SHAPE, node("Sigmoid", "x", to="a"), node(kind, "x", "a"))
    check_float(graph)


def test_the_greatest_of_three_is_refused() -> None:
    graph = network(SHAPE, node("Neg", "x", to="a"), node("Max", "x", "a", "c"), c=np.float32(0))
    with pytest.raises(UnsupportedOperatorError, match="only of two"):
        lower(graph, "tflite")


def two_branches(kind: str) -> Graph:
    """Two images of different scales."""
    return network(
        SHAPE,
        node("Relu", "x", to="a"),
        node("Mul", "x", "c", to="b"),
        node(kind, "a", "b"),
        c=np.float32(0.25),
    )


@pytest.mark.parametrize("kind", ["Add", "Mul"])
def test_int8_of_two_scales(kind: str) -> None:
    check_int8(quantized(two_branches(kind)), steps=2)


def test_int8_constant_per_channel() -> None:
    check_int8(quantized(network(SHAPE, node("Mul", "x", "c"), c=values((4, 1, 1), 1))))


def test_division_stays_float_in_a_quantized_network() -> None:
    graph = between_integers(SHAPE, node("Div", "a", "c", to="b"), c=np.float32(2))
    assert operator_names(lower(graph, "tflite")) == [
        "QUANTIZE",
        "DEQUANTIZE",
        "DIV",
        "QUANTIZE",
        "DEQUANTIZE",
    ]


def test_a_clamp_is_done_by_the_sum() -> None:
    graph = network(SHAPE, node("Add", "x", "c", to="a"), node("Relu", "a"), c=values((4, 1, 1)))
    assert operator_names(check_float(graph)) == ["ADD"]


def test_a_normalization_that_could_not_be_folded() -> None:
    constants = {
        "s": values((4,)),
        "b": values((4,), 1),
        "m": values((4,), 2),
        "v": values((4,), 3) ** 2 + 0.1,
    }
    graph = network(SHAPE, node("BatchNormalization", "x", *constants), **constants)
    assert operator_names(check_float(graph)) == ["MUL", "ADD"]


def test_concatenation_of_channels() -> None:
    graph = network(SHAPE, node("Relu", "x", to="a"), node("Concat", "a", "x", "a", axis=1))
    check_float(graph)


def test_int8_concatenation_brings_its_inputs_to_one_scale() -> None:
    # One input is in the output's scale already.
    names = ["QUANTIZE", "AVERAGE_POOL_2D", "MUL", "QUANTIZE", "CONCATENATION", "DEQUANTIZE"]
    assert operator_names(check_int8(quantized(concatenated()))) == names


def concatenated() -> Graph:
    return network(
        SHAPE,
        node("AveragePool", "x", to="a", kernel_shape=[1, 1]),
        node("Mul", "x", "c", to="b"),
        node("Concat", "a", "b", axis=-3),
        c=np.float32(0.25),
    )


def test_concatenation_of_rows_is_refused() -> None:
    with pytest.raises(UnsupportedOperatorError, match="Concat 'Concat_y': only over the channels"):
        lower(network(SHAPE, node("Concat", "x", "x", axis=2)), "tflite")


def test_a_constant_among_images_is_refused() -> None:
    graph = network(SHAPE, node("Concat", "x", "c", axis=1), c=values(SHAPE))
    with pytest.raises(UnsupportedOperatorError, match="'c' is a constant"):
        lower(graph, "tflite")
