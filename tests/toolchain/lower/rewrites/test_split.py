import numpy as np
import onnx
import pytest
from tests.toolchain.lower.networks import (
    check_float,
    image_for,
    in_onnxruntime,
    in_tflite,
    network,
    node,
    operator_names,
    step_of,
    values,
)
from tests.toolchain.lower.rewrites.test_zero_column import in_integers

from edgec.graph import Graph
from edgec.lower import lower
from edgec.lower.rewrites.split import SlicesForSplit


def apart(axis: int = 1, joined: int = 1) -> Graph:
    """Two, one and three channels, put together in another order."""
    nodes = [
        node("Conv", "x", "v", to="a"),
        onnx.helper.make_node("Split", ["a", "sizes"], ["p", "q", "r"], name="Split", axis=axis),
        node("Concat", "r", "p", "q", to="b", axis=joined),
        node("Conv", "b", "w"),
    ]
    weights = {"v": values((6, 3, 1, 1)), "w": values((2, 6, 1, 1), 1)}
    return network((1, 3, 6, 5), *nodes, sizes=np.array([2, 1, 3]), **weights)


@pytest.mark.parametrize("axis", [1, -3])
def test_parts_are_slices(axis: int) -> None:
    graph = apart(axis)
    result = SlicesForSplit()(graph)
    assert [each.op_type for each in result.graph.nodes].count("Slice") == 3
    assert "Split" not in {each.op_type for each in result.graph.nodes}
    image = image_for(graph)
    np.testing.assert_array_equal(
        in_onnxruntime(result.graph.to_bytes(), image), in_onnxruntime(graph.to_bytes(), image)
    )


@pytest.mark.parametrize(
    "graph",
    [
        apart(2, 2),
        network((1, 3, 4, 4), node("Split", "x", num_outputs=1, axis=1)),
        network((1, 3, 4, 4), node("Neg", "x")),
    ],
    ids=["rows", "output", "no split"],
)
def test_others_are_left_alone(graph: Graph) -> None:
    assert not SlicesForSplit()(graph).changed


def test_tflite_runs_it() -> None:
    assert operator_names(check_float(apart())).count("SLICE") == 3


def test_tflite_runs_it_in_integers() -> None:
    graph = in_integers(apart())
    lowered, image = lower(graph, "tflite"), image_for(graph)
    assert operator_names(lowered)[1:-1] == ["CONV_2D", "SLICE", "SLICE", "SLICE", "CONCATENATION", "CONV_2D"]
    found, wanted = in_tflite(lowered, image), in_onnxruntime(graph.to_bytes(), image)
    assert np.abs(found - wanted).max() <= 2.01 * step_of(graph)
