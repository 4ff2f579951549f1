"""The precision mixed, layer by layer in each engine."""

from collections.abc import Sequence

import numpy as np
import pytest
from tests.toolchain.tune.sensitive import LAYER, SENSITIVE, SIZE

from edgec.data import calibration_images
from edgec.lower import lower, operators
from edgec.pipeline import BuildResult, build
from edgec.preparation import Prepared, prepare
from edgec.progress import SILENT
from edgec.quantize import layers, quantize_static
from edgec.recipe import Recipe
from edgec.runner import Runner
from edgec_runtime.engine import Array
from edgec_runtime.format.profile import PORTABLE
from edgec_targets import load_target

TARGETS = ("cpu", "openvino", "tflite")
KEPT = ("getitem", "getitem_3", "convolution", "getitem_6", "map")  # the tiny network's


@pytest.fixture(scope="module")
def tiny(tiny_recipe: Recipe, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    images = calibration_images(tiny_recipe)
    return prepare(tiny_recipe, images, tmp_path_factory.mktemp("ranges"), SILENT)


def answers(
    prepared: Prepared, target: str, float_layers: Sequence[str]
) -> tuple[list[Array], dict[str, int]]:
    job, device = prepared.job, load_target(target)
    assert job.calibration is not None
    int8 = device.profiles[PORTABLE].int8
    graph = quantize_static(job.graph, job.calibration.ranges_of(job.graph), int8, float_layers=float_layers)
    lowered = lower(graph, device.engine)
    with Runner(lowered, device.engine) as runner:
        return [runner.run(image) for image in job.inputs], operators(lowered, device.engine)


def error(prepared: Prepared, found: list[Array]) -> float:
    return max(float(np.abs(a - b).max()) for a, b in zip(found, prepared.job.reference, strict=True))


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("layer", KEPT)
def test_any_layer_can_stay_in_float(tiny: Prepared, target: str, layer: str) -> None:
    assert tuple(layers(tiny.job.graph)) == KEPT
    found, types = answers(tiny, target, [layer])
    _, whole = answers(tiny, target, [])
    spread = max(float(np.ptp(answer)) for answer in tiny.job.reference)
    assert error(tiny, found) < 0.05 * spread
    assert types["float32"] > whole.get("float32", 0)
    assert types["int8"] >= 1


@pytest.mark.parametrize("target", TARGETS)
def test_the_fewer_layers_are_rounded_the_nearer_it_stays(tiny: Prepared, target: str) -> None:
    all_but_one, _ = answers(tiny, target, KEPT[:-1])
    none, _ = answers(tiny, target, [])
    assert 0 < error(tiny, all_but_one) < error(tiny, none)


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> BuildResult:
    precisions = ("fp32", "int8-static", "mixed")
    model = f"{SENSITIVE}:sensitive"
    recipe = Recipe(model=model, size=SIZE, precisions=precisions, float_layers=(LAYER,), evaluation="nuclei")
    return build(recipe, tmp_path_factory.mktemp("mixed"), slower="unmeasured")


@pytest.mark.parametrize("target", TARGETS)
def test_a_layer_that_cannot_be_rounded_is_not(mixed: BuildResult, target: str) -> None:
    rows = {row.precision: row.built for row in mixed.variants if row.target.name == target}
    dice = {name: built.accuracy.dice for name, built in rows.items() if built and built.accuracy}
    assert dice["int8-static"] < 0.1
    assert abs(dice["mixed"] - dice["fp32"]) < 0.02
    kept = rows["mixed"]
    assert kept is not None
    assert kept.operators["int8"] >= 4
    assert kept.parity.mask_agreement > 0.99
