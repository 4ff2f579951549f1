from collections.abc import Callable

import numpy as np
import pytest
from onnxruntime.quantization import QuantType
from tests.toolchain.lower.networks import (
    Array,
    image_for,
    in_onnxruntime,
    network,
    node,
    quantized,
    step_of,
    values,
)

from edgec.graph import Graph
from edgec.lower import list_operators, lower, operators
from edgec.lower.rewrites.conv_transpose import ConvTransposeToConv, ShiftedConvTransposeToConv
from edgec.quantize import store_float16, store_int8


def upsampling(block: int = 2, *, bias: bool = True, clamp: bool = False, **attributes: object) -> Graph:
    constants = {"w": values((5, 3, block, block), 1)}
    if bias:
        constants["b"] = values((3,), 2)
    attributes.setdefault("strides", [block, block])
    up = node("ConvTranspose", "x", *constants, to="a" if clamp else "y", **attributes)
    return network((1, 5, 4, 6), up, *([node("Relu", "a")] if clamp else []), **constants)


def both(graph: Graph) -> tuple[Array, Array]:
    """The answers before and after; asserts that the graph changed."""
    result = ConvTransposeToConv()(graph)
    assert result.changed
    assert not any(entry.op_type == "ConvTranspose" for entry in result.graph.nodes)
    image = image_for(graph, 3)
    return in_onnxruntime(graph.to_bytes(), image), in_onnxruntime(result.graph.to_bytes(), image)


@pytest.mark.parametrize("block", [2, 3])
@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("clamp", [False, True])
def test_changed_in_float(block: int, bias: bool, clamp: bool) -> None:
    before, after = both(upsampling(block, bias=bias, clamp=clamp))
    np.testing.assert_allclose(after, before, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("store", [store_float16, store_int8])
def test_changed_as_it_is_stored(store: Callable[[Graph], Graph]) -> None:
    graph = store(upsampling())
    before, after = both(graph)
    np.testing.assert_allclose(after, before, rtol=1e-5, atol=1e-5)
    assert stored(ConvTransposeToConv()(graph).graph) == stored(graph)


def stored(graph: Graph) -> set[str]:
    """Types of the constants that are not small."""
    constants = graph.model.graph.initializers.values()
    return {
        str(value.dtype)
        for value in constants
        if value.const_value is not None and value.const_value.size > 30
    }


@pytest.mark.parametrize("activation", [QuantType.QUInt8, QuantType.QInt8])
@pytest.mark.parametrize("clamp", [False, True])
def test_changed_in_int8_with_scales_per_channel(activation: QuantType, clamp: bool) -> None:
    graph = quantized(upsampling(clamp=clamp), activation)
    before, after = both(graph)
    # Sums in another order may fall on the other side of a rounding.
    assert np.abs(after - before).max() <= 1.01 * step_of(graph)
    assert (after == before).mean() > 0.99


@pytest.mark.parametrize(
    "attributes",
    [
        {"strides": [1, 1]},
        {"strides": [2, 2], "pads": [1, 1, 1, 1]},
        {"strides": [2, 2], "output_padding": [1, 1]},
        {"strides": [2, 2], "output_shape": [8, 12]},
        {"strides": [3, 3]},
    ],
)
def test_left_alone(attributes: dict[str, object]) -> None:
    graph = upsampling(2, **attributes)
    result = ConvTransposeToConv()(graph)
    assert not result.changed
    assert result.graph is graph


def test_a_grouped_one_is_left_alone() -> None:
    up = node("ConvTranspose", "x", "w", strides=[2, 2], group=2)
    assert not ConvTransposeToConv()(network((1, 4, 4, 4), up, w=values((4, 3, 2, 2)))).changed


def test_a_computed_weight_is_left_alone() -> None:
    up = node("ConvTranspose", "x", "w", strides=[2, 2])
    graph = network((3, 3, 2, 2), node("Relu", "x", to="w"), up)
    assert not ConvTransposeToConv()(graph).changed


def test_onnxruntime_then_runs_it_in_integers() -> None:
    graph = quantized(upsampling())
    assert operators(lower(graph, "onnxruntime"), "onnxruntime").keys() == {"convert", "int8"}


def test_a_float_network_keeps_it_in_onnxruntime() -> None:
    graph = upsampling()
    lowered = Graph.from_bytes(lower(graph, "onnxruntime").files["model.onnx"])
    assert [entry.op_type for entry in lowered.nodes] == ["ConvTranspose"]


def _after(kind: str | None) -> Graph:
    """A ConvTranspose of what `kind` gives, quantized to uint8."""
    up = node("ConvTranspose", "x" if kind is None else "h", "w", strides=[2, 2])
    before = [] if kind is None else [node("Conv", "x", "v", to="c"), node(kind, "c", to="h")]
    constants = {"w": values((5, 3, 2, 2), 1)} | ({} if kind is None else {"v": values((5, 5, 1, 1), 2)})
    return quantized(network((1, 5, 4, 6), *before, up, **constants), QuantType.QUInt8)


@pytest.mark.parametrize(("kind", "changed"), [("Relu", False), ("HardSwish", True), (None, True)])
def test_only_where_values_lie_on_both_sides_of_zero(kind: str | None, changed: bool) -> None:
    assert ShiftedConvTransposeToConv()(_after(kind)).changed is changed


def test_float_is_none_of_openvinos_business() -> None:
    assert not ShiftedConvTransposeToConv()(upsampling()).changed


@pytest.mark.parametrize("kind", ["Relu", "HardSwish"])
def test_openvino_computes_no_transposed_convolution_in_float(kind: str) -> None:
    kinds = {entry.kind: entry.type for entry in list_operators(lower(_after(kind), "openvino"), "openvino")}
    if "ConvolutionBackpropData" in kinds:
        assert kinds["ConvolutionBackpropData"] == "int8"
    else:
        assert kind == "HardSwish"
