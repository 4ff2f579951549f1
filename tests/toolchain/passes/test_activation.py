import numpy as np
import pytest

from edgec.passes.activation import DropActivation, closing_activation
from edgec.passes.shapes import InferShapes


@pytest.mark.parametrize(
    ("closing", "kind"),
    [("Sigmoid", "sigmoid"), ("Softmax<axis = 1>", "softmax"), ("Softmax<axis = -3>", "softmax")],
)
def test_the_closing_activation_goes(network, run, operators, weights, closing: str, kind: str) -> None:
    body = f"c = Conv(image, w) map = {closing}(c)"
    graph = InferShapes()(network(body, {"w": weights(3, 2, 1, 1)})).graph
    assert closing_activation(graph) == kind
    result = DropActivation()(graph)
    assert result.changed
    assert operators(result.graph) == ["Conv"]
    assert result.graph.output.name == "map"
    logits, probabilities = run(result.graph), run(graph)
    again = 1 / (1 + np.exp(-logits))
    if kind == "softmax":
        again = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(again, probabilities, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "body",
    [
        "map = Conv(image, w)",
        "c = Conv(image, w) map = Softmax<axis = 2>(c)",
        "c = Conv(image, w) s = Sigmoid(c) map = Mul(c, s)",
        "c = Conv(image, w) s = Sigmoid(c) map = Add(s, s)",
    ],
    ids=["logits", "over rows", "read twice", "not last"],
)
def test_others_are_left_alone(network, weights, body: str) -> None:
    graph = InferShapes()(network(body, {"w": weights(3, 2, 1, 1)})).graph
    assert closing_activation(graph) == "none"
    assert not DropActivation()(graph).changed
