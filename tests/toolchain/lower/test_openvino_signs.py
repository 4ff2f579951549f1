"""Signs in OpenVINO: its BinaryConvolution says what the float network says, bit for bit."""

import numpy as np
import pytest
from tests.toolchain.lower.binary.conftest import binary_network

from edgec.errors import QuantizationError, UnsupportedOperatorError
from edgec.export import export
from edgec.export.probe import run_onnx
from edgec.graph import Graph
from edgec.lower import EXACT, list_operators
from edgec.lower.openvino_signs import lower_signs_for_openvino
from edgec.passes.simplify import simplify
from edgec.runner import Runner
from edgec.source import Source, load_source
from edgec.zoo.binary_blocks import Signs
from edgec_runtime.guard import check_models
from edgec_runtime.machine import architecture

ON_X86 = pytest.mark.skipif(architecture() != "x86_64", reason="BinaryConvolution is fast on x86 only")


def graph_of(network: object, size: tuple[int, int], channels: int = 1) -> Graph:
    source = Source("net", network, None, channels, 1, None, trained=True)  # type: ignore[arg-type]
    return simplify(export(source, size).graph).graph


@pytest.mark.parametrize(
    ("widths", "size", "channels"), [((32, 64), (32, 48), 1), ((32, 64), (37, 50), 3), ((64,), (16, 16), 1)]
)
def test_it_says_what_the_float_network_says(
    widths: tuple[int, ...], size: tuple[int, int], channels: int
) -> None:
    network = binary_network(widths, channels=channels).requires_grad_(False)
    graph = graph_of(network, size, channels)
    lowered = lower_signs_for_openvino(graph)
    check_models(lowered.files)
    image = np.random.default_rng(0).random((1, channels, *size), np.float32)
    with Runner(lowered, "openvino") as runner:
        np.testing.assert_allclose(runner.run(image), run_onnx(graph.to_bytes())(image), atol=1e-6)


def test_what_equals_its_threshold_is_one() -> None:
    """A fresh network's thresholds are 0, and so are many values of a stream."""
    network = binary_network((32,)).requires_grad_(False)
    for part in network.modules():
        if isinstance(part, Signs):
            part.threshold.zero_()
    graph = graph_of(network, (16, 16))
    image = np.random.default_rng(0).random((1, 1, 16, 16), np.float32)
    with Runner(lower_signs_for_openvino(graph), "openvino") as runner:
        np.testing.assert_allclose(runner.run(image), run_onnx(graph.to_bytes())(image), atol=1e-6)


@ON_X86
def test_bits_are_counted_and_the_weights_are_bits() -> None:
    graph = graph_of(binary_network().requires_grad_(False), (32, 32))
    lowered = lower_signs_for_openvino(graph)
    found = [entry for entry in list_operators(lowered, "openvino", options=EXACT) if entry.type == "binary"]
    assert [entry.kind for entry in found] == ["BinaryConvolution"] * 9
    assert len(graph.to_bytes()) > 14 * sum(map(len, lowered.files.values()))
    assert lower_signs_for_openvino(graph).files == lowered.files


def test_networks_that_it_cannot_take_are_refused() -> None:
    with pytest.raises(UnsupportedOperatorError, match="one bit: build networks of several levels for cpu"):
        lower_signs_for_openvino(graph_of(binary_network((32,), 2).requires_grad_(False), (16, 16)))
    plain = simplify(export(load_source("unet_light", options={"widths": [4, 8]}), (16, 16)).graph).graph
    with pytest.raises(QuantizationError, match="no binary convolution"):
        lower_signs_for_openvino(plain)
