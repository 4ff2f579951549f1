"""The tuned file by itself."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from tests.toolchain.quantize.networks import images, initializers, measured, network, values

from edgec.pipeline import build
from edgec.qat.written import to_onnx, with_weights
from edgec.recipe import Output, Recipe
from edgec.source import Tuned, load_source
from edgec_targets import load_target

GRAPH = network("inner = Conv (image, w) map = Sigmoid (inner)", channels=1, w=values(1, 1, 1, 1))
RANGES = measured(GRAPH, images(channels=1))
TUNED = Tuned("cpu", "portable", load_target("cpu").profiles["portable"].int8, RANGES)


def test_only_the_weights_are_others() -> None:
    weights = values(1, 1, 1, 1, seed=1)
    changed = with_weights(GRAPH, {"w": weights})
    assert np.array_equal(initializers(changed)["w"], weights)
    assert np.array_equal(initializers(GRAPH)["w"], values(1, 1, 1, 1))
    assert [node.op_type for node in changed.nodes] == ["Conv", "Sigmoid"]


def test_the_same_network_gives_the_same_bytes() -> None:
    data = to_onnx(GRAPH, TUNED)
    assert data == to_onnx(GRAPH.clone(), TUNED)
    onnx.checker.check_model(onnx.load_model_from_string(data))


@pytest.mark.parametrize("output", ["probability", "mask"])
def test_it_is_built_with_its_sigmoid_or_without(tmp_path: Path, output: Output) -> None:
    (tmp_path / "net.onnx").write_bytes(to_onnx(GRAPH, TUNED))
    recipe = Recipe(model=str(tmp_path / "net.onnx"), size=(8, 8), targets=("cpu",), output=output)
    image = np.zeros((8, 8), np.uint8)
    built = build(recipe, tmp_path, images=[image], slower="unmeasured")
    assert [row.reason for row in built.variants] == [None, None]
    tuned = load_source(recipe.model).tuned
    assert tuned is not None
    assert tuned.ranges.tensors["map"] == RANGES.tensors["inner"]
