from edgec.passes.duplicates import MergeDuplicates


def test_equal_weights_are_held_once(network, run, weights) -> None:
    w = weights(2, 2, 3, 3)
    body = "x = Conv<pads = [1,1,1,1]>(image, w) map = Conv<pads = [1,1,1,1]>(x, v)"
    graph = network(body, {"w": w, "v": w.copy()}, maps=2)
    result = MergeDuplicates()(graph)
    assert result.changed
    assert list(result.graph.model.graph.initializers) == ["w"]
    assert (run(result.graph) == run(graph)).all()


def test_weights_of_equal_content_and_other_shape_are_left_alone(network, weights) -> None:
    w = weights(1, 2, 1, 1)
    graph = network("x = Mul(image, w) map = Add(x, v)", {"w": w, "v": w.reshape(2, 1, 1)}, maps=2)
    result = MergeDuplicates()(graph)
    assert not result.changed
    assert list(result.graph.model.graph.initializers) == ["w", "v"]
