"""The guard takes what the toolchain writes in every precision."""

from collections.abc import Callable

import numpy as np
import pytest
from tests.toolchain.lower.networks import network, node, quantized, values

from edgec.graph import Graph
from edgec.lower import lower
from edgec.quantize import store_float16, store_int8
from edgec_runtime.errors import ModelError
from edgec_runtime.guard.tflite import check_tflite


def convolutions() -> Graph:
    """Dense, depthwise and transposed."""
    return network(
        (1, 8, 8, 8),
        node("Conv", "x", "dense", "bias", to="a", pads=[1] * 4),
        node("Conv", "a", "depthwise", to="b", group=8),
        node("ConvTranspose", "b", "up", strides=[2, 2]),
        dense=values((8, 8, 3, 3)),
        bias=values((8,)),
        depthwise=values((8, 1, 1, 1)),
        up=values((8, 16, 3, 3)),
    )


@pytest.mark.parametrize("store", [store_float16, store_int8, quantized])
def test_networks_of_the_toolchain_are_taken(store: Callable[[Graph], Graph]) -> None:
    check_tflite(lower(store(convolutions()), "tflite").files["model.tflite"])


def test_halves_that_are_fewer_than_their_shape_are_refused() -> None:
    data = lower(store_float16(convolutions()), "tflite").files["model.tflite"]
    halves = values((8,)).astype(np.float16).tobytes()
    place = data.index(halves) - 4  # the length stands before the bytes
    assert data[place : place + 4] == (16).to_bytes(4, "little")
    with pytest.raises(ModelError, match="holds 14 bytes; expected 16"):
        check_tflite(data[:place] + (14).to_bytes(4, "little") + data[place + 4 :])
