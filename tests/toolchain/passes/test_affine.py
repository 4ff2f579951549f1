import numpy as np
import pytest

from edgec.passes.affine import FoldAffine

CONV = "c = Conv<pads = [1,1,1,1]>(image, w, b)"
STEPS = ["Add(c, k)", "Add(k, c)", "Sub(c, k)", "Sub(k, c)", "Mul(c, k)", "Mul(k, c)", "Div(c, k)"]
SHAPES = [(), (1,), (1, 1), (3, 1, 1), (1, 3, 1, 1)]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_constant_after_a_conv_is_folded(network, operators, run, weights, step: str, shape) -> None:
    parts = {"w": weights(3, 2, 3, 3), "b": weights(3), "k": np.asarray(weights(*shape), np.float32) + 3}
    graph = network(f"{CONV} map = {step}", parts)
    result = FoldAffine()(graph)
    assert result.changed
    assert operators(result.graph) == ["Conv"]
    assert result.graph.output.name == "map"
    np.testing.assert_allclose(run(result.graph), run(graph), rtol=1e-4, atol=1e-5)


def test_a_conv_without_bias_gets_one_under_a_free_name(network, operators, run, weights) -> None:
    parts = {"w": weights(3, 2, 1, 1), "k": weights(3, 1, 1), "c.bias": weights(1, 3, 8, 8)}
    graph = network('c = Conv(image, w) a = Mul(c, k) d = Add(a, k) map = Add("c.bias", d)', parts)
    result = FoldAffine()(graph)
    assert operators(result.graph) == ["Conv", "Add"]
    np.testing.assert_allclose(run(result.graph), run(graph), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("group", [1, 2])
def test_transposed_convs_and_groups(network, operators, run, weights, group: int) -> None:
    body = f"c = ConvTranspose<group = {group}, strides = [2,2]>(image, w) a = Mul(c, k) map = Add(a, l)"
    parts = {"w": weights(4, 6 // group, 2, 2), "k": weights(6, 1, 1), "l": weights(6, 1, 1)}
    graph = network(body, parts, channels=4, maps=6)
    result = FoldAffine()(graph)
    assert operators(result.graph) == ["ConvTranspose"]
    np.testing.assert_allclose(run(result.graph), run(graph), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    "body",
    [
        f"{CONV} map = Div(k, c)",
        f"{CONV} map = Div(c, zero)",
        f"{CONV} map = Mul(c, row)",
        f"{CONV} r = Relu(c) map = Add(r, k)",
        f"{CONV} a = Add(c, k) map = Mul(c, a)",
        f"{CONV} map = Add(c, c)",
        "h = Relu(w) c = Conv<pads = [1,1,1,1]>(image, h, b) map = Add(c, k)",
    ],
    ids=["divides", "by zero", "per pixel", "not next", "used elsewhere", "twice itself", "computed weights"],
)
def test_others_are_left_alone(network, operators, weights, body: str) -> None:
    parts = {
        "w": weights(3, 2, 3, 3),
        "b": weights(3),
        "k": weights(3, 1, 1),
        "zero": np.zeros(1, np.float32),
        "row": weights(8),
    }
    graph = network(body, parts)
    result = FoldAffine()(graph)
    assert not result.changed
    assert operators(result.graph) == operators(graph)


def test_shared_weights_are_left_alone(network, weights) -> None:
    body = "c = Conv(image, w) a = Add(c, k) map = Conv(a, w)"
    graph = network(body, {"w": weights(2, 2, 1, 1), "k": weights(2, 1, 1)}, maps=2)
    assert not FoldAffine()(graph).changed
