"""Each engine's own list: names that lead back to the model, types, and times from its profiler."""

from collections.abc import Callable

import numpy as np
import pytest
from tests.toolchain.lower.binary.conftest import binary_network
from tests.toolchain.lower.networks import between_convolutions, image_for, network, node, quantized

from edgec.export import export
from edgec.graph import Graph
from edgec.lower import ENGINES, EXACT, Operator, count_types, list_operators, lower, operators
from edgec.lower.binary import lower_signs
from edgec.passes.simplify import simplify
from edgec.source import Source
from edgec_runtime.kernels.library import present

A_LAYER = {"onnxruntime": "getitem_48", "openvino": "getitem_48", "tflite": "relu_16"}


@pytest.mark.parametrize("engine", ENGINES)
def test_the_counts_are_those_of_the_list(unet_light_int8: Callable[[str], Graph], engine: str) -> None:
    lowered = lower(unet_light_int8("int8" if engine == "tflite" else "uint8"), engine)
    assert operators(lowered, engine) == count_types(list_operators(lowered, engine, options=EXACT))


@pytest.mark.parametrize("engine", ENGINES)
def test_names_are_unique_and_lead_back_to_the_model(
    unet_light_int8: Callable[[str], Graph], engine: str
) -> None:
    graph = unet_light_int8("int8" if engine == "tflite" else "uint8")
    found = list_operators(lower(graph, engine), engine)
    assert len({entry.name for entry in found}) == len(found)
    assert all(entry.layer is not None for entry in found)
    computing = [entry for entry in found if not entry.only_converts]
    assert A_LAYER[engine] in {entry.layer for entry in computing}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_float_network_keeps_its_names_too(unet_light: Graph, engine: str) -> None:
    found = list_operators(lower(unet_light, engine), engine)
    layers = {entry.layer for entry in found if not entry.only_converts}
    assert None not in layers
    kept = {entry.name for entry in unet_light.nodes if entry.op_type in ("Concat", "MaxPool")}
    assert len(kept) == 8
    assert kept <= layers


@pytest.mark.parametrize("engine", ENGINES)
def test_each_takes_from_those_before_it(engine: str) -> None:
    graph = quantized(between_convolutions())
    known = {"x"}
    for entry in list_operators(lower(graph, engine), engine):
        assert entry.sources
        assert known.issuperset(entry.sources)
        known.add(entry.name)


@pytest.mark.parametrize("engine", ["onnxruntime", "openvino"])
def test_the_time_is_the_engines_own(engine: str) -> None:
    graph = network((1, 64, 64, 64), node("Conv", "x", "w", to="a", pads=[1, 1, 1, 1]), node("Erf", "a"),
                    w=np.ones((64, 64, 3, 3), np.float32))  # fmt: skip
    lowered = lower(graph, engine)
    assert all(entry.milliseconds is None for entry in list_operators(lowered, engine))
    found = {entry.kind: entry for entry in list_operators(lowered, engine, image_for(graph))}
    assert all(entry.milliseconds is not None for entry in found.values())
    conv, erf = next(e for kind, e in found.items() if kind.startswith("Conv")), found["Erf"]
    assert conv.milliseconds > erf.milliseconds >= 0  # type: ignore[operator]


def test_litert_tells_bytes_and_no_times() -> None:
    graph = network((1, 4, 8, 6), node("Relu", "x"))
    lowered = lower(graph, "tflite")
    (only,) = list_operators(lowered, "tflite", image_for(graph))
    assert only == Operator(
        name="y",
        kind="RELU",
        type="float32",
        layer="y",
        sources=("x",),
        accelerated=True,
        milliseconds=None,
        bytes=2 * 4 * (4 * 8 * 6),
        shape=(1, 8, 6, 4),
    )


@pytest.mark.parametrize("engine", ["onnxruntime", "openvino"])
def test_arithmetic_of_shapes_is_no_work_in_floats(engine: str) -> None:
    """As where the size is known at run time only."""
    graph = network(
        (1, 4, "h", "w"),
        node("Conv", "x", "v", to="a", pads=[1, 1, 1, 1]),
        node("Shape", "a", to="s"),
        node("Slice", "s", "two", "four", to="hw"),
        node("Concat", "one", "hw", to="sizes", axis=0),
        node("MaxPool", "a", to="p", kernel_shape=[2, 2], strides=[2, 2]),
        node("Resize", "p", "", "", "sizes", mode="nearest"),
        v=np.ones((4, 4, 3, 3), np.float32),
        two=np.array([2]),
        four=np.array([4]),
        one=np.array([1, 4]),
    )
    found = list_operators(lower(graph, engine), engine, options=EXACT)
    assert {entry.type for entry in found if entry.kind.startswith("Shape")} == {"other"}
    assert {entry.kind for entry in found if entry.type == "float32"} >= {"MaxPool"}
    assert {entry.layer for entry in found} >= {"Conv_a", "MaxPool_p"}


@pytest.mark.skipif(not present(), reason="no kernels here: python -m edgec_runtime.kernels.build")
def test_convolutions_of_signs_count_as_those_of_numbers() -> None:
    source = Source("net", binary_network().requires_grad_(False), None, 1, 1, None, trained=True)
    graph = simplify(export(source, (32, 48)).graph).graph
    image = np.zeros((1, 1, 32, 48), np.float32)
    floats, signs = (
        list_operators(lowered, "onnxruntime", image)
        for lowered in (lower(graph, "onnxruntime"), lower(lower_signs(graph), "onnxruntime"))
    )
    every = sorted(entry.macs for entry in floats if entry.macs)
    inner = sorted(entry.macs for entry in signs if entry.macs and entry.type == "binary")
    assert inner == every[2:]  # the smallest are the first and the last, which are int8
    (first,) = (entry for entry in signs if entry.kind == "Int8Conv")
    assert (first.type, first.macs) == ("int8", every[0])
