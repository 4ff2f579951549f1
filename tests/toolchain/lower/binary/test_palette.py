"""Weights of few values are bits in a file, and the same floats when it runs."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper
from tests.toolchain.lower.binary.conftest import exported
from torch import nn

from edgec.export.probe import noise, run_onnx
from edgec.graph import OPSET, Graph
from edgec.lower.binary import lower_signs
from edgec.lower.binary.palette import Palette, palette, write_palette
from edgec.lower.binary.writer import Writer
from edgec.zoo import create
from edgec.zoo.binary_blocks import ResidualConv
from edgec_runtime.engine import LoadOptions
from edgec_runtime.engines.onnxruntime import OnnxSession, load

Floats = npt.NDArray[np.float32]
IR_VERSION = 10


def model_of(found: Palette) -> onnx.ModelProto:
    """What gives the weights, unpacked."""
    writer = Writer()
    out = write_palette(writer, "weights", found)
    output = helper.make_tensor_value_info(out, TensorProto.FLOAT, found.shape)
    graph = helper.make_graph([], "g", [], [output])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    return writer.into(model)


@settings(deadline=None, max_examples=40)
@given(
    st.integers(1, 12),
    st.integers(1, 70),
    st.sampled_from([1, 2, 3]),
    st.integers(2, 8),
    st.booleans(),
    st.integers(0, 2**32 - 1),
)
def test_weights_come_back_bit_for_bit(
    filters: int, channels: int, kernel: int, values: int, each: bool, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    tables = rng.normal(size=(filters if each else 1, values)).astype(np.float32)
    codes = rng.integers(0, values, (filters, channels, kernel, kernel))
    weights = np.take_along_axis(
        np.broadcast_to(tables, (filters, values)), codes.reshape(filters, -1), axis=1
    ).reshape(codes.shape)
    found = palette(weights)
    if found is None:
        assert weights.nbytes < 2048 + 32 * filters
        return
    assert found.nbytes < weights.nbytes
    (back,) = onnxruntime.InferenceSession(model_of(found).SerializeToString()).run(None, {})
    assert back.dtype == np.float32
    assert np.array_equal(back, weights)


def test_a_bit_for_two_values_and_three_for_eight() -> None:
    weights = np.random.default_rng(0).choice(np.arange(8, dtype=np.float32), (64, 64, 3, 3))
    for values, bits in ((2, 1), (3, 2), (4, 2), (5, 3), (8, 3)):
        found = palette(weights % values)
        assert found is not None
        assert (len(found.planes), found.table.shape) == (bits, (1, 2**bits))


@pytest.mark.parametrize(
    "weights",
    [
        np.arange(9 * 4096, dtype=np.float32).reshape(64, 64, 3, 3) % 9,
        np.zeros((64, 64, 3, 3), np.float32),
        np.ones((64, 64, 3, 3), np.int64),
        np.resize(np.float32([1, -1]), (4096,)),
        np.resize(np.float32([1, -1]), (4, 4, 3, 3)),
    ],
    ids=["nine values", "one value", "no floats", "no filters", "too few"],
)
def test_all_other_tensors_stay(weights: npt.NDArray[np.generic]) -> None:
    assert palette(weights) is None


def scaled_by_filter() -> nn.Module:
    """BatchNorm is folded into the weights, so that each filter has values of its own."""
    norm = nn.BatchNorm2d(64)
    nn.init.uniform_(norm.weight, 0.5, 2)
    return nn.Sequential(
        nn.Conv2d(1, 64, 3, padding=1), ResidualConv(64, 64, 3, 2), norm, nn.Conv2d(64, 1, 1)
    ).eval()


@pytest.fixture(scope="module", params=["3 levels", "1 level", "scaled by filter"])
def network(request: pytest.FixtureRequest) -> Graph:
    torch.manual_seed(0)
    if request.param == "scaled by filter":
        return exported(scaled_by_filter(), (32, 48))
    return exported(create("blu_net", widths=[32, 64], levels=int(request.param[0])).eval(), (32, 48))


def test_the_float_network_in_bits(network: Graph) -> None:
    lowered, image = lower_signs(network), noise(1, 1, 32, 48)
    assert len(lowered.to_bytes()) < len(network.to_bytes()) / 4
    assert np.array_equal(run_onnx(lowered.to_bytes())(image), run_onnx(network.to_bytes())(image))
    with load({"model.onnx": lowered.to_bytes()}, LoadOptions(1)) as session:
        assert isinstance(session, OnnxSession)
        assert session.binary is None


def test_onnxruntime_unpacks_when_it_loads(network: Graph, tmp_path: Path) -> None:
    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath = str(tmp_path / "loaded.onnx")
    options.log_severity_level = 3
    onnxruntime.InferenceSession(lower_signs(network).to_bytes(), options)
    loaded = onnx.load(tmp_path / "loaded.onnx")
    assert {"BitwiseAnd", "GatherElements"}.isdisjoint(node.op_type for node in loaded.graph.node)
