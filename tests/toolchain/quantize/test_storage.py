import numpy as np
import onnx_ir as ir
import pytest
from tests.toolchain.quantize.networks import Array, initializers, network, run, values

from edgec.errors import QuantizationError
from edgec.graph import Graph
from edgec.quantize import store_float16, store_int8

BODY = """
    a = Conv<kernel_shape=[3,3], pads=[1,1,1,1]>(image, w, b)
    c = ConvTranspose<kernel_shape=[2,2], strides=[2,2]>(a, u)
    map = Mul(c, k)
"""
WEIGHTS = {"w": values(4, 2, 3, 3), "b": values(4), "u": values(4, 3, 2, 2), "k": np.float32(0.1)}


def both(weights: dict[str, Array] | None = None) -> Graph:
    return network(BODY, **(weights or WEIGHTS))


def stored_types(graph: Graph) -> dict[str, ir.DataType | None]:
    return {str(value.name): value.dtype for value in graph.model.graph.initializers.values()}


def test_float16_halves_weights_and_biases_and_nothing_else() -> None:
    graph = both()
    half = store_float16(graph)
    assert stored_types(half) == {
        "w_half": ir.DataType.FLOAT16,
        "b_half": ir.DataType.FLOAT16,
        "u_half": ir.DataType.FLOAT16,
        "k": ir.DataType.FLOAT,
    }
    assert set(stored_types(graph)) == {"w", "b", "u", "k"}
    image = values(1, 2, 8, 8)
    assert np.abs(run(half, image) - run(graph, image)).max() < 1e-2


def test_float16_computes_with_the_rounded_weights_exactly() -> None:
    rounded = {name: np.float16(data).astype(np.float32) for name, data in WEIGHTS.items() if name != "k"}
    image = values(1, 2, 8, 8)
    expected = run(both(rounded | {"k": WEIGHTS["k"]}), image)
    assert np.array_equal(run(store_float16(both()), image), expected)


@pytest.mark.parametrize("value", [7e4, np.inf, np.nan])
def test_what_float16_does_not_hold_is_refused(value: float) -> None:
    weight = values(4, 2, 3, 3)
    weight[0, 0, 0, 0] = value
    with pytest.raises(QuantizationError, match="'w'"):
        store_float16(both(WEIGHTS | {"w": weight}))


def test_int8_stores_weights_and_keeps_biases() -> None:
    found = initializers(store_int8(both()))
    assert found["w_quantized"].dtype == found["u_quantized"].dtype == np.int8
    assert found["b"].dtype == np.float32
    assert found["w_scale"].shape == (4,)
    assert found["u_scale"].shape == (3,)


def test_int8_weights_come_back_within_half_a_step() -> None:
    found = initializers(store_int8(both()))
    scale = found["u_scale"].reshape(1, 3, 1, 1)
    assert (np.abs(found["u_quantized"] * scale - WEIGHTS["u"]) <= 0.501 * scale).all()


@pytest.mark.parametrize(
    ("operator", "axis"), [("Gemm<transB=1>(f, m)", 0), ("Gemm(f, m)", 1), ("MatMul(f, m)", 1)]
)
def test_matrices_have_a_scale_for_each_output(operator: str, axis: int) -> None:
    matrix = values(8, 8) * np.arange(1, 9, dtype=np.float32).reshape((-1, 1) if axis == 0 else (1, -1))
    body = f"f = Reshape(image, flat) y = {operator} map = Reshape(y, back)"
    places = {"flat": np.array([-1, 8]), "back": np.array([-1, 2, 8, 8])}
    found = initializers(store_int8(network(body, m=matrix, **places)))
    assert np.allclose(found["m_scale"], np.abs(matrix).max(axis=1 - axis) / 127)


def test_shared_weights_are_stored_once() -> None:
    body = "a = Conv<pads=[1,1,1,1]>(image, w) map = Conv<pads=[1,1,1,1]>(a, w)"
    graph = network(body, w=values(2, 2, 3, 3))
    for store in (store_float16, store_int8):
        stored = [name for name in stored_types(store(graph)) if not name.endswith(("scale", "zero_point"))]
        assert len(stored) == 1


def test_a_network_without_weights_is_refused() -> None:
    with pytest.raises(QuantizationError, match="no weights"):
        store_int8(network("map = Relu(image)"))


def test_weights_that_are_not_finite_are_refused() -> None:
    with pytest.raises(QuantizationError, match="'w'"):
        store_int8(both(WEIGHTS | {"w": np.full((4, 2, 3, 3), np.nan, np.float32)}))
