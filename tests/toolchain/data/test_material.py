"""A recipe with data: calibrated on the part that it learns from, judged on the other."""

from pathlib import Path

import numpy as np
import pytest
from tests.tiny import TINY
from tests.toolchain.data.files import pairs, write
from tests.toolchain.data.layouts.test_drive import SIZE, part

from edgec.calibration import choose_samples
from edgec.data import IGNORE, calibration_images, open_dataset, open_images, open_split
from edgec.errors import DataError, UsageError
from edgec.pipeline import build
from edgec.recipe import DataRecipe, Recipe
from edgec_calibration import samples_digest
from edgec_runtime import Session
from edgec_runtime.bundle import Bundle
from edgec_runtime.format.manifest import InputSpec
from edgec_runtime.image import prepare


@pytest.fixture
def fundus(tmp_path: Path) -> Path:
    """DRIVE with noise for images, of another size than the network's."""
    folder = tmp_path / "eyes"
    for name, word, numbers in (("training", "training", ["21", "22", "23"]), ("test", "test", ["01", "02"])):
        part(folder / name, numbers, word)
        for place, number in enumerate(numbers):
            noise = np.random.default_rng(place).integers(0, 256, (*SIZE, 3), np.uint8)
            write(folder / name / "images" / f"{number}_{word}.tif", noise)
    return folder


def recipe(model: str, data: DataRecipe, **fields: object) -> Recipe:
    chosen = {"model": f"{TINY}:{model}", "data": data, "size": (32, 48), "targets": ("cpu",), "name": "net"}
    return Recipe.model_validate({**chosen, **fields})


def test_a_build_calibrates_on_train_and_judges_on_val(fundus: Path, tmp_path: Path) -> None:
    made = build(recipe("colour", DataRecipe(path=fundus)), tmp_path / "out", slower="unmeasured")
    assert [row.reason for row in made.variants] == [None, None]
    assert not any("calibrat" in warning for warning in made.warnings)
    split = open_split(DataRecipe(path=fundus))
    with Bundle.open(made.bundle) as bundle:
        manifest = bundle.manifest
    assert manifest.lineage.recipe["calibration"] == "eyes#train"
    assert manifest.lineage.recipe["evaluation"] == "eyes#val"
    assert [each.name for each in manifest.output.classes] == ["background", "vessel"]
    inputs = [prepare(sample.image, manifest.input) for sample in split.train]
    assert manifest.lineage.samples_sha256 == samples_digest(inputs)
    for variant in manifest.variants:
        assert variant.accuracy is not None
        assert (variant.accuracy.data, variant.accuracy.samples) == ("eyes#val", 2)
        with Session.open(made.bundle, variant.target, variant.precision) as session:
            right = []
            for sample in split.val:
                assert sample.mask is not None
                counts = sample.mask != IGNORE
                right.append(np.mean((session.segment(sample.image) == sample.mask)[counts]))
        # The build judges on one thread, without fast arithmetic.
        assert variant.accuracy.pixel_accuracy == pytest.approx(np.mean(right), abs=2e-3)


def test_what_a_recipe_names_itself_comes_first(fundus: Path) -> None:
    named = recipe("colour", DataRecipe(path=fundus), calibration="nuclei-calibration", evaluation="nuclei")
    assert calibration_images(named).name == "nuclei-calibration"
    assert named.record()["calibration"] == "nuclei-calibration"
    assert named.record()["evaluation"] == "nuclei"


def test_without_data_the_shipped_images_calibrate() -> None:
    bare = Recipe(model="unet_light")
    assert calibration_images(bare).name == bare.record()["calibration"] == "nuclei-calibration"


def test_other_classes_than_the_networks_are_refused(tmp_path: Path) -> None:
    folder = pairs(tmp_path / "set", ("a", "b"))
    with pytest.raises(UsageError, match="2 classes"):
        build(recipe("three_classes", DataRecipe(path=folder)), tmp_path / "out")
    named = recipe("three_classes", DataRecipe(path=folder), classes=("x", "y", "z"))
    with pytest.raises(DataError, match=r"the network tells 3 apart"):
        build(named, tmp_path / "out")


def test_the_shipped_calibration_is_what_it_was() -> None:
    """The digest that bundles of earlier versions record of the same images in the same order."""
    spec = InputSpec("x", 1, 256, 256, 16, "grey", 1 / 255, (0.0,), (1.0,), "bilinear")
    samples = choose_samples(open_images("nuclei-calibration"), 64, spec)
    assert samples_digest(samples) == "a4163cd5fdbcde0f18a4f4445b9142ba0ae11ff3aa86699af2840fe34c51ed6f"
    names = [entry.name for entry in open_dataset("nuclei-calibration").entries]
    assert names == sorted(names)
    assert len(names) == 24
