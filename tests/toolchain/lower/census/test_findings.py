"""Float islands, conversions and ends, as each engine has them, and 'nothing' where there is nothing."""

from collections.abc import Callable

import numpy as np
import pytest
from onnxruntime.quantization import QuantType
from tests.toolchain.lower.networks import between_convolutions, network, node, quantized, values

from edgec.graph import Graph
from edgec.lower import ENGINES, Findings, Operator, explain, find, list_operators, lower


def operators_of(graph: Graph, engine: str) -> tuple[Operator, ...]:
    activation = QuantType.QInt8 if engine == "tflite" else QuantType.QUInt8
    return list_operators(lower(quantized(graph, activation), engine), engine)


def found_in(graph: Graph, engine: str) -> Findings:
    return find(operators_of(graph, engine))


def step(name: str, kind: str, type_: str, *sources: str) -> Operator:
    return Operator(name, kind, type_, name, sources)


# An operator that each engine computes in floats. (OpenVINO folds a Div into the convolution before it.)
LONELY = {"onnxruntime": "Div", "openvino": "Erf", "tflite": "Div"}


@pytest.mark.parametrize("engine", ENGINES)
def test_an_operator_that_stays_float_is_an_island(engine: str) -> None:
    kind = LONELY[engine]
    inputs, constants = (("a", "c"), {"c": np.float32(2)}) if kind == "Div" else (("a",), {})
    operators = operators_of(between_convolutions(node(kind, *inputs, to="b"), **constants), engine)
    (island,) = find(operators).islands
    assert [entry.kind.lower() for entry in island.computing] == [kind.lower()]
    assert {entry.type for entry in island.computing} <= {"float32", "bfloat16"}
    assert explain(operators)[0].startswith("1 float island (")
    assert kind.lower() in explain(operators)[0].lower()


@pytest.mark.parametrize("engine", ["onnxruntime", "tflite"])
def test_an_island_holds_the_conversions_that_it_needs(engine: str) -> None:
    graph = between_convolutions(node("Div", "a", "c", to="b"), c=np.float32(2))
    (island,) = found_in(graph, engine).islands
    into, computing, out = (entry.kind.lower() for entry in island.operators)
    assert into.startswith("dequantize")
    assert computing == "div"
    assert out.startswith("quantize")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_network_of_integers_has_none(engine: str) -> None:
    operators = operators_of(between_convolutions(), engine)
    assert find(operators).islands == ()
    assert not any("float island" in phrase for phrase in explain(operators))


def test_nothing_is_found_in_a_clean_network() -> None:
    operators = operators_of(between_convolutions(), "tflite")
    assert find(operators).conversions == ()
    assert [entry.kind for entry in find(operators).ends] == ["QUANTIZE", "DEQUANTIZE"]
    assert explain(operators) == []


@pytest.mark.parametrize("engine", ["onnxruntime", "openvino"])
def test_a_transpose_that_stays_is_named(engine: str) -> None:
    graph = between_convolutions(node("Transpose", "a", to="b", perm=[0, 1, 3, 2]))
    without = found_in(between_convolutions(), engine).conversions
    conversions = found_in(graph, engine).conversions
    assert len(conversions) == len(without) + 1
    assert "Transpose" in {entry.kind for entry in conversions}
    assert f"{len(conversions)} conversions (" in explain(operators_of(graph, engine))[0]


@pytest.mark.parametrize("engine", ENGINES)
def test_the_closing_activation_is_an_end(unet_light_int8: Callable[[str], Graph], engine: str) -> None:
    graph = unet_light_int8("int8" if engine == "tflite" else "uint8")
    findings = find(list_operators(lower(graph, engine), engine))
    assert findings.islands == ()
    closing = {entry.kind for entry in findings.ends if entry.type == "float32"}
    # OpenVINO computes the Sigmoid within the last convolution.
    assert (
        closing
        == {"onnxruntime": {"Sigmoid", "Reshape"}, "openvino": {"Reshape"}, "tflite": {"LOGISTIC"}}[engine]
    )


def test_a_float_convolution_before_the_closing_activation_is_an_island() -> None:
    operators = [
        step("q", "QuantizeLinear", "convert", "image"),
        step("c", "QLinearConv", "int8", "q"),
        step("d", "DequantizeLinear", "convert", "c"),
        step("last", "Conv", "float32", "d"),
        step("map", "Sigmoid", "float32", "last"),
    ]
    findings = find(operators)
    assert [[entry.name for entry in island.operators] for island in findings.islands] == [
        ["d", "last", "map"]
    ]
    assert [entry.name for entry in findings.ends] == ["q"]


def test_operators_that_feed_each_other_are_one_island_and_others_another() -> None:
    operators = [
        step("c", "QLinearConv", "int8", "image"),
        step("d", "DequantizeLinear", "convert", "c"),
        step("e", "Erf", "float32", "d"),
        step("f", "Elu", "float32", "d"),
        step("g", "Mul", "float32", "e", "f"),
        step("q", "QuantizeLinear", "convert", "g"),
        step("h", "QLinearConv", "int8", "q"),
        step("i", "Erf", "float32", "h"),
        step("j", "QLinearConv", "int8", "i"),
    ]
    islands = [[entry.name for entry in island.operators] for island in find(operators).islands]
    assert islands == [["d", "e", "f", "g", "q"], ["i"]]


def test_a_float_network_has_no_islands_but_its_conversions_are_told() -> None:
    operators = [
        step("w", "DequantizeLinear", "convert"),  # weights that are expanded at every run
        step("c", "Conv", "float32", "image", "w"),
        step("t", "Transpose", "float32", "c"),
    ]
    findings = find(operators)
    assert findings.islands == ()
    assert [entry.name for entry in findings.conversions] == ["w", "t"]
    assert explain(operators) == ["2 conversions (DequantizeLinear w, Transpose t)"]


def test_more_than_three_are_not_all_named() -> None:
    operators = [step(f"t{place}", "Transpose", "int8", "image") for place in range(5)]
    assert explain(operators) == ["5 conversions (Transpose t0, Transpose t1, Transpose t2, ...)"]


def test_what_xnnpack_leaves_is_explained() -> None:
    order = node("Gather", "x", "order", to="a", axis=1)
    graph = network((1, 4, 8, 8), order, node("Relu", "a"), order=np.array([2, 1, 0, 3]))
    assert explain(list_operators(lower(graph, "tflite"), "tflite")) == [
        "1 operator (left to plain kernels: GATHER a_ordered)"
    ]


def test_a_last_softmax_in_integers_is_no_end() -> None:
    graph = network((1, 4, 8, 8), node("Conv", "x", "w", to="a"), node("Softmax", "a", axis=1),
                    w=values((4, 4, 1, 1)))  # fmt: skip
    assert "SOFTMAX" not in {entry.kind for entry in found_in(graph, "tflite").ends}
