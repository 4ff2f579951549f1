"""The reference networks run in integers in every engine: only the closing Sigmoid is float."""

import re
from collections.abc import Callable

import numpy as np
import pytest

from edgec.export import export
from edgec.graph import Graph
from edgec.lower import Operator, find, list_operators, lower
from edgec.passes.simplify import simplify
from edgec.quantize import quantize_static, tensors_to_observe
from edgec.source import load_source
from edgec_calibration import calibrate
from edgec_targets.target import Int8

# What each engine calls a Conv, ConvTranspose, Concat and MaxPool.
HEAVY = re.compile(r"conv(?!ert)|concat|pool", re.IGNORECASE)
CASES = [("onnxruntime", "uint8"), ("onnxruntime", "int8"), ("openvino", "uint8"), ("tflite", "int8")]


def check_integers(operators: tuple[Operator, ...], heavy: int) -> None:
    found = [entry for entry in operators if HEAVY.search(entry.kind)]
    assert len(found) >= heavy
    assert {entry.type for entry in found} == {"int8"}
    assert find(operators).islands == ()
    assert all(entry.accelerated is not False for entry in operators)


@pytest.mark.parametrize(("engine", "activation"), CASES)
def test_unet_light(unet_light_int8: Callable[[str], Graph], engine: str, activation: str) -> None:
    check_integers(list_operators(lower(unet_light_int8(activation), engine), engine), heavy=37 + 4 + 4 + 4)


@pytest.fixture(scope="module")
def unet_int8() -> Callable[[str], Graph]:
    graph = simplify(export(load_source("unet"), (32, 32)).graph).graph
    images = [np.random.default_rng(0).random((1, 1, 32, 32), np.float32)]
    ranges = calibrate(graph.to_bytes(), tensors_to_observe(graph), images, "min-max")
    return lambda activation: quantize_static(graph, ranges, Int8.model_validate({"activation": activation}))


@pytest.mark.slow
@pytest.mark.parametrize(("engine", "activation"), CASES)
def test_unet(unet_int8: Callable[[str], Graph], engine: str, activation: str) -> None:
    check_integers(list_operators(lower(unet_int8(activation), engine), engine), heavy=19 + 4 + 4 + 4)
