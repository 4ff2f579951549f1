from edgec.passes.unused import RemoveUnused


def test_what_the_output_does_not_need_goes(network, operators, weights) -> None:
    graph = network("x = Add(image, w) map = Relu(image)", {"w": weights(1)}, maps=2)
    result = RemoveUnused()(graph)
    assert result.changed
    assert operators(result.graph) == ["Relu"]
    assert not result.graph.model.graph.initializers


def test_what_it_needs_is_left_alone(network, operators, weights) -> None:
    result = RemoveUnused()(network("map = Add(image, w)", {"w": weights(1)}, maps=2))
    assert not result.changed
    assert operators(result.graph) == ["Add"]
