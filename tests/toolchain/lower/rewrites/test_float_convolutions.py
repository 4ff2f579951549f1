import numpy as np
import pytest
from tests.toolchain.quantize.networks import images, measured, network, run, session, values

from edgec.graph import Graph
from edgec.lower.census.onnxruntime import optimized
from edgec.lower.onnxruntime import FILE, lower
from edgec.lower.rewrites.float_convolutions import KeepFloatConvolutions
from edgec.quantize import quantize_static
from edgec.tidy import name_nodes
from edgec_targets.target import Int8

U8 = Int8(activation="uint8", reduce_range=True)


def chain(kind: str = "Conv") -> Graph:
    """The weights of the second would not survive 8 bits: the one of 1000 is for a channel of zeros."""
    outlier = np.array([[1, 0], [1000, 1]], np.float32).reshape(2, 2, 1, 1)
    graph = network(
        f"a = Conv(image, w) b = {kind}(a, o, bias) map = Conv(b, v)",
        w=np.array([[1, 0.5], [0, 0]], np.float32).reshape(2, 2, 1, 1),
        o=outlier if kind == "ConvTranspose" else outlier.transpose(1, 0, 2, 3),
        bias=np.array([0.3, 0.1], np.float32),
        v=values(2, 2, 1, 1),
    )
    name_nodes(graph.model)
    return graph


def mixed(graph: Graph, *float_layers: str) -> Graph:
    return quantize_static(graph, measured(graph, images()), U8, float_layers=float_layers)


@pytest.mark.parametrize("kind", ["Conv", "ConvTranspose"])
def test_onnxruntime_runs_the_layer_with_the_weights_that_it_has(kind: str) -> None:
    graph = chain(kind)
    lowered = lower(mixed(graph, "b"))
    kept = Graph.from_bytes(lowered.files[FILE])
    for image in images():
        wanted = run(graph, image)
        spoilt = session(mixed(graph, "b"), optimized=True).run(None, {"image": image})[0]
        assert np.abs(run(kept, image, optimized=True) - wanted).max() <= 0.03 * np.abs(wanted).max()
        assert np.abs(spoilt - wanted).max() > 0.1 * np.abs(wanted).max(), "the engine lets it be: no need"
    kinds = [entry.op_type for entry in optimized(lowered).graph.node]
    assert kinds.count("QLinearConv") == 2


def test_values_stay_the_same() -> None:
    graph = chain()
    before = mixed(graph, "b")
    result = KeepFloatConvolutions()(before)
    assert result.changed
    for image in images():
        assert np.array_equal(run(before, image), run(result.graph, image))


def test_networks_all_in_float_or_all_in_integers_are_left_alone() -> None:
    assert not KeepFloatConvolutions()(chain()).changed
    assert not KeepFloatConvolutions()(mixed(chain())).changed
