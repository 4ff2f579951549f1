"""int8 at both ends of the file."""

from collections.abc import Callable

import numpy as np
import pytest
from tests.toolchain.lower.networks import (
    between_integers,
    loaded,
    network,
    node,
    operator_names,
    quantized,
    values,
)

from edgec.errors import QuantizationError, UsageError
from edgec.graph import Graph
from edgec.lower import Lowered, lower, operators
from edgec.quantize import store_int8
from edgec.runner import Runner
from edgec_runtime.format.manifest import Affine

CONV = node("Conv", "x", "w", to="y", pads=[1] * 4)
WEIGHT = {"w": values((4, 3, 3, 3), 1)}


def answer(lowered: Lowered, image: np.ndarray) -> np.ndarray:
    with Runner(lowered, "tflite") as runner:
        return runner.run(image)


def end_types(lowered: Lowered) -> tuple[str, str]:
    interpreter = loaded(lowered)
    ends = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    return np.dtype(ends[0]["dtype"]).name, np.dtype(ends[1]["dtype"]).name


def test_int8_unet_light_is_int8_from_end_to_end(unet_light_int8: Callable[[str], Graph]) -> None:
    lowered = lower(unet_light_int8("int8"), "tflite", "int8")
    assert end_types(lowered) == ("int8", "int8")
    assert lowered.output_quantization == Affine(1 / 256, -128)
    assert operator_names(lowered)[-1] == "LOGISTIC"
    assert operators(lowered, "tflite") == {"int8": 58}


def test_it_answers_as_with_float_ends(unet_light_int8: Callable[[str], Graph]) -> None:
    graph = unet_light_int8("int8")
    image = np.random.default_rng(3).random((1, 1, 64, 48), np.float32)
    as_floats, as_integers = (answer(lower(graph, "tflite", io), image) for io in ("float", "int8"))
    assert np.abs(as_floats - as_integers).max() <= 1.01 / 256


def test_without_a_sigmoid_the_last_scale_is_the_output_s() -> None:
    graph = quantized(network((1, 3, 9, 9), CONV, **WEIGHT))
    lowered = lower(graph, "tflite", "int8")
    assert operator_names(lowered) == ["CONV_2D"]
    assert lowered.output_quantization is not None
    image = values((1, 3, 9, 9), 5)
    np.testing.assert_array_equal(answer(lowered, image), answer(lower(graph, "tflite"), image))


def test_floats_are_the_default(unet_light_int8: Callable[[str], Graph]) -> None:
    lowered = lower(unet_light_int8("int8"), "tflite")
    assert end_types(lowered) == ("float32", "float32")
    assert (lowered.input_quantization, lowered.output_quantization) == (None, None)


@pytest.mark.parametrize(
    "graph", [network((1, 3, 9, 9), CONV, **WEIGHT), store_int8(network((1, 3, 9, 9), CONV, **WEIGHT))]
)
def test_a_network_of_floats_is_refused(graph: Graph) -> None:
    with pytest.raises(QuantizationError, match="the input 'x' is read in floats: only int8-static"):
        lower(graph, "tflite", "int8")


def test_a_float_operator_at_the_end_is_refused() -> None:
    body = between_integers((1, 3, 9, 9), node("Relu", "a", to="b")).to_proto()
    body.graph.node.append(node("HardSigmoid", "y", to="end"))
    body.graph.output[0].name = "end"
    with pytest.raises(QuantizationError, match="the output 'end' is made in floats"):
        lower(Graph.from_bytes(body.SerializeToString()), "tflite", "int8")


@pytest.mark.parametrize("engine", ["onnxruntime", "openvino"])
def test_other_engines_take_floats_only(unet_light_int8: Callable[[str], Graph], engine: str) -> None:
    with pytest.raises(UsageError, match="--io int8 is for TFLite"):
        lower(unet_light_int8("uint8"), engine, "int8")
