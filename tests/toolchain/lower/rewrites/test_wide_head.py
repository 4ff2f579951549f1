import numpy as np
import pytest
from tests.toolchain.lower.networks import image_for, in_onnxruntime, network, node, values

from edgec.graph import Graph
from edgec.lower.rewrites.wide_head import WidenHead
from edgec.quantize import quantize_static, tensors_to_observe
from edgec_calibration import calibrate
from edgec_targets.target import Int8


def head(maps: int = 1, width: int = 32, end: str = "Sigmoid", **attributes: object) -> Graph:
    """A Conv, so that there is something to be quantized, and the head."""
    kernel = attributes.pop("kernel", 1)
    first = node("Conv", "x", "v", to="a", pads=[1, 1, 1, 1])
    last = node("Conv", "a", "w", "b", to="h" if end else "y", **attributes)
    nodes = [first, last, *([node(end, "h")] if end else [])]
    weights = {"v": values((4, 3, 3, 3)), "w": values((maps, 4, kernel, kernel), 1), "b": values((maps,), 2)}
    return network((1, 3, 6, width), *nodes, **weights)


def quantized(graph: Graph) -> Graph:
    ranges = calibrate(graph.to_bytes(), tensors_to_observe(graph), [image_for(graph, seed=5)], "min-max")
    return quantize_static(graph, ranges, Int8(activation="uint8"))


@pytest.mark.parametrize("integers", [False, True])
@pytest.mark.parametrize("end", ["Sigmoid", ""])
@pytest.mark.parametrize("maps", [1, 2, 3, 8])
def test_every_pixel_stays_where_it_is(maps: int, end: str, integers: bool) -> None:
    graph = head(maps, end=end, width=30 if maps == 3 else 32)
    if integers:
        graph = quantized(graph)
    result = WidenHead()(graph)
    assert result.changed
    image = image_for(graph)
    before, after = (in_onnxruntime(found.to_bytes(), image) for found in (graph, result.graph))
    assert before.shape == after.shape
    assert np.abs(before - after).max() <= (0 if integers else 1e-5)
    assert not WidenHead()(result.graph).changed


@pytest.mark.parametrize(
    "graph",
    [
        head(maps=9),
        head(width=24),
        head(width=16),
        head(maps=2, width=8),
        head(kernel=3, pads=[1, 1, 1, 1]),
        head(strides=[2, 2]),
        head(end="Softmax"),
        network((1, 3, 6, 32), node("Relu", "x")),
    ],
    ids=[
        "many maps",
        "no multiple",
        "one row",
        "one row of two maps",
        "3x3",
        "strides",
        "not value by value",
        "no conv",
    ],
)
def test_others_are_left_alone(graph: Graph) -> None:
    result = WidenHead()(graph)
    assert not result.changed
    assert result.graph is graph


def test_a_head_that_is_read_elsewhere_is_left_alone() -> None:
    nodes = [node("Conv", "x", "w", to="h"), node("Sigmoid", "h", to="s"), node("Mul", "h", "s")]
    assert not WidenHead()(network((1, 3, 6, 32), *nodes, w=values((1, 3, 1, 1)))).changed
