from edgec.passes.constants import LiftConstants


def test_constant_nodes_become_initializers(network, operators, run) -> None:
    graph = network("k = Constant <value = float[1,2,1,1] {2.0, 3.0}> () map = Mul(image, k)", maps=2)
    result = LiftConstants()(graph)
    assert result.changed
    assert operators(result.graph) == ["Mul"]
    assert list(result.graph.model.graph.initializers) == ["k"]
    assert (run(result.graph) == run(graph)).all()
    assert operators(graph) == ["Constant", "Mul"], "the graph that was given is not changed"


def test_a_graph_without_constants_is_left_alone(network) -> None:
    graph = network("map = Relu(image)", maps=2)
    result = LiftConstants()(graph)
    assert not result.changed
    assert result.graph is graph
