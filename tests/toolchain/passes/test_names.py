from edgec.passes.names import NameNodes


def test_nodes_are_named_after_what_they_make(network) -> None:
    result = NameNodes()(network("x = Relu(image) map = Sigmoid(x)", maps=2))
    assert result.changed
    assert [node.name for node in result.graph.nodes] == ["x", "map"]


def test_constants_of_onnxsim_are_named_after_who_takes_them(network, weights) -> None:
    result = NameNodes()(network("map = Conv(image, _v_17)", {"_v_17": weights(3, 2, 1, 1)}))
    assert list(result.graph.model.graph.initializers) == ["map.1"]


def test_named_nodes_are_left_alone(network, weights) -> None:
    graph = NameNodes()(network("map = Conv(image, w)", {"w": weights(3, 2, 1, 1)})).graph
    assert not NameNodes()(graph).changed
    assert list(graph.model.graph.initializers) == ["w"]
