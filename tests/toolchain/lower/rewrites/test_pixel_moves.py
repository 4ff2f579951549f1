from collections.abc import Callable

import numpy as np
import onnx
import pytest
from tests.toolchain.lower.networks import (
    check_int8,
    image_for,
    in_onnxruntime,
    network,
    node,
    operator_names,
)

from edgec.graph import Graph
from edgec.lower import lower
from edgec.lower.rewrites.pixel_moves import PixelMoves

Shape = tuple[int, ...]


def chain(shape: Shape, middle: Shape, order: list[int], end: Shape) -> Graph:
    """Reshape, Transpose, Reshape."""
    return network(
        shape,
        node("Reshape", "x", "middle", to="a"),
        node("Transpose", "a", to="b", perm=order),
        node("Reshape", "b", "end"),
        middle=np.array(middle),
        end=np.array(end),
    )


def unshuffle() -> Graph:
    return chain((1, 2, 6, 4), (1, 2, 3, 2, 2, 2), [0, 1, 3, 5, 2, 4], (1, 8, 3, 2))


def shuffle() -> Graph:
    return chain((1, 8, 3, 2), (1, 2, 2, 2, 3, 2), [0, 1, 4, 2, 5, 3], (1, 2, 6, 4))


def channel_shuffle() -> Graph:
    return chain((1, 6, 3, 2), (1, 2, 3, 3, 2), [0, 2, 1, 3, 4], (1, 6, 3, 2))


def space_to_depth() -> Graph:
    return chain((1, 2, 6, 4), (1, 2, 3, 2, 2, 2), [0, 3, 5, 1, 2, 4], (1, 8, 3, 2))


@pytest.mark.parametrize(
    ("make", "operators"),
    [
        (unshuffle, ["SpaceToDepth", "Gather"]),
        (shuffle, ["Gather", "DepthToSpace"]),
        (channel_shuffle, ["Gather"]),
        (space_to_depth, ["SpaceToDepth"]),
    ],
)
def test_changed(make: Callable[[], Graph], operators: list[str]) -> None:
    graph = make()
    result = PixelMoves()(graph)
    assert result.changed
    assert [entry.op_type for entry in result.graph.nodes] == operators
    image = image_for(graph)
    wanted = in_onnxruntime(graph.to_bytes(), image)
    np.testing.assert_array_equal(in_onnxruntime(result.graph.to_bytes(), image), wanted)


@pytest.mark.parametrize(
    "graph",
    [
        chain((1, 2, 6, 4), (1, 2, 3, 2, 4), [0, 1, 4, 3, 2], (1, 2, 6, 4)),
        chain((1, 2, 6, 4), (1, 8, 6), [0, 2, 1], (1, 6, 8, 1)),
        network((1, 2, 6, 4), node("Transpose", "x", perm=[0, 2, 3, 1])),
    ],
    ids=["turned", "reshaped", "to NHWC"],
)
def test_left_alone(graph: Graph) -> None:
    result = PixelMoves()(graph)
    assert not result.changed
    assert result.graph is graph


def with_pairs(graph: Graph, inner_scale: float) -> Graph:
    """Each node between QuantizeLinear and DequantizeLinear, as a quantizer writes it."""
    proto = graph.to_proto()
    scales = {"s": 0.03, "inner": inner_scale}
    nodes, value = [], "x"
    for place, entry in enumerate([None, *proto.graph.node]):
        if entry is not None:
            entry.input[0] = value
            entry.output[0] = value = f"v{place}"
            nodes.append(entry)
        scale = "inner" if place == 1 else "s"
        last = place == len(proto.graph.node)
        nodes.append(node("QuantizeLinear", value, scale, "z", to=f"q{place}"))
        value = "y" if last else f"d{place}"
        nodes.append(node("DequantizeLinear", f"q{place}", scale, "z", to=value))
    constants = {entry.name: onnx.numpy_helper.to_array(entry) for entry in proto.graph.initializer}
    scales_ = {name: np.float32(scale) for name, scale in scales.items()}
    shape = graph.input.shape
    assert shape is not None
    return network(tuple(shape), *nodes, **constants, **scales_, z=np.uint8(128))


def test_quantizations_in_one_scale_go_away_with_it() -> None:
    graph = with_pairs(unshuffle(), inner_scale=0.03)
    lowered = check_int8(graph)
    assert operator_names(lowered) == ["QUANTIZE", "SPACE_TO_DEPTH", "GATHER", "DEQUANTIZE"]


def test_quantizations_in_another_scale_are_left_alone() -> None:
    assert not PixelMoves()(with_pairs(unshuffle(), inner_scale=0.05)).changed


def test_the_lowering_applies_it() -> None:
    assert operator_names(lower(shuffle(), "tflite")) == ["GATHER", "DEPTH_TO_SPACE"]
