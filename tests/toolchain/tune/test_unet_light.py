"""The real network: what is found on the shipped images holds on those that nobody saw."""

import shutil
from pathlib import Path

import pytest

from edgec.data import open_dataset
from edgec.evaluation import score_masks
from edgec.recipe import Recipe
from edgec.tune import Budgets, tune
from edgec_runtime import Session

MAX_DROP = 0.005
SEEN = 16

pytestmark = pytest.mark.slow


def test_the_bundle_meets_its_own_budget_on_images_that_it_did_not_see(tmp_path: Path) -> None:
    data = open_dataset("nuclei")
    for entry in data.entries[:SEEN]:
        for path in entry.files:
            (tmp_path / "seen" / path.parent.name).mkdir(parents=True, exist_ok=True)
            shutil.copy(path, tmp_path / "seen" / path.parent.name)
    recipe = Recipe(model="unet_light", targets=("cpu",), evaluation=str(tmp_path / "seen"))
    result = tune(recipe, Budgets(MAX_DROP), tmp_path / "run")
    assert result.chosen is not None
    assert result.built is not None
    unseen = data[SEEN:]
    assert len(unseen) == 18
    dice = {}
    for precision in ("fp32", result.chosen.precision):
        with Session.open(result.built.bundle, target="cpu", precision=precision) as session:
            dice[precision] = score_masks(session.segment, unseen).dice
    assert dice["fp32"] > 0.9
    assert dice["fp32"] - dice[result.chosen.precision] <= MAX_DROP
