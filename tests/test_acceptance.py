"""The main job's promises, on real images: what the engines say is what torch says."""

from pathlib import Path

import numpy as np
import pytest
import torch

from edgec.data import open_dataset
from edgec.evaluation import evaluate
from edgec.pipeline import build
from edgec.recipe import Recipe
from edgec.source import load_source
from edgec_runtime import Session
from edgec_runtime.image import prepare

pytestmark = pytest.mark.slow

VALIDATION = Path(__file__).parents[2] / "shared/data/nuclei/val"
TARGETS = ("cpu", "openvino", "tflite")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(Recipe(model="unet_light"), tmp_path_factory.mktemp("artifacts"), slower="unmeasured").bundle


@pytest.fixture(params=["nuclei", str(VALIDATION)], ids=["shipped", "validation"])
def data(request: pytest.FixtureRequest) -> str:
    if request.param == str(VALIDATION) and not VALIDATION.is_dir():
        pytest.skip("the validation part of the nuclei set is not here (../shared/data/nuclei/val)")
    return str(request.param)


@pytest.mark.parametrize("target", TARGETS)
def test_fp32_agrees_with_torch(bundle: Path, data: str, target: str) -> None:
    module = load_source("unet_light").module
    assert module is not None
    with Session.open(bundle, target=target, precision="fp32", exact=True) as session:
        spec = session.manifest.input
        for sample in open_dataset(data):
            image = prepare(sample.image, spec)
            found = session.run({spec.name: image})[session.manifest.output.name]
            with torch.inference_mode():
                expected = module(torch.from_numpy(image)).numpy()
            assert np.abs(found - expected).max() <= 1e-4, sample.name


def test_int8_keeps_the_dice(bundle: Path, data: str) -> None:
    dice = {(row.target, row.precision): (row.metrics or {})["dice"] for row in evaluate(bundle, data)}
    assert {target for target, _ in dice} == set(TARGETS)
    for target in TARGETS:
        assert dice[target, "int8-static"] >= dice[target, "fp32"] - 0.002, target


def test_the_shipped_network_is_as_good_as_it_is_said_to_be(bundle: Path) -> None:
    if not VALIDATION.is_dir():
        pytest.skip("the validation part of the nuclei set is not here (../shared/data/nuclei/val)")
    [row] = evaluate(bundle, str(VALIDATION), targets=("cpu",), precisions=("fp32",))
    assert row.metrics is not None
    assert row.metrics["dice"] >= 0.93
