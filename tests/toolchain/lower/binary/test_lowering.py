"""A network of signs says the same, bit for bit, in torch, in floats, in operators of ours and in kernels."""

from collections import Counter
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
import torch
from tests.toolchain.lower.binary.conftest import binary_network, exported

from edgec.data import open_dataset
from edgec.errors import QuantizationError
from edgec.export import export
from edgec.export.probe import noise, run_onnx
from edgec.graph import Graph
from edgec.lower.binary import lower_signs
from edgec.passes.simplify import simplify
from edgec.source import Source, load_source

Floats = npt.NDArray[np.float32]
Run = Callable[[Graph, Floats, str], Floats]


@pytest.mark.parametrize(
    ("widths", "levels", "size"),
    [((32, 64), 1, (32, 48)), ((32, 64), 2, (32, 32)), ((32, 64), 1, (37, 50)), ((64,), 2, (16, 16))],
)
def test_torch_floats_bodies_and_kernels_agree(
    run: Run, widths: tuple[int, ...], levels: int, size: tuple[int, int]
) -> None:
    network = binary_network(widths, levels)
    graph = exported(network, size)
    lowered = lower_signs(graph)
    image = noise(2, 1, *size)
    with torch.inference_mode():
        expected = network(torch.from_numpy(image)).numpy()
    floats = run_onnx(graph.to_bytes())(image)
    assert expected.std() > 0.01
    np.testing.assert_allclose(floats, expected, atol=1e-6)
    for by in ("function body", "kernel"):
        found = run(lowered, image, by)
        np.testing.assert_allclose(found, expected, atol=1e-6)
        assert np.array_equal(found > 0.5, expected > 0.5)


def test_so_they_do_on_images_of_nuclei(run: Run) -> None:
    network = binary_network()
    graph = exported(network, (64, 64))
    lowered = lower_signs(graph)
    for sample in open_dataset("nuclei#val")[:3]:
        image = (sample.image[:64, :64].astype(np.float32) / 255)[np.newaxis, np.newaxis]
        with torch.inference_mode():
            expected = network(torch.from_numpy(image)).numpy()
        for by in ("function body", "kernel"):
            np.testing.assert_allclose(run(lowered, image, by), expected, atol=1e-6)


def test_all_but_the_ends_are_ours_and_weights_are_bits() -> None:
    graph = exported(binary_network(), (32, 32))
    lowered = lower_signs(graph)
    kinds = Counter(node.op_type for node in lowered.nodes if node.domain == "com.edgec")
    ends = {"Int8Conv": 1, "StreamConvFloat": 1}
    assert kinds == {"BinaryConvAdd": 7, "BinaryConvAddUp": 2, "BitPackInt8": 2, "BitMaxPool": 2, **ends}
    others = Counter(node.op_type for node in lowered.nodes if node.domain != "com.edgec")
    assert not others.keys() & {"Conv", "MatMulInteger", "PRelu", "GreaterOrEqual", "Where"}
    assert len(graph.to_bytes()) > 18 * len(lowered.to_bytes())


@pytest.mark.parametrize(("channels", "count"), [(3, 1), (16, 1), (17, 0)])
def test_images_of_several_channels_are_bytes_too_up_to_16(run: Run, channels: int, count: int) -> None:
    module = binary_network((32,), channels=channels).requires_grad_(False)
    own = Source("net", module, None, channels, 1, None, trained=True)
    graph = simplify(export(own, (16, 24)).graph).graph
    lowered = lower_signs(graph)
    assert sum(node.op_type == "Int8Conv" for node in lowered.nodes) == count
    image = np.random.default_rng(0).random((1, channels, 16, 24), np.float32)
    for by in ("function body", "kernel"):
        np.testing.assert_allclose(run(lowered, image, by), run_onnx(graph.to_bytes())(image), atol=1e-6)


def test_the_graph_given_stays_as_it_was() -> None:
    graph = exported(binary_network((32,)), (16, 16))
    before = graph.digest
    assert lower_signs(graph).digest == lower_signs(graph).digest
    assert graph.digest == before


def test_a_shortcut_in_floats_leaves_its_sum_in_floats(run: Run) -> None:
    """What is no stream has no integer form; the convolution is binary all the same."""
    network = binary_network((32,))
    half = network.encoder[0].second
    half.stream = torch.nn.Identity()
    graph = exported(network, (16, 16))
    lowered = lower_signs(graph)
    assert any(node.op_type == "BinaryConvFloat" for node in lowered.nodes)
    image = noise(1, 1, 16, 16)
    np.testing.assert_allclose(run(lowered, image, "kernel"), run_onnx(graph.to_bytes())(image), atol=1e-6)


def test_a_network_without_signs_is_refused() -> None:
    graph = simplify(export(load_source("unet_light", options={"widths": [4, 8]}), (16, 16)).graph).graph
    with pytest.raises(QuantizationError, match="no binary convolution: binary is for networks such as"):
        lower_signs(graph)


def test_maps_that_meet_within_a_word_are_refused() -> None:
    with pytest.raises(
        QuantizationError, match="maps of 8, 16 channels meet; signs are joined in words of 32"
    ):
        lower_signs(exported(binary_network((8,)), (16, 16)))
