import numpy as np

from edgec.passes.fold import FoldConstants
from edgec.passes.shapes import InferShapes

COMPUTED = """s = Shape(image) n = Constant<value_ints = [0]>() batch = Gather(s, n)
    rest = Constant<value_ints = [2, -1]>() q = Concat<axis = 0>(batch, rest)
    flat = Reshape(image, q) back = Reshape(flat, s) map = Relu(back)"""


def test_what_shapes_make_superfluous_goes(network, operators, run) -> None:
    graph = network(COMPUTED, maps=2)
    result = FoldConstants()(graph)
    assert result.changed
    assert operators(result.graph) == ["Relu"]
    assert (run(result.graph) == run(graph)).all()


def test_a_pad_goes_into_the_conv(network, operators, run, weights) -> None:
    pads = np.array([0, 0, 1, 1, 0, 0, 1, 1])
    graph = network("x = Pad(image, p) map = Conv(x, w)", {"p": pads, "w": weights(3, 2, 3, 3)})
    result = FoldConstants()(graph)
    assert operators(result.graph) == ["Conv"]
    np.testing.assert_allclose(run(result.graph), run(graph), rtol=1e-5, atol=1e-6)


def test_the_batch_stays_free(network) -> None:
    graph = FoldConstants()(network(COMPUTED, maps=2)).graph
    graph = InferShapes()(graph).graph
    assert list(graph.input.shape) == list(graph.output.shape) == ["batch", 2, 8, 8]


def test_onnxsim_leaves_no_log_in_the_graph(network) -> None:
    proto = FoldConstants()(network(COMPUTED, maps=2)).graph.to_proto()
    assert not proto.metadata_props
    assert b"onnxsim" not in proto.SerializeToString()


def test_what_is_simple_is_left_alone(network, weights) -> None:
    simple = FoldConstants()(network("map = Conv(image, w)", {"w": weights(3, 2, 3, 3)})).graph
    result = FoldConstants()(simple)
    assert not result.changed
    assert result.graph is simple


def test_a_graph_too_large_for_protobuf_is_left_alone_and_says_so(network) -> None:
    graph = network(COMPUTED, maps=2)
    result = FoldConstants(max_bytes=100)(graph)
    assert not result.changed
    assert result.graph is graph
    assert "more than 100 bytes" in result.notes[0]


def test_onnxsim_is_silent(network, capfd) -> None:
    FoldConstants()(network(COMPUTED, maps=2))
    assert capfd.readouterr() == ("", "")
