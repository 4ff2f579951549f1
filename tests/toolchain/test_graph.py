import hashlib

import numpy as np
import onnx
import onnx.parser
import pytest

from edgec.errors import GraphError
from edgec.graph import Graph, static_shape

TEXT = """<ir_version: 10, opset_import: ["": 21]>
network (float[batch,4,8,6] image) => (float[batch,2,16,12] map) <float[batch,6,8,6] x> {
    x = Conv<pads = [1,1,1,1], group = 2>(image, w)
    r = Relu(x)
    map = ConvTranspose<strides = [2,2], kernel_shape = [2,2]>(r, v)
}"""


def _graph(text: str = TEXT) -> Graph:
    model = onnx.parser.parse_model(text)
    for name, shape in (("w", (6, 2, 3, 3)), ("v", (6, 2, 2, 2))):
        model.graph.initializer.append(onnx.numpy_helper.from_array(np.ones(shape, np.float32), name))
    return Graph.from_bytes(onnx.shape_inference.infer_shapes(model).SerializeToString())


def test_bytes_that_are_no_network_are_refused() -> None:
    with pytest.raises(GraphError, match="not an ONNX model"):
        Graph.from_bytes(b"\xff\xfe nothing")


def test_the_same_network_gives_the_same_bytes() -> None:
    graph = _graph()
    assert graph.to_bytes() == _graph().to_bytes() == Graph.from_bytes(graph.to_bytes()).to_bytes()
    assert graph.digest == hashlib.sha256(graph.to_bytes()).hexdigest()


def test_a_clone_changes_alone() -> None:
    graph = _graph()
    clone = graph.clone()
    next(clone.nodes).op_type = "Changed"
    assert next(graph.nodes).op_type == "Conv"
    assert clone.digest != graph.digest


def test_nodes_convs_and_ends() -> None:
    graph = _graph()
    assert [node.op_type for node in graph.nodes] == ["Conv", "Relu", "ConvTranspose"]
    assert [node.op_type for node in graph.convs] == ["Conv", "ConvTranspose"]
    assert (graph.input.name, graph.output.name) == ("image", "map")


def test_macs_of_a_grouped_and_of_a_transposed_convolution() -> None:
    conv = 8 * 6 * 6 * (4 // 2) * 3 * 3  # each output position and channel takes 2 channels of 3x3
    transposed = 8 * 6 * 6 * 2 * 2 * 2  # each input position and channel gives 2 channels of 2x2
    assert _graph().macs == conv + transposed


def test_macs_need_a_fixed_size() -> None:
    with pytest.raises(GraphError, match="fixed size"):
        _ = _graph(TEXT.replace("8,6] ", "h,w] ").replace("16,12", "a,b")).macs


def test_a_static_shape_takes_a_free_batch_as_one() -> None:
    assert static_shape(_graph().input) == (1, 4, 8, 6)


def test_a_shape_that_is_not_known_is_refused() -> None:
    graph = _graph()
    graph.input.shape = None
    with pytest.raises(GraphError, match="'image' is not known"):
        static_shape(graph.input)


def test_two_inputs_are_refused() -> None:
    text = TEXT.replace("(float[batch,4,8,6] image)", "(float[batch,4,8,6] image, float[1] gain)")
    with pytest.raises(GraphError, match="2 inputs \\(image, gain\\)"):
        _ = _graph(text).input
