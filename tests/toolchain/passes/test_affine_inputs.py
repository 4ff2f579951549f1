import numpy as np
import pytest

from edgec.passes.affine_inputs import FoldAffineInputs

STEPS = ["Add(r, k)", "Sub(k, r)", "Mul(k, r)", "Div(r, k)"]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("shape", [(), (1,), (4, 1, 1), (1, 4, 1, 1)])
@pytest.mark.parametrize("group", [1, 2, 4])
def test_a_constant_before_a_conv_is_folded(
    network, operators, run, weights, step: str, shape, group: int
) -> None:
    parts = {
        "w": weights(8, 4 // group, 3, 3),
        "b": weights(8),
        "k": np.asarray(weights(*shape), np.float32) + 3,
    }
    body = f"r = Relu(image) a = {step} map = Conv<group = {group}>(a, w, b)"
    graph = network(body, parts, channels=4, maps=8)
    result = FoldAffineInputs()(graph)
    assert result.changed
    assert operators(result.graph) == ["Relu", "Conv"]
    np.testing.assert_allclose(run(result.graph), run(graph), rtol=1e-4, atol=1e-4)


def test_a_chain_is_folded_and_a_bias_made(network, operators, run, weights) -> None:
    parts = {"w": weights(3, 2, 1, 1), "k": weights(2, 1, 1), "l": weights(1)}
    graph = network("a = Mul(image, k) c = Add(l, a) map = Conv(c, w)", parts)
    result = FoldAffineInputs()(graph)
    assert operators(result.graph) == ["Conv"]
    np.testing.assert_allclose(run(result.graph), run(graph), rtol=1e-4, atol=1e-5)


def test_a_scale_before_a_conv_that_pads_is_folded(network, operators, run, weights) -> None:
    parts = {"w": weights(3, 2, 3, 3), "k": weights(2, 1, 1)}
    graph = network("a = Mul(image, k) map = Conv<pads = [1,1,1,1]>(a, w)", parts)
    result = FoldAffineInputs()(graph)
    assert operators(result.graph) == ["Conv"]
    assert len(next(iter(result.graph.nodes)).inputs) == 2
    np.testing.assert_allclose(run(result.graph), run(graph), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    "body",
    [
        "a = Add(image, k) map = Conv<pads = [1,1,1,1]>(a, w)",
        'a = Add(image, k) map = Conv<auto_pad = "SAME_UPPER">(a, w)',
        "a = Mul(image, row) map = Conv(a, w)",
        "a = Mul(image, image) map = Conv(a, w)",
        "a = Div(k, image) map = Conv(a, w)",
        "a = Mul(image, k) c = Conv(a, w) d = Conv(a, v) map = Add(c, d)",
        "a = Mul(image, k) c = Conv(a, w) d = Conv(image, w) map = Add(c, d)",
        "a = Mul(image, k) map = ConvTranspose(a, t)",
    ],
    ids=["pads", "pads itself", "per pixel", "two images", "divides", "used twice", "shared", "transposed"],
)
def test_others_are_left_alone(network, operators, weights, body: str) -> None:
    parts = {
        "w": weights(3, 2, 3, 3),
        "v": weights(3, 2, 3, 3),
        "t": weights(2, 3, 3, 3),
        "k": weights(2, 1, 1),
        "row": weights(8),
    }
    graph = network(body, parts)
    result = FoldAffineInputs()(graph)
    assert not result.changed
    assert operators(result.graph) == operators(graph)
