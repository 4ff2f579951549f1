from collections.abc import Callable

import numpy as np
import pytest
from tests.toolchain.lower.networks import between_integers, network, node

from edgec.errors import UsageError
from edgec.graph import Graph
from edgec.lower import ENGINES, Lowered, lower, operators
from edgec_runtime.errors import EngineError


@pytest.mark.parametrize("engine", ENGINES)
def test_a_float_network_has_no_integers(unet_light: Graph, engine: str) -> None:
    count = operators(lower(unet_light, engine), engine)
    assert count["float32"] >= 49
    assert set(count) <= {"float32", "convert"}


@pytest.mark.parametrize(
    ("engine", "activation"),
    [("onnxruntime", "uint8"), ("onnxruntime", "int8"), ("openvino", "uint8"), ("tflite", "int8")],
)
def test_unet_light_runs_in_integers_up_to_its_last_operator(
    unet_light_int8: Callable[[str], Graph], engine: str, activation: str
) -> None:
    count = operators(lower(unet_light_int8(activation), engine), engine)
    assert count["int8"] >= 49
    assert count.get("float32", 0) <= 2  # the Sigmoid, and the view of its rows as an image


@pytest.mark.parametrize("engine", ENGINES)
def test_a_float_operator_between_integers_is_counted(engine: str) -> None:
    shape, two = (1, 4, 8, 8), np.float32(2)
    graph = between_integers(shape, node("Div", "a", "c", to="d"), node("Erf", "d", to="b"), c=two)
    if engine == "tflite":
        graph = between_integers(shape, node("Div", "a", "c", to="b"), c=two)
    assert operators(lower(graph, engine), engine)["float32"] >= 1


def test_tflite_tells_what_xnnpack_left() -> None:
    order = node("Gather", "x", "order", to="a", axis=1)
    graph = network((1, 4, 8, 8), order, node("Relu", "a"), order=np.array([2, 1, 0, 3]))
    assert operators(lower(graph, "tflite"), "tflite") == {"float32": 1, "float32-unaccelerated": 1}


@pytest.mark.parametrize("engine", ENGINES)
def test_files_that_do_not_load_are_told(engine: str) -> None:
    lowered = lower(network((1, 3, 4, 4), node("Relu", "x")), engine)
    broken = Lowered(dict.fromkeys(lowered.files, b"no network"), lowered.layout, "x", "y")
    with pytest.raises(EngineError, match="cannot load the network"):
        operators(broken, engine)


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(UsageError, match="'ncnn'"):
        operators(Lowered({}, "NCHW", "x", "y"), "ncnn")
