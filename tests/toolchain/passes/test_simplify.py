import numpy as np

from edgec.passes.simplify import simplify


def test_all_passes_together(network, operators, run, weights) -> None:
    body = """i = Identity(image) c = Conv<pads = [1,1,1,1]>(i, w) n = BatchNormalization(c, s, b, m, v)
        r = Relu(n) d = Dropout(r) l = Constant<value_float = 0.0>() h = Constant<value_float = 6.0>()
        k = Clip(d, l, h) dead = Sigmoid(k) map = Identity(k)"""
    parts = {
        "w": weights(3, 2, 3, 3),
        "s": weights(3),
        "b": weights(3),
        "m": weights(3),
        "v": np.abs(weights(3)),
    }
    graph = network(body, parts)
    result = simplify(graph)
    assert result.changed
    assert result.notes == ()
    assert operators(result.graph) == ["Conv", "Clip"]
    np.testing.assert_allclose(run(result.graph), run(graph), rtol=1e-4, atol=1e-5)


def test_a_second_time_changes_nothing(network, weights) -> None:
    once = simplify(network("x = Conv(image, w) map = Relu(x)", {"w": weights(3, 2, 3, 3)})).graph
    again = simplify(once)
    assert not again.changed
    assert again.graph.digest == once.digest


def test_shared_weights_keep_their_norms_apart(network, operators, run, weights) -> None:
    body = """a = Conv<pads = [1,1,1,1]>(image, w) c = BatchNormalization(a, s, b, m, v)
        d = Conv<pads = [1,1,1,1]>(c, w) map = BatchNormalization(d, b, s, m, v)"""
    parts = {
        "w": weights(2, 2, 3, 3),
        "s": weights(2),
        "b": weights(2),
        "m": weights(2),
        "v": np.abs(weights(2)),
    }
    graph = network(body, parts, maps=2)
    result = simplify(graph).graph
    assert operators(result) == ["Conv", "Conv"]
    expected = run(graph)
    np.testing.assert_allclose(run(result), expected, rtol=1e-4, atol=1e-5 * np.abs(expected).max())


def test_input_and_output_are_untouched(network, weights) -> None:
    graph = simplify(network("map = Conv(image, w)", {"w": weights(3, 2, 3, 3)})).graph
    assert graph.input.name == "image"
    assert graph.output.name == "map"
    assert list(graph.input.shape) == ["batch", 2, 8, 8]
    assert list(graph.output.shape) == ["batch", 3, 6, 6]
