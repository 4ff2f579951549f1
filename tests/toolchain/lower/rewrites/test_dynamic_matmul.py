import numpy as np
import pytest
from tests.toolchain.lower.networks import Array, image_for, in_onnxruntime, network, node, values

from edgec.graph import Graph
from edgec.lower import lower
from edgec.lower.census.onnxruntime import optimized
from edgec.lower.rewrites.dynamic_matmul import QuantizeMatMulDynamically
from edgec.quantize import store_int8


def matmul() -> Graph:
    return network((1, 2, 6, 8), node("MatMul", "x", "m"), m=values((8, 5)))


def gemm(**attributes: object) -> Graph:
    rows, back = np.array([-1, 8]), np.array([1, 2, 6, 5])
    matrix = values((5, 8) if attributes.get("transB") else (8, 5))
    return network(
        (1, 2, 6, 8),
        node("Reshape", "x", "rows", to="r"),
        node("Gemm", "r", "m", "b", to="g", **attributes),
        node("Reshape", "g", "back"),
        rows=rows, m=matrix, b=values((5,)), back=back,
    )  # fmt: skip


def close(one: Array, other: Array) -> bool:
    """Within what activations in 8 bits lose."""
    return bool(np.abs(one - other).max() < 0.02 * np.abs(one).max())


@pytest.mark.parametrize("graph", [matmul(), gemm()], ids=["MatMul", "Gemm"])
def test_products_are_computed_in_integers(graph: Graph) -> None:
    stored = store_int8(graph)
    result = QuantizeMatMulDynamically()(stored)
    assert result.changed
    kinds = [entry.op_type for entry in result.graph.nodes]
    assert "MatMulInteger" in kinds
    assert not {"MatMul", "Gemm", "DequantizeLinear"} & set(kinds)
    image = image_for(graph)
    assert close(in_onnxruntime(graph.to_bytes(), image), in_onnxruntime(result.graph.to_bytes(), image))


def test_onnxruntime_fuses_the_chain_into_one_operator() -> None:
    kinds = [entry.op_type for entry in optimized(lower(store_int8(gemm()), "onnxruntime")).graph.node]
    assert kinds == ["Reshape", "DynamicQuantizeMatMul", "Reshape"]


def test_two_chains_have_names_of_their_own() -> None:
    second = node("MatMul", "a", "n")
    graph = network(
        (1, 2, 6, 8), node("MatMul", "x", "m", to="a"), second, m=values((8, 5)), n=values((5, 4))
    )
    names = [entry.outputs[0].name for entry in QuantizeMatMulDynamically()(store_int8(graph)).graph.nodes]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    "graph",
    [gemm(), store_int8(gemm(transB=1)), store_int8(gemm(alpha=0.5))],
    ids=["float", "transposed", "scaled"],
)
def test_other_forms_are_left_alone(graph: Graph) -> None:
    assert not QuantizeMatMulDynamically()(graph).changed
