import numpy as np
import pytest
from tests.toolchain.lower.networks import image_for, in_onnxruntime, network, node, values

from edgec.graph import Graph
from edgec.lower import lower
from edgec.lower.rewrites.zero_column import ZeroColumn
from edgec.passes.base import Pass
from edgec.quantize import quantize_static, store_float16, tensors_to_observe
from edgec_calibration import calibrate
from edgec_runtime.engine import LoadOptions
from edgec_runtime.engines import load_engine
from edgec_targets.target import Int8


def patches(channels: int, width: int, stride: int, integers: bool = False, **attributes: object) -> Graph:
    """A Conv by patches behind one that gives it its channels."""
    first = node("Conv", "x", "v", to="a")
    last = node("Conv", "a", "w", "b", strides=[1, stride], **attributes)
    weights = {
        "v": values((channels, 3, 1, 1)),
        "w": values((16, channels, 1, width), 1),
        "b": values((16,), 2),
    }
    graph = network((1, 3, 4, 64), first, last, **weights)
    return in_integers(graph) if integers else graph


def in_integers(graph: Graph) -> Graph:
    ranges = calibrate(graph.to_bytes(), tensors_to_observe(graph), [image_for(graph)], "min-max")
    return quantize_static(graph, ranges, Int8(activation="uint8", reduce_range=True))


def same(found: np.ndarray, wanted: np.ndarray) -> bool:
    return found.shape == wanted.shape and np.abs(found - wanted).max() <= 1e-5 * np.abs(wanted).max()


def changed_to_the_same(rewrite: Pass, graph: Graph) -> Graph:
    """The graph rewritten, having checked that ONNX Runtime answers as before."""
    result = rewrite(graph)
    assert result.changed
    image = image_for(graph)
    assert same(in_onnxruntime(result.graph.to_bytes(), image), in_onnxruntime(graph.to_bytes(), image))
    return result.graph


@pytest.mark.parametrize(
    "attributes",
    [{}, {"pads": [0, 1, 0, 2]}, {"dilations": [1, 2]}, {"kernel_shape": [1, 4]}, {"auto_pad": "VALID"}],
    ids=str,
)
@pytest.mark.parametrize("integers", [False, True])
def test_a_column_of_zeros_changes_nothing(integers: bool, attributes: dict[str, object]) -> None:
    graph = patches(8, 4, 4, integers, **attributes)
    assert not ZeroColumn()(changed_to_the_same(ZeroColumn(), graph)).changed


def test_halves_are_seen_through() -> None:
    graph = store_float16(patches(8, 4, 4))
    changed_to_the_same(ZeroColumn(), graph)


def test_what_stands_for_zero_is_added() -> None:
    stored = np.random.default_rng(0).integers(0, 256, (2, 3, 1, 4)).astype(np.uint8)
    scale, zero = np.array([0.5, 0.25], np.float32), np.array([7, 200], np.uint8)
    weight = node("DequantizeLinear", "w", "s", "z", to="d", axis=0)
    graph = network((1, 3, 2, 8), weight, node("Conv", "x", "d", strides=[1, 4]), w=stored, s=scale, z=zero)
    changed_to_the_same(ZeroColumn(), graph)


@pytest.mark.parametrize(
    "graph",
    [
        patches(8, 2, 2),
        patches(8, 5, 4),
        patches(64, 4, 4),
        patches(8, 4, 4, auto_pad="SAME_UPPER"),
        network((1, 64, 4, 8), node("Conv", "x", "w"), w=values((8, 64, 3, 1))),
        network((1, 8, 4, 8), node("Conv", "x", "w", group=8), w=values((8, 1, 1, 4))),
        network((1, 8, 4, 8), node("Conv", "x", "w"), w=values((4, 8, 1, 1))),
        network((1, 8, 4, 8), node("Neg", "x")),
    ],
    ids=[
        "two pixels",
        "odd",
        "whole tiles",
        "its own padding",
        "many results",
        "depthwise",
        "one pixel",
        "no conv",
    ],
)
def test_others_are_left_alone(graph: Graph) -> None:
    assert not ZeroColumn()(graph).changed


SIZES = [(8, 16), (16, 8), (16, 16), (32, 4), (32, 8), (32, 16), (48, 8)]


@pytest.mark.parametrize("stored", ["floats", "halves", "integers"])
@pytest.mark.parametrize(("channels", "width"), SIZES)
def test_openvino_computes_them_right(channels: int, width: int, stored: str) -> None:
    """Without the rewrite int8, and bf16 of 8 and 16 channels, are wrong on a processor with AMX."""
    graph = patches(channels, width, width, stored == "integers")
    graph = store_float16(graph) if stored == "halves" else graph
    compare(graph)


def compare(graph: Graph) -> None:
    """OpenVINO in its own choice of types, with ONNX Runtime."""
    image = image_for(graph)
    wanted = in_onnxruntime(graph.to_bytes(), image)
    lowered = lower(graph, "openvino")
    engine = load_engine("openvino").load(lowered.files, LoadOptions(threads=1, exact=False))
    found = engine.run({lowered.input: image})[lowered.output]
    engine.close()
    assert np.abs(found - wanted).max() <= 0.05 * np.abs(wanted).max()


# Height, width, groups, padding above: each is wrong there in int8, in bf16 or in both.
OTHERS = [(3, 1, 1, 1), (2, 1, 1, 1), (8, 1, 1, 0), (3, 8, 2, 0), (3, 16, 2, 0)]


@pytest.mark.parametrize("channels", [64, 128])
@pytest.mark.parametrize("results", [1, 4])
def test_openvino_computes_few_results_of_many_channels_right(channels: int, results: int) -> None:
    """Without the rewrite they are wrong on a processor with AMX."""
    nodes = [
        node("Conv", "x", "v", to="a"),
        node("Conv", "a", "w", to="b", pads=[1, 0, 1, 0]),
        node("Conv", "b", "u"),
    ]
    weights = {
        "v": values((channels, 3, 1, 1)),
        "w": values((results, channels, 3, 1), 1),
        "u": values((2, results, 1, 1), 2),
    }
    compare(in_integers(network((1, 3, 32, 63), *nodes, **weights)))


@pytest.mark.parametrize("stored", ["floats", "integers"])
@pytest.mark.parametrize(("height", "width", "groups", "above"), OTHERS)
def test_openvino_computes_high_and_grouped_ones_right(
    height: int, width: int, groups: int, above: int, stored: str
) -> None:
    first, last = (
        node("Conv", "x", "v", to="a"),
        node("Conv", "a", "w", group=groups, pads=[above, 0, 0, 0]),
    )
    weights = {"v": values((16, 3, 1, 1)), "w": values((8, 16 // groups, height, width), 1)}
    graph = network((1, 3, 24, 48), first, last, **weights)
    compare(in_integers(graph) if stored == "integers" else graph)
