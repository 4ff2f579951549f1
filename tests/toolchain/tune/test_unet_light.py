"""The real network: what is found on the shipped images holds on those that nobody saw."""

from pathlib import Path

import pytest

from edgec.data import Dataset, open_dataset
from edgec.evaluation import score_masks
from edgec.recipe import Recipe
from edgec.tune import Budgets, tune
from edgec_runtime import Session

VALIDATION = Path(__file__).parents[4] / "shared/data/nuclei/val"
MAX_DROP = 0.005

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not VALIDATION.is_dir(), reason="the nuclei validation images are not here"),
]


def unseen() -> Dataset:
    seen = {files.name for files in open_dataset("nuclei").files}
    data = open_dataset(str(VALIDATION))
    return Dataset(data.name, tuple(files for files in data.files if files.name not in seen), data.classes)


def test_the_bundle_meets_its_own_budget_on_images_that_it_did_not_see(tmp_path: Path) -> None:
    recipe = Recipe(model="unet_light", targets=("cpu",), evaluation="nuclei")
    result = tune(recipe, Budgets(MAX_DROP), tmp_path / "run")
    assert result.chosen is not None
    assert result.built is not None
    data = unseen()
    assert len(data) == 18
    dice = {}
    for precision in ("fp32", result.chosen.precision):
        with Session.open(result.built.bundle, target="cpu", precision=precision) as session:
            dice[precision] = score_masks(session.segment, data).dice
    assert dice["fp32"] > 0.9
    assert dice["fp32"] - dice[result.chosen.precision] <= MAX_DROP
