from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch
from safetensors.torch import save_model
from tests.tiny import TinyUNet, make

from edgec.data import open_dataset
from edgec.doubts import doubts
from edgec.package import BuiltVariant
from edgec.pipeline import BuildResult, build
from edgec.recipe import Recipe
from edgec.source import Source, load_source

Floats = npt.NDArray[np.float32]
MODEL = f"{Path(__file__)}:drowned"


def drowned() -> TinyUNet:
    """What tells its pixels apart is small beside what they have in common: less than a step of int8."""
    network = make().eval()
    with torch.no_grad():
        network.join[1].bias += 20
        network.head.weight.fill_(8)
        found = [network(torch.from_numpy(image)) for image in pieces()]
        network.head.bias -= torch.cat(found).median()
    return network


def pieces() -> Iterator[Floats]:
    """Of 40 images."""
    for sample in open_dataset("nuclei#train")[:40]:
        yield sample.image[np.newaxis, np.newaxis, :32, :48].astype(np.float32) / 255


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
    assert "mask agreement" in said
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
