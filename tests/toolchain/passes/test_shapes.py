import numpy as np
import pytest

from edgec.errors import GraphError
from edgec.passes.shapes import InferShapes


def test_every_value_gets_its_shape(network, weights) -> None:
    body = """x = Conv<pads = [1,1,1,1]>(image, w)
        y = MaxPool<kernel_shape = [2,2], strides = [2,2]>(x) map = Relu(y)"""
    result = InferShapes()(network(body, {"w": weights(3, 2, 3, 3)}))
    assert result.changed
    shapes = {value.name: list(value.shape) for node in result.graph.nodes for value in node.outputs}
    assert shapes == {"x": ["batch", 3, 8, 8], "y": ["batch", 3, 4, 4], "map": ["batch", 3, 4, 4]}


def test_shapes_that_are_known_are_left_alone(network) -> None:
    graph = InferShapes()(network("x = Relu(image) map = Relu(x)", maps=2)).graph
    assert not InferShapes()(graph).changed


def test_a_shape_that_cannot_be_inferred_is_refused(network) -> None:
    graph = network("x = Relu(image) map = Relu(x)", maps=2)
    graph.model.graph.node(0).op_type = "Unheard"
    with pytest.raises(GraphError, match="'x'"):
        InferShapes()(graph)


def test_a_group_normalization_and_what_follows_it(network) -> None:
    norm = "n = GroupNormalization<num_groups = 1>(image, one, one) p = MaxPool<kernel_shape = [2, 2]>(n)"
    graph = network(f"{norm} map = Relu(p)", {"one": np.ones(2, np.float32)}, maps=2)
    shapes = {str(v.name): v.shape for node in InferShapes()(graph).graph.nodes for v in node.outputs}
    assert [str(dim) for dim in shapes["n"] or ()] == ["batch", "2", "8", "8"]
    assert [str(dim) for dim in shapes["p"] or ()] == ["batch", "2", "7", "7"]
