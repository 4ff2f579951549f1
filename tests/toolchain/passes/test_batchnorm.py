import numpy as np
import pytest

from edgec.errors import GraphError
from edgec.passes.batchnorm import FoldBatchNorm

CONV = "c = Conv<pads = [1,1,1,1]>(image, w)"
NORM = "BatchNormalization<epsilon = 0.01>(c, scale, bias, mean, var)"


@pytest.fixture
def norm(weights):
    def make(channels: int, prefix: str = "") -> dict[str, np.ndarray]:
        values = {prefix + name: weights(channels) for name in ("scale", "bias", "mean")}
        return values | {f"{prefix}var": np.abs(weights(channels)) + np.float32(0.1)}

    return make


def test_a_norm_after_a_conv_is_folded(network, operators, run, weights, norm) -> None:
    graph = network(f"{CONV} map = {NORM}", {"w": weights(3, 2, 3, 3), **norm(3)})
    result = FoldBatchNorm()(graph)
    assert result.changed
    assert operators(result.graph) == ["Conv"]
    np.testing.assert_allclose(run(result.graph), run(graph), rtol=1e-4, atol=1e-5)


def test_a_norm_after_a_conv_with_bias_is_folded(network, operators, run, weights, norm) -> None:
    parts = {"w": weights(3, 2, 3, 3), "b": weights(3), **norm(3)}
    graph = network(f"c = Conv<pads = [1,1,1,1]>(image, w, b) map = {NORM}", parts)
    result = FoldBatchNorm()(graph)
    assert operators(result.graph) == ["Conv"]
    np.testing.assert_allclose(run(result.graph), run(graph), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("group", [1, 2])
def test_a_norm_after_a_transposed_conv_is_folded(network, operators, run, weights, norm, group: int) -> None:
    body = f"c = ConvTranspose<group = {group}, strides = [2,2], kernel_shape = [2,2]>(image, w) map = {NORM}"
    graph = network(body, {"w": weights(4, 6 // group, 2, 2), **norm(6)}, channels=4, maps=6)
    result = FoldBatchNorm()(graph)
    assert result.changed
    assert operators(result.graph) == ["ConvTranspose"]
    np.testing.assert_allclose(run(result.graph), run(graph), rtol=1e-4, atol=1e-5)


def test_a_new_bias_never_takes_a_name_that_is_taken(network, run, weights, norm) -> None:
    parts = {"w": weights(3, 2, 3, 3), "w_bias": weights(1, 3, 1, 1), **norm(3)}
    graph = network(f"{CONV} x = {NORM} map = Add(x, w_bias)", parts)
    result = FoldBatchNorm()(graph)
    assert result.changed
    np.testing.assert_allclose(run(result.graph), run(graph), rtol=1e-4, atol=1e-5)


def test_a_norm_before_a_padded_conv_is_left_alone(network, operators, weights, norm) -> None:
    body = "c = BatchNormalization(image, scale, bias, mean, var) map = Conv<pads = [1,1,1,1]>(c, w)"
    result = FoldBatchNorm()(network(body, {"w": weights(3, 2, 3, 3), **norm(2)}))
    assert not result.changed
    assert operators(result.graph) == ["BatchNormalization", "Conv"]


def test_a_conv_that_others_use_is_left_alone(network, operators, weights, norm) -> None:
    graph = network(f"{CONV} x = {NORM} map = Add(c, x)", {"w": weights(3, 2, 3, 3), **norm(3)})
    result = FoldBatchNorm()(graph)
    assert not result.changed
    assert operators(result.graph) == ["Conv", "BatchNormalization", "Add"]


def test_convs_that_share_their_weights_are_left_alone(network, operators, weights, norm) -> None:
    body = f"{CONV} x = {NORM} map = Conv<pads = [1,1,1,1]>(x, w)"
    result = FoldBatchNorm()(network(body, {"w": weights(2, 2, 3, 3), **norm(2)}, maps=2))
    assert not result.changed
    assert operators(result.graph) == ["Conv", "BatchNormalization", "Conv"]


def test_a_norm_in_training_mode_is_refused(network, weights, norm) -> None:
    body = f"{CONV} map, m, v = BatchNormalization<training_mode = 1>(c, scale, bias, mean, var)"
    with pytest.raises(GraphError, match="training mode"):
        FoldBatchNorm()(network(body, {"w": weights(3, 2, 3, 3), **norm(3)}))
