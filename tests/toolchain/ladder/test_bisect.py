"""Cutting: the pieces of a network, one after the other, give what the whole gives."""

from collections.abc import Mapping

import numpy as np
import onnx
import onnx.compose
import onnx_ir as ir
import pytest

from edgec.calibration import Calibration
from edgec.errors import UsageError
from edgec.export import export
from edgec.graph import Graph
from edgec.ladder.bisect import bisect
from edgec.ladder.cuts import Cuts, cut_files
from edgec.ladder.cuts.onnxruntime import GraphCuts
from edgec.ladder.reference import Reference
from edgec.lower import ENGINES, lower
from edgec.passes.simplify import simplify
from edgec.quantize import quantize_static, tensors_to_observe
from edgec.runner import Runner
from edgec.source import load_source
from edgec.variant import in_precision
from edgec_calibration import calibrate
from edgec_runtime.engine import Array
from edgec_runtime.format.profile import PORTABLE
from edgec_targets import load_target

TARGETS = {"onnxruntime": "cpu", "openvino": "openvino", "tflite": "tflite"}


@pytest.fixture
def image() -> Array:
    return np.random.default_rng(3).random((1, 1, 32, 48), np.float32)


@pytest.fixture
def graphs(graph: Graph, calibration: Calibration) -> Mapping[str, Graph]:
    """Engine -> the graph in its integers."""
    return {
        e: in_precision(graph, calibration, load_target(t), "int8-static", PORTABLE)
        for e, t in TARGETS.items()
    }


def piece_by_piece(cuts: Cuts, image: Array) -> Array:
    known = ["image", *cuts.tensors]
    values = {"image": image}
    for name in cuts.tensors:
        values[name] = cuts.run(name, {read: values[read] for read in cuts.reads(name, known)})
    return values["map"]


def test_a_graph_in_pieces(graph: Graph, graphs: Mapping[str, Graph], image: Array) -> None:
    for entry in (graph, graphs["tflite"]):
        with Reference(entry.to_bytes()) as whole:
            wanted = whole.run(image)
        np.testing.assert_allclose(piece_by_piece(GraphCuts(entry), image), wanted, rtol=0, atol=1e-5)


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engines_files_in_pieces(
    graph: Graph, graphs: Mapping[str, Graph], image: Array, engine: str
) -> None:
    for entry in (graph, graphs[engine]):
        lowered = lower(entry, engine)
        with Runner(lowered, engine) as whole:
            wanted = whole.run(image)
        found = piece_by_piece(cut_files(lowered, engine, entry), image)
        np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-4)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_same_network_parts_nowhere(graphs: Mapping[str, Graph], image: Array, engine: str) -> None:
    entry = graphs[engine]
    found = bisect(GraphCuts(entry), cut_files(lower(entry, engine), engine, entry), "image", image, 25)
    assert not found.found
    assert found.compared >= 6
    assert found.snr_db >= 25


def test_what_openvino_rounds_once_it_is_joined_is_rounded_before_it_is_compared(image: Array) -> None:
    """The halves of a depthwise convolution before Concat: they have its scale, and no layer that rounds."""
    source = load_source("unet_light", None, None, {"widths": [4]})
    graph = simplify(export(source, (32, 48)).graph).graph
    ranges = calibrate(graph.to_bytes(), tensors_to_observe(graph), [image], "min-max")
    entry = quantize_static(graph, ranges, load_target("openvino").profiles[PORTABLE].int8)
    cuts = cut_files(lower(entry, "openvino"), "openvino", entry)
    assert {"conv2d_8.0", "conv2d_8.1"} <= set(cuts.tensors)
    assert bisect(GraphCuts(entry), cuts, "image", image, 0).snr_db >= 60


def test_a_piece_is_the_unit_that_an_engine_fuses(graphs: Mapping[str, Graph]) -> None:
    cuts = GraphCuts(graphs["tflite"])
    known = ["image", *cuts.tensors]
    assert cuts.reads("cat", known) == ("convolution", "relu")
    pair = ("QuantizeLinear", "DequantizeLinear")
    assert cuts.operators("relu_1", known) == (*pair, "Conv", *pair)


def test_bisect_stops_at_the_first_node(graph: Graph, image: Array) -> None:
    other = graph.clone()
    for name in ("inner.0.weight", "head.weight"):
        value = other.model.graph.initializers[name]
        assert value.const_value is not None
        value.const_value = ir.tensor(-value.const_value.numpy(), name=name)
    found = bisect(GraphCuts(graph), GraphCuts(other), "image", image, 80)
    assert (found.found, found.node, found.operators) == (True, "getitem_3", ("Conv",))
    assert found.snr_db < 10
    assert found.max_error > 0


def test_openvinos_names_come_from_the_same_graph_only(graph: Graph, graphs: Mapping[str, Graph]) -> None:
    lowered = lower(graph, "openvino")
    with pytest.raises(UsageError, match="has other layers"):
        cut_files(lowered, "openvino", graphs["openvino"])
    with pytest.raises(UsageError, match="no names"):
        cut_files(lowered, "openvino", None)


def test_networks_without_a_common_name(graph: Graph, image: Array) -> None:
    proto = graph.to_proto()
    renamed = onnx.compose.add_prefix(proto, "other_").SerializeToString()
    with pytest.raises(UsageError, match="no tensor of the same name"):
        bisect(GraphCuts(graph), GraphCuts(Graph.from_bytes(renamed)), "image", image, 80)


def test_weights_that_are_expanded_at_run_time_belong_to_their_node(graph: Graph, image: Array) -> None:
    proto = graph.to_proto()
    (weight,) = (entry for entry in proto.graph.initializer if entry.name == "inner.0.weight")
    half = onnx.numpy_helper.to_array(weight).astype(np.float16)
    proto.graph.node.insert(0, onnx.helper.make_node("Cast", ["half"], [weight.name], to=1, name="cast"))
    proto.graph.initializer.remove(weight)
    proto.graph.initializer.append(onnx.numpy_helper.from_array(half, "half"))
    inferred = onnx.shape_inference.infer_shapes(proto)
    cuts = GraphCuts(Graph.from_bytes(inferred.SerializeToString()))
    assert list(cuts.tensors) == list(GraphCuts(graph).tensors)
    found = bisect(GraphCuts(graph), cuts, "image", image, 90)
    assert (found.found, found.node) == (True, "getitem_3")
    assert found.snr_db > 45  # no more than 11 bits cost
