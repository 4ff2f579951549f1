import numpy as np
import pytest
from tests.toolchain.lower.networks import (
    between_integers,
    check_float,
    image_for,
    in_tflite,
    network,
    node,
    operator_names,
)

from edgec.lower import lower

SHAPE = (1, 4, 6, 5)


@pytest.mark.parametrize("kind", ["Elu", "Selu", "Celu", "Softplus", "Mish", "Neg", "Abs"])
def test_functions_of_one_value(kind: str) -> None:
    check_float(network(SHAPE, node("Mul", "x", "c", to="a"), node(kind, "a"), c=np.float32(4)))


@pytest.mark.parametrize("kind", ["Exp", "Log", "Sqrt"])
def test_of_what_is_above_zero(kind: str) -> None:
    check_float(network(SHAPE, node("Abs", "x", to="a"), node(kind, "a")), tolerance=1e-4)


@pytest.mark.parametrize("alpha", [0.25, 3.0])
@pytest.mark.parametrize("kind", ["Elu", "Celu", "Selu"])
def test_another_alpha(kind: str, alpha: float) -> None:
    check_float(network(SHAPE, node(kind, "x", alpha=alpha)))


def test_another_gamma() -> None:
    check_float(network(SHAPE, node("Selu", "x", gamma=2.0)))


def test_an_elu_is_one_operator() -> None:
    assert operator_names(check_float(network(SHAPE, node("Elu", "x")))) == ["ELU"]


@pytest.mark.parametrize("kind", ["Softplus", "Mish"])
def test_nothing_overflows(kind: str) -> None:
    graph = network(SHAPE, node("Mul", "x", "c", to="a"), node(kind, "a"), c=np.float32(1e4))
    found = in_tflite(lower(graph, "tflite"), image_for(graph))
    np.testing.assert_allclose(found, np.maximum(image_for(graph) * 1e4, 0), atol=1)


def test_between_integers_it_is_computed_in_float() -> None:
    lowered = lower(between_integers(SHAPE, node("Elu", "a", to="b")), "tflite")
    assert operator_names(lowered) == ["QUANTIZE", "DEQUANTIZE", "ELU", "QUANTIZE", "DEQUANTIZE"]
