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
from edgec.lower import lower
from edgec.lower import operators as census
from edgec.lower.census.operator import LEFT_OUT

SHAPE = (1, 4, 6, 5)
PLAIN = ["Relu", "Sigmoid", "Tanh", "HardSwish", "HardSigmoid", "LeakyRelu", "Gelu"]


@pytest.mark.parametrize("kind", PLAIN)
def test_functions_of_one_value(kind: str) -> None:
    check_float(network(SHAPE, node("Mul", "x", "c", to="a"), node(kind, "a"), c=np.float32(4)))


@pytest.mark.parametrize("kind", ["Relu", "Sigmoid", "Tanh", "LeakyRelu", "Gelu"])
def test_int8_functions_of_one_value(kind: str) -> None:
    # Those whose scale TFLite fixes are rounded twice.
    check_int8(between_integers(SHAPE, node(kind, "a", to="b")), steps=2)


def test_hardswish_between_integers_is_left_to_xnnpack() -> None:
    lowered = lower(between_integers(SHAPE, node("HardSwish", "a", to="b")), "tflite")
    names = ["QUANTIZE", "DEQUANTIZE", "HARD_SWISH", "QUANTIZE", "DEQUANTIZE"]
    assert operator_names(lowered) == names
    assert not any(name.endswith(LEFT_OUT) for name in census(lowered, "tflite"))


@pytest.mark.parametrize("approximate", ["none", "tanh"])
def test_both_forms_of_gelu(approximate: str) -> None:
    check_float(network(SHAPE, node("Gelu", "x", approximate=approximate)))


def test_parameters_of_leaky_relu_and_hard_sigmoid() -> None:
    check_float(network(SHAPE, node("LeakyRelu", "x", alpha=0.3)))
    check_float(network(SHAPE, node("HardSigmoid", "x", alpha=1 / 6, beta=0.4)))


@pytest.mark.parametrize("shape", [(4, 1, 1), (1,), (1, 1, 1)])
def test_a_learnt_slope(shape: tuple[int, ...]) -> None:
    check_float(network(SHAPE, node("PRelu", "x", "s"), s=values(shape)))


def test_a_slope_per_pixel_is_refused() -> None:
    with pytest.raises(UnsupportedOperatorError, match="neither one value nor one a channel"):
        lower(network(SHAPE, node("PRelu", "x", "s"), s=values((1, 6, 1))), "tflite")


@pytest.mark.parametrize(
    ("low", "high", "names"),
    [
        (0, 6, ["RELU6"]),
        (0, 1, ["RELU_0_TO_1"]),
        (-1, 1, ["RELU_N1_TO_1"]),
        (0, np.inf, ["RELU"]),
        (-0.5, 0.7, ["MAXIMUM", "MINIMUM"]),
        (-np.inf, 0.7, ["MINIMUM"]),
    ],
)
def test_limits(low: float, high: float, names: list[str]) -> None:
    graph = network(SHAPE, node("Clip", "x", "low", "high"), low=np.float32(low), high=np.float32(high))
    assert operator_names(check_float(graph)) == names


def test_int8_limits() -> None:
    clip = node("Clip", "a", "low", "high", to="b")
    check_int8(between_integers(SHAPE, clip, low=np.float32(-0.5), high=np.float32(0.7)))


def test_a_clip_without_an_upper_limit() -> None:
    graph = network(SHAPE, node("Clip", "x", "low"), low=np.float32(0))
    assert operator_names(check_float(graph)) == ["RELU"]


def test_softmax_over_the_channels() -> None:
    check_float(network(SHAPE, node("Softmax", "x", axis=1)))
    check_int8(quantized(network(SHAPE, node("Softmax", "x", axis=-3))), steps=2)


def test_softmax_over_rows_is_refused() -> None:
    with pytest.raises(UnsupportedOperatorError, match="only over the channels"):
        lower(network(SHAPE, node("Softmax", "x")), "tflite")
