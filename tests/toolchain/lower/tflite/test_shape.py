import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.toolchain.lower.networks import (
    between_integers,
    check_float,
    check_int8,
    network,
    node,
    operator_names,
    quantized,
)

from edgec.errors import UnsupportedOperatorError
from edgec.graph import Graph
from edgec.lower import lower

SHAPE = (1, 8, 6, 4)


@pytest.mark.parametrize("mode", ["DCR", "CRD"])
@pytest.mark.parametrize("shape", [(1, 8, 6, 4), (1, 4, 3, 3), (1, 12, 2, 5)])
def test_depth_to_space(mode: str, shape: tuple[int, ...]) -> None:
    check_float(network(shape, node("DepthToSpace", "x", blocksize=2, mode=mode)), tolerance=0)
    between = between_integers(shape, node("DepthToSpace", "a", to="b", blocksize=2, mode=mode))
    check_int8(between)


def test_space_to_depth() -> None:
    check_float(network((1, 3, 6, 4), node("SpaceToDepth", "x", blocksize=2)), tolerance=0)
    check_int8(between_integers((1, 3, 6, 4), node("SpaceToDepth", "a", to="b", blocksize=2)))


def test_channels_in_another_order() -> None:
    graph = network(SHAPE, node("Gather", "x", "order", axis=1), order=np.array([3, -1, 0, 0]))
    check_float(graph, tolerance=0)


@st.composite
def slices(draw: st.DrawFn) -> Graph:
    axes = draw(
        st.lists(st.sampled_from([1, 2, 3, -1]), min_size=1, max_size=3, unique_by=lambda axis: axis % 4)
    )
    starts = [draw(st.integers(-2, 1)) for _ in axes]
    ends = [draw(st.sampled_from([2**40, 100])) for _ in axes]
    steps = [draw(st.integers(1, 2)) for _ in axes]
    parts = {"starts": starts, "ends": ends, "axes": axes, "steps": steps}
    return network(
        SHAPE, node("Slice", "x", *parts), **{name: np.array(part) for name, part in parts.items()}
    )


@settings(max_examples=30)
@given(slices())
def test_slices(graph: Graph) -> None:
    check_float(graph, tolerance=0)


def test_int8_slice() -> None:
    parts = {"starts": np.array([1, 2]), "ends": np.array([5, -1]), "axes": np.array([2, 1])}
    check_int8(between_integers(SHAPE, node("Slice", "a", *parts, to="b"), **parts))


def test_a_backward_slice_is_refused() -> None:
    parts = {"starts": [-1], "ends": [-9], "axes": [2], "steps": [-1]}
    graph = network(
        SHAPE, node("Slice", "x", *parts), **{name: np.array(part) for name, part in parts.items()}
    )
    with pytest.raises(UnsupportedOperatorError, match="Slice 'Slice_y': only forward"):
        lower(graph, "tflite")


def padding(pads: list[int], value: float | None = None, mode: str = "constant") -> Graph:
    constants: dict[str, np.ndarray] = {"pads": np.array(pads)}
    if value is not None:
        constants["value"] = np.array(value, np.float32)
    return network(SHAPE, node("Pad", "x", *constants, mode=mode), **constants)


@pytest.mark.parametrize("value", [None, 0.0, 0.5])
def test_padding_with_a_constant(value: float | None) -> None:
    check_float(padding([0, 1, 2, 0, 0, 0, 1, 3], value), tolerance=0)
    check_int8(quantized(padding([0, 1, 2, 0, 0, 0, 1, 3], value)))


def test_cropping() -> None:
    lowered = check_float(padding([0, 0, -2, 0, 0, 0, -1, -1]), tolerance=0)
    assert operator_names(lowered) == ["SLICE"]


def test_the_edge_repeated_once() -> None:
    check_float(padding([0, 0, 1, 1, 0, 0, 0, 1], mode="edge"), tolerance=0)


def test_reflection() -> None:
    check_float(padding([0, 0, 2, 1, 0, 0, 1, 2], mode="reflect"), tolerance=0)


def test_padding_of_some_axes() -> None:
    constants = {"pads": np.array([1, 2, 3, 0]), "value": np.float32(0), "axes": np.array([3, 2])}
    check_float(network(SHAPE, node("Pad", "x", *constants), **constants), tolerance=0)


@pytest.mark.parametrize(
    ("graph", "reason"),
    [
        (padding([0, 0, 1, 0, 0, 0, -1, 0]), "both signs"),
        (padding([0, 0, 2, 0, 0, 0, 1, 0], mode="edge"), "mode 'edge'"),
    ],
)
def test_padding_that_tflite_lacks_is_refused(graph: Graph, reason: str) -> None:
    with pytest.raises(UnsupportedOperatorError, match=reason):
        lower(graph, "tflite")


def test_nothing_is_written_for_identities() -> None:
    same = node("Cast", "a", to="b")
    same.attribute.append(onnx.helper.make_attribute("to", onnx.TensorProto.FLOAT))
    graph = network(SHAPE, node("Identity", "x", to="a"), same, node("Relu", "b"))
    assert operator_names(check_float(graph)) == ["RELU"]


@pytest.mark.parametrize("unshuffle", [False, True])
def test_pixel_shuffles_as_torch_exports_them(unshuffle: bool) -> None:
    before, order, after = (
        ([1, 2, 3, 2, 2, 2], [0, 1, 3, 5, 2, 4], [1, 8, 3, 2])
        if unshuffle
        else ([1, 2, 2, 2, 6, 4], [0, 1, 4, 2, 5, 3], [1, 2, 12, 8])
    )
    shape = (1, 2, 6, 4) if unshuffle else SHAPE
    nodes = [
        node("Reshape", "x", "six", to="a"),
        node("Transpose", "a", to="b", perm=order),
        node("Reshape", "b", "four"),
    ]
    check_float(network(shape, *nodes, six=np.array(before), four=np.array(after)), tolerance=0)


def test_an_unknown_operator_is_refused_by_name() -> None:
    with pytest.raises(UnsupportedOperatorError, match=r"no operator Erf \(node 'Erf_y'\)"):
        lower(network(SHAPE, node("Erf", "x")), "tflite")


def test_repeated_to_the_size_of_the_image() -> None:
    """The shape is worked out from the image, whose batch is free."""
    nodes = [
        node("GlobalAveragePool", "x", to="a"),
        node("Shape", "x", to="shape"),
        node("Expand", "a", "shape", to="b"),
        node("Concat", "x", "b", axis=1),
    ]
    graph = network(("batch", *SHAPE[1:]), *nodes)
    assert operator_names(check_float(graph)) == ["MEAN", "BROADCAST_TO", "CONCATENATION"]
