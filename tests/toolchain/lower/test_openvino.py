"""Names in OpenVINO's IR: the network's where a layer stands for a node, numbers where OpenVINO added it."""

import xml.etree.ElementTree as ET

from tests.toolchain.lower.networks import network, node, values

from edgec.graph import Graph
from edgec.lower import lower
from edgec.lower.openvino import TOPOLOGY, is_counted


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
