"""Weights in fewer bytes: what lies in the file, what XNNPACK takes, and what comes out."""

from collections.abc import Callable

import numpy as np
import pytest
from tests.toolchain.lower.networks import (
    image_for,
    in_onnxruntime,
    in_tflite,
    loaded,
    network,
    node,
    operator_names,
    values,
)

from edgec.graph import Graph
from edgec.lower import Lowered, lower, operators
from edgec.quantize import store_float16, store_int8

FILE = "model.tflite"


def dense(channels: int = 8, kernel: int = 3, group: int = 1, stride: int = 1) -> Graph:
    weight = values((channels, channels // group, kernel, kernel), 1)
    conv = node("Conv", "x", "w", "b", group=group, strides=[stride, stride])
    return network((1, channels, 12, 12), conv, w=weight, b=values((len(weight),), 2))


def transposed(bias: bool = True) -> Graph:
    """Of windows that overlap: others become a Conv."""
    constants = {"w": values((8, 16, 3, 3), 1)} | ({"b": values((16,), 2)} if bias else {})
    return network((1, 8, 6, 6), node("ConvTranspose", "x", *constants, strides=[2, 2]), **constants)


def stored_types(lowered: Lowered) -> set[str]:
    """Of the constants that hold more than a shape."""
    interpreter = loaded(lowered)
    made = {tensor for step in interpreter._get_ops_details() for tensor in step["outputs"].tolist()}
    made |= {interpreter.get_input_details()[0]["index"]}
    details = [entry for entry in interpreter.get_tensor_details() if entry["index"] not in made]
    return {np.dtype(entry["dtype"]).name for entry in details if entry["dtype"] != np.int32}


EVERY_CONVOLUTION = {
    "dense": dense(),
    "grouped": dense(group=2),
    "depthwise": dense(group=8),
    "one channel": dense(kernel=1),
    "transposed": transposed(),
    "without bias": transposed(bias=False),
}


@pytest.mark.parametrize("name", [name for name in EVERY_CONVOLUTION if name != "grouped"])
def test_halves_are_stored_and_floats_computed_with(name: str) -> None:
    graph = store_float16(EVERY_CONVOLUTION[name])
    lowered = lower(graph, "tflite")
    assert stored_types(lowered) == {"float16"}
    assert operators(lowered, "tflite") == {"float32": 1}
    image = image_for(graph)
    wanted = in_onnxruntime(graph.to_bytes(), image)
    np.testing.assert_allclose(in_tflite(lowered, image), wanted, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("name", "kind"), [
    ("dense", "int8-dynamic"),
    ("transposed", "int8-dynamic"),
    ("without bias", "int8-dynamic"),
    ("depthwise", "float32"),
    ("one channel", "float32"),
])  # fmt: skip
def test_int8_weights_are_computed_with_where_that_pays(name: str, kind: str) -> None:
    graph = store_int8(EVERY_CONVOLUTION[name])
    lowered = lower(graph, "tflite")
    assert stored_types(lowered) - {"float32"} == {"int8"}
    assert operators(lowered, "tflite") == {kind: 1}
    image = image_for(graph)
    wanted, found = in_onnxruntime(graph.to_bytes(), image), in_tflite(lowered, image)
    # Expanded weights are the graph's own; a dynamic input has 255 steps over its range.
    tolerance = 1e-5 if kind == "float32" else 0.02 * np.abs(wanted).max()
    np.testing.assert_allclose(found, wanted, rtol=0, atol=tolerance)


def test_a_stride_makes_a_value_meet_fewer_weights() -> None:
    graph = store_int8(dense(stride=2))
    assert operators(lower(graph, "tflite"), "tflite") == {"float32": 1}


@pytest.mark.parametrize("store", [store_float16, store_int8])
def test_grouped_convolutions_answer_right(store: Callable[[Graph], Graph]) -> None:
    graph = store(EVERY_CONVOLUTION["grouped"])
    image = image_for(graph)
    wanted = in_onnxruntime(graph.to_bytes(), image)
    np.testing.assert_allclose(in_tflite(lower(graph, "tflite"), image), wanted, rtol=1e-5, atol=1e-5)


def test_a_clamp_is_still_done_by_the_convolution() -> None:
    graph = network(
        (1, 8, 9, 9), node("Conv", "x", "w", to="a"), node("Relu", "a"), w=3 * values((8, 8, 3, 3), 1)
    )
    for store in (store_float16, store_int8):
        names = operator_names(lower(store(graph), "tflite"))
        assert [name for name in names if name != "DEQUANTIZE"] == ["CONV_2D"]


def test_int8_weights_of_a_quantized_input_are_made_floats() -> None:
    """Not quantized by what is seen: its scale is known."""
    graph = network(
        (1, 8, 9, 9),
        node("QuantizeLinear", "x", "s", "z", to="q"),
        node("DequantizeLinear", "q", "s", "z", to="a"),
        node("DequantizeLinear", "w", "t", to="v"),
        node("Conv", "a", "v"),
        s=np.float32(0.03), z=np.uint8(128), t=np.float32(0.1),
        w=np.random.default_rng(0).integers(-127, 128, (8, 8, 3, 3), np.int8),
    )  # fmt: skip
    assert operators(lower(graph, "tflite"), "tflite") == {"convert": 2, "float32": 1}


def test_every_operator_of_unet_light_is_delegated(unet_light: Graph) -> None:
    whole = len(lower(unet_light, "tflite").files[FILE])
    half, int8 = (lower(store(unet_light), "tflite") for store in (store_float16, store_int8))
    assert operators(half, "tflite") == {"float32": 58}
    assert operators(int8, "tflite") == {"float32": 40, "int8-dynamic": 18}
    assert len(half.files[FILE]) < 0.51 * whole
    assert len(int8.files[FILE]) < 0.27 * whole
    for lowered in (half, int8):
        (delegate,) = (s for s in loaded(lowered)._get_ops_details() if s["op_name"] == "DELEGATE")
        assert len(delegate["outputs"]) == 1
