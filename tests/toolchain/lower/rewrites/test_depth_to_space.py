import numpy as np
import pytest
from tests.toolchain.lower.networks import between_integers, image_for, in_onnxruntime, network, node

from edgec.graph import Graph
from edgec.lower.rewrites.depth_to_space import SpellDepthToSpace


def moved(block: int = 2, mode: str = "DCR") -> Graph:
    return between_integers((1, 18 if block == 3 else 8, 4, 6), node(
        "DepthToSpace", "a", to="b", blocksize=block, mode=mode
    ))  # fmt: skip


@pytest.mark.parametrize("block", [2, 3])
def test_the_pixels_go_to_the_same_places(block: int) -> None:
    graph = moved(block)
    result = SpellDepthToSpace()(graph)
    assert result.changed
    assert "DepthToSpace" not in [entry.op_type for entry in result.graph.nodes]
    image = image_for(graph)
    assert np.array_equal(
        in_onnxruntime(graph.to_bytes(), image), in_onnxruntime(result.graph.to_bytes(), image)
    )


def test_each_step_between_has_the_scale_of_the_source() -> None:
    graph = SpellDepthToSpace()(moved()).graph
    scales = {
        entry.inputs[1].name
        for entry in graph.nodes
        if "_move_" in str(entry.name) and len(entry.inputs) == 3
    }
    assert len(scales) == 1


@pytest.mark.parametrize(
    "graph",
    [moved(mode="CRD"), network((1, 8, 4, 6), node("DepthToSpace", "x", blocksize=2))],
    ids=["CRD", "floats"],
)
def test_others_are_left_alone(graph: Graph) -> None:
    assert not SpellDepthToSpace()(graph).changed
