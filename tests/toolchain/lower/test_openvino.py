"""Names in OpenVINO's IR: the network's where a layer stands for a node, numbers where OpenVINO added it."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest
import torch
from tests.toolchain.lower.networks import network, node, values
from torch import Tensor, nn

from edgec.export import export
from edgec.graph import Graph
from edgec.lower import lower
from edgec.lower.openvino import TOPOLOGY, is_counted
from edgec.passes.simplify import simplify
from edgec.quantize import store_float16
from edgec.source import Source
from edgec_runtime.guard import check_models


def layers(graph: Graph) -> dict[str, str]:
    """Name -> type of each layer."""
    net = ET.fromstring(lower(graph, "openvino").files[TOPOLOGY])
    found = [(layer.get("name", ""), layer.get("type", "")) for layer in net.iter("layer")]
    assert len(dict(found)) == len(found), "a name stands for two layers"
    return dict(found)


def test_layers_are_called_after_nodes() -> None:
    conv = node("Conv", "x", "w", "b", to="a")
    graph = network((1, 3, 6, 6), conv, node("Relu", "a"), w=values((4, 3, 3, 3)), b=values((4,)))
    found = layers(graph)
    assert found["Conv_a/WithoutBiases"] == "Convolution"
    assert found["Conv_a"] == "Add"
    assert found["y"] == "ReLU"  # OpenVINO calls the last layer after what it makes
    others = {name: kind for name, kind in found.items() if name != "y" and not name.startswith("Conv_a")}
    assert all(is_counted(name, kind) for name, kind in others.items() if kind != "Parameter")


def test_a_name_that_the_counter_may_hit_on_is_not_kept() -> None:
    relu = node("Relu", "x")
    relu.name = "ReLU_77777"
    assert "ReLU_77777" not in layers(network((1, 3, 4, 4), relu))


def test_is_counted() -> None:
    assert is_counted("Convert_4631", "Convert")
    assert not is_counted("Convert_weights", "Convert")
    assert not is_counted("conv2d_2", "Convolution")


class Attention(nn.Module):
    """Of all pixels to all."""

    def forward(self, image: Tensor) -> Tensor:
        """(N, 8, H, W) -> the same."""
        tokens = image.flatten(2).transpose(1, 2).unsqueeze(1)
        found = torch.nn.functional.scaled_dot_product_attention(tokens, tokens, tokens)
        return found.squeeze(1).transpose(1, 2).reshape(image.shape)


def doubled() -> Graph:
    """A convolution, and its map at twice the size."""
    size = node("Resize", "a", "", "scales", mode="linear")
    weights = {"w": values((4, 3, 3, 3)), "scales": np.array([1, 1, 2, 2], np.float32)}
    return network((1, 3, 6, 6), node("Conv", "x", "w", to="a"), size, **weights)


@pytest.mark.parametrize("stored", ["floats", "halves"])
def test_a_bundle_may_hold_a_resize(stored: str) -> None:
    graph = doubled() if stored == "floats" else store_float16(doubled())
    check_models(lower(graph, "openvino").files)


def test_a_bundle_may_hold_attention() -> None:
    module = nn.Sequential(nn.Conv2d(1, 8, 1), Attention(), nn.Conv2d(8, 1, 1)).requires_grad_(False)
    graph = simplify(export(Source("net", module, None, 1, 1, None, trained=True), (8, 8)).graph).graph
    assert "ScaledDotProductAttention" in layers(graph).values()
    check_models(lower(graph, "openvino").files)
