from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_model
from tests.tiny import TinyUNet

from edgec.doubts import doubts
from edgec.package import BuiltVariant
from edgec.pipeline import BuildResult, build
from edgec.recipe import Recipe
from edgec.source import Source, load_source

MODEL = f"{Path(__file__)}:drowned"


def drowned() -> TinyUNet:
    """What tells its pixels apart is small beside what they have in common: less than a step of int8."""
    network = TinyUNet()
    with torch.no_grad():
        network.join[1].bias += 200
        network.head.weight.fill_(1)
        network.head.bias.fill_(-801)
    return network


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "drowned.safetensors"
    save_model(drowned(), str(path))
    return path


@pytest.fixture
def trained(weights: Path) -> Source:
    return load_source(MODEL, weights)


@pytest.fixture
def pair(tiny_build: BuildResult) -> tuple[BuiltVariant, BuiltVariant]:
    """A target's fp32 and int8, within their limits."""
    rows = [row.built for row in tiny_build.variants if row.target.name == "openvino"]
    first, second = (replace(row, broken=()) for row in rows if row is not None)
    return first, second


def test_a_build_warns_of_integers_that_are_another_network(weights: Path, tmp_path: Path) -> None:
    recipe = Recipe(
        model=MODEL, checkpoint=str(weights), size=(32, 48), targets=("cpu",), calibration="nuclei"
    )
    (said,) = build(recipe, tmp_path, slower="unmeasured").warnings
    assert said.startswith("cpu int8-static is far from the network: ")
    assert "SNR" in said
    assert "edgec verify" in said


def test_a_drop_in_dice_beyond_the_limit_is_told(
    trained: Source, pair: tuple[BuiltVariant, BuiltVariant]
) -> None:
    recipe = Recipe(model="any", calibration="nuclei")
    base, int8 = pair
    assert base.accuracy is not None
    for drop, count in [(0.009, 0), (0.02, 1)]:
        worse = replace(int8, accuracy=replace(base.accuracy, dice=base.accuracy.dice - drop))
        said = doubts(recipe, trained, (base, worse))
        assert len(said) == count
    assert said[0].startswith("openvino int8-static loses 0.0200 Dice to openvino fp32 on nuclei")


def test_of_random_weights_only_that_is_said(pair: tuple[BuiltVariant, BuiltVariant]) -> None:
    source = load_source(MODEL)
    far = replace(pair[1], broken=("SNR 3.0 dB < 20 dB",))
    (said,) = doubts(Recipe(model="any", calibration="nuclei"), source, (pair[0], far))
    assert "random weights" in said
