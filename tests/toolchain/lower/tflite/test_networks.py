from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from tests.toolchain.lower.networks import Array, loaded, network, node, operator_names, values

from edgec.graph import Graph
from edgec.lower import lower
from edgec.lower.tflite import write
from edgec.quantize import store_float16
from edgec.runner import Runner

LIGHT = {"CONV_2D": 24, "DEPTHWISE_CONV_2D": 21, "MAX_POOL_2D": 4, "DEPTH_TO_SPACE": 4, "CONCATENATION": 4}
# The image and the map: what meets in a Concat has one scale.
CASTS = {"QUANTIZE": 1, "DEQUANTIZE": 1}


def delegates(graph: Graph) -> int:
    steps = loaded(lower(graph, "tflite"))._get_ops_details()
    return sum(step["op_name"] == "DELEGATE" for step in steps)


def test_unet_light_needs_no_transpose(unet_light: Graph) -> None:
    assert Counter(operator_names(lower(unet_light, "tflite"))) == {**LIGHT, "LOGISTIC": 1}


@pytest.mark.parametrize("activation", ["uint8", "int8"])
def test_int8_unet_light_is_float_at_its_ends_only(
    unet_light_int8: Callable[[str], Graph], activation: str
) -> None:
    names = operator_names(lower(unet_light_int8(activation), "tflite"))
    assert Counter(names) == {**LIGHT, **CASTS, "LOGISTIC": 1}
    assert (names[0], names[-2:]) == ("QUANTIZE", ["DEQUANTIZE", "LOGISTIC"])


def test_one_delegate_takes_it_all(unet_light: Graph, unet_light_int8: Callable[[str], Graph]) -> None:
    assert delegates(unet_light) == delegates(unet_light_int8("int8")) == 1


def test_equal_constants_are_stored_once_and_aligned() -> None:
    weight = values((4, 4, 3, 3))
    convs = [node("Conv", "x", "w", to="a", pads=[1] * 4), node("Conv", "a", "again", pads=[1] * 4)]
    data = lower(network((1, 4, 8, 8), *convs, w=weight, again=weight), "tflite").files["model.tflite"]
    stored = np.ascontiguousarray(weight.transpose(0, 2, 3, 1)).tobytes()
    assert data.count(stored) == 1
    assert data.index(stored) % 16 == 0


def test_zero_points_that_are_alike_are_stored_once(
    unet_light: Graph, unet_light_int8: Callable[[str], Graph]
) -> None:
    whole, int8 = (
        len(lower(graph, "tflite").files["model.tflite"]) for graph in (unet_light, unet_light_int8("int8"))
    )
    assert int8 < 0.27 * whole  # 0.28 with a vector of zeros for each weight and bias


def test_the_file_says_what_it_is(unet_light: Graph) -> None:
    lowered = lower(unet_light, "tflite")
    data = lowered.files["model.tflite"]
    assert data[4:8] == b"TFL3"
    signature = schema.Model.GetRootAs(data, 0).SignatureDefs(0)
    assert (signature.Inputs(0).Name(), signature.Outputs(0).Name()) == (b"image", b"map")
    interpreter = loaded(lowered)
    assert interpreter.get_input_details()[0]["name"] == lowered.input
    assert interpreter.get_output_details()[0]["name"] == lowered.output
    assert interpreter.get_signature_list() == {"serving_default": {"inputs": ["image"], "outputs": ["map"]}}


def test_a_constant_per_channel_keeps_its_axis(unet_light_int8: Callable[[str], Graph]) -> None:
    interpreter = loaded(lower(unet_light_int8("int8"), "tflite"))
    axis = {"CONV_2D": 0, "DEPTHWISE_CONV_2D": 3}
    details = {entry["index"]: entry["quantization_parameters"] for entry in interpreter.get_tensor_details()}
    seen = set()
    for step in interpreter._get_ops_details():
        if step["op_name"] in axis:
            quantization = details[step["inputs"][1]]
            if len(quantization["scales"]) > 1:
                assert quantization["quantized_dimension"] == axis[step["op_name"]]
                seen.add(step["op_name"])
    assert seen == set(axis)


@pytest.mark.parametrize("store", [lambda graph: graph, store_float16])
def test_transposed_convolutions_answer_as_their_own_operator(
    unet_light: Graph, store: Callable[[Graph], Graph]
) -> None:
    np.testing.assert_allclose(*answers(store(unet_light)), rtol=0, atol=1e-5)


def test_transposed_convolutions_of_integers_answer_in_the_same_bits(
    unet_light_int8: Callable[[str], Graph],
) -> None:
    np.testing.assert_array_equal(*answers(unet_light_int8("int8")))


def answers(graph: Graph) -> list[Array]:
    """Of the network as it is lowered, and with TRANSPOSE_CONV."""
    image = values((1, 1, 64, 48), 3)
    assert Counter(operator_names(write(graph)))["TRANSPOSE_CONV"] == 4
    found = []
    for lowered in (lower(graph, "tflite"), write(graph)):
        with Runner(lowered, "tflite") as runner:
            found.append(runner.run(image))
    return found
