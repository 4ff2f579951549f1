"""Small networks written in ONNX's own text form, and their comparison in ONNX Runtime."""

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
import onnx
import onnx.parser
import onnxruntime
import pytest

from edgec.graph import Graph

Array = npt.NDArray[np.float32]
Build = Callable[..., Graph]


def _network(
    body: str, weights: Mapping[str, Array] | None = None, channels: int = 2, maps: int = 3
) -> Graph:
    text = f"""<ir_version: 10, opset_import: ["": 21]>
        network (float[batch,{channels},8,8] image) => (float[batch,{maps},h,w] map) {{ {body} }}"""
    model = onnx.parser.parse_model(text)
    for name, values in (weights or {}).items():
        model.graph.initializer.append(onnx.numpy_helper.from_array(values, name))
    onnx.checker.check_model(model)
    return Graph.from_bytes(model.SerializeToString())


@pytest.fixture
def network() -> Build:
    """network(body, weights, channels, maps): a Graph from image (batch, channels, 8, 8) to map."""
    return _network


@pytest.fixture
def weights() -> Callable[..., Array]:
    """weights(*shape): the same random numbers each time a test runs, others at each call."""
    random = np.random.default_rng(7)
    return lambda *shape: random.normal(size=shape).astype(np.float32)


@pytest.fixture
def run() -> Callable[[Graph], Array]:
    """run(graph): what ONNX Runtime, without its own optimizations, answers to two random images."""

    def answer(graph: Graph) -> Array:
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(graph.to_bytes(), options)
        channels = session.get_inputs()[0].shape[1]
        image = np.random.default_rng(3).normal(size=(2, channels, 8, 8)).astype(np.float32)
        result: Array = session.run(None, {"image": image})[0]
        return result

    return answer


@pytest.fixture
def operators() -> Callable[[Graph], list[str]]:
    """operators(graph): the types of its nodes, in order."""
    return lambda graph: [node.op_type for node in graph.nodes]
