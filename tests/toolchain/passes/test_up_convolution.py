import re

import numpy as np
import pytest

from edgec.graph import Graph
from edgec.passes import up_convolution
from edgec.passes.names import NameNodes
from edgec.passes.shapes import InferShapes
from edgec.passes.unused import RemoveUnused
from edgec.passes.up_convolution import MergeUpConvolutions

# The skip has 4 channels at 8x8; 6 come from below, at 4x4, and 3 are left on the way up.
BODY = """
    low = Conv<strides = [2, 2], kernel_shape = [2, 2]>(image, d, d_bias) x = Relu(low)
    up = ConvTranspose<{up}>(x, u, u_bias)
    both = Concat<axis = {axis}>({order})
    map = Conv<{conv}>(both, w, w_bias)
"""
PARTS = {
    "up": 'auto_pad = "NOTSET", strides = [2, 2]',
    "axis": "1",
    "order": "image, up",
    "conv": "pads = [1, 1, 1, 1]",
}


@pytest.fixture(autouse=True)
def _room(monkeypatch: pytest.MonkeyPatch) -> None:
    """In so small a network the merged kernel is most of all weights."""
    monkeypatch.setattr(up_convolution, "GROWTH", 10)


def decoder(network, weights, body: str = BODY, kernel: int = 2, channels: int = 7, **parts: str) -> Graph:
    text = body.format(**PARTS | parts)
    parameters = {
        "d": weights(6, 4, 2, 2),
        "d_bias": weights(6),
        "u": weights(6, 3, kernel, kernel),
        "u_bias": weights(3),
        "w": weights(5, channels, 3, 3),
        "w_bias": weights(5),
    }
    used = {name: data for name, data in parameters.items() if re.search(rf"[,(] ?{name}\b", text)}
    graph = network(text, used, channels=4, maps=5)
    return NameNodes()(InferShapes()(graph).graph).graph


def merged(graph: Graph) -> Graph:
    result = MergeUpConvolutions()(graph)
    assert result.changed
    return InferShapes()(RemoveUnused()(result.graph).graph).graph


@pytest.mark.parametrize("order", ["image, up", "up, image"])
@pytest.mark.parametrize("without", [", u_bias", ", w_bias", " x = Relu(low)", "nothing"])
def test_the_same_map_to_its_edges(network, weights, run, operators, order: str, without: str) -> None:
    body = BODY.replace(without, "")
    graph = decoder(network, weights, body if "Relu" in body else body.replace("(x,", "(low,"), order=order)
    result = merged(graph)
    relu = ["Relu"] if "Relu" in body else []
    assert operators(result) == ["Conv", *relu, "ConvTranspose", "Conv", "Add"]
    np.testing.assert_allclose(run(result), run(graph), rtol=1e-4, atol=1e-4)
    assert result.output.name == "map"
    assert not MergeUpConvolutions()(result).changed


def test_a_bias_costs_one_channel(network, weights) -> None:
    result = MergeUpConvolutions()(decoder(network, weights)).graph
    assert not InferShapes()(result).changed  # the shapes that the pass wrote are right
    made = {node.op_type: list(node.outputs[0].shape or ()) for node in result.nodes}
    assert made["Relu"] == ["batch", 7, 4, 4]


def test_names_stay(network, weights) -> None:
    graph = decoder(network, weights)
    before = {node.op_type: node.name for node in graph.nodes if node.op_type != "Conv"}
    last = list(graph.nodes)[-1].name
    after = {node.op_type: node.name for node in merged(graph).nodes}
    assert after["ConvTranspose"] == before["ConvTranspose"]
    assert (after["Conv"], after["Add"]) == (last, f"{last}.sum")


@pytest.mark.parametrize(
    "changes",
    [
        {"up": "strides = [2, 2], output_padding = [1, 1]", "conv": "pads = [0, 0, 0, 0]", "order": "up"},
        {"up": "strides = [2, 2], pads = [1, 1, 1, 1], output_shape = [8, 8]"},
        {"up": "strides = [2, 2], pads = [0, 0, 1, 1]", "kernel": 3},
        {"up": "strides = [2, 2], group = 3", "kernel": 2, "channels": 13},
        {"conv": "pads = [2, 2, 2, 2], dilations = [2, 2]"},
        {"conv": "pads = [1, 1, 1, 1], strides = [2, 2]"},
        {"conv": "pads = [0, 0, 0, 0]"},
        {"up": 'auto_pad = "SAME_UPPER", strides = [2, 2]'},
        {"order": "up, up", "channels": 6},
        {"order": "image, up, up", "channels": 10},
        {"body": BODY.replace("Relu", "Neg")},
        {"body": BODY.replace("(x, u", "(x, v").replace("up =", "v = Neg(u) up =")},
        {"body": BODY + " other = Neg(up)"},
        {"body": BODY.replace("map", "m") + " read = Neg(both) map = Add(m, m)"},
    ],
    ids=str,
)
def test_others_are_left_alone(network, weights, changes) -> None:
    graph = decoder(network, weights, **changes)
    result = MergeUpConvolutions()(graph)
    assert not result.changed
    assert result.graph is graph


def test_what_would_not_save_products_is_left_alone(network, weights) -> None:
    """Of 1 channel between 6 and 5: 120 products a pixel in place of 51."""
    narrow = {
        "u": weights(6, 1, 2, 2),
        "w": weights(5, 5, 3, 3),
        "d": weights(6, 4, 2, 2),
        "d_bias": weights(6),
    }
    body = BODY.replace(", u_bias", "").replace(", w_bias", "").format(**PARTS)
    graph = InferShapes()(network(body, narrow, channels=4, maps=5)).graph
    assert not MergeUpConvolutions()(graph).changed


def test_no_more_weights_than_the_network_may_grow_by(network, weights, monkeypatch) -> None:
    monkeypatch.setattr(up_convolution, "GROWTH", 0.05)
    assert not MergeUpConvolutions()(decoder(network, weights)).changed
