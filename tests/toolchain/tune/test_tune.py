import json
import shutil
from pathlib import Path

import pytest
from tests.toolchain.tune.conftest import BUDGETS
from tests.toolchain.tune.sensitive import LAYER, SENSITIVE

from edgec.cli.app import run as run_cli
from edgec.errors import UsageError
from edgec.recipe import Recipe
from edgec.recipe.file import read_recipe
from edgec.tune import Budgets, TuneResult, tune
from edgec.tune import workshop as workshop_module
from edgec_runtime.bundle import Bundle
from edgec_runtime.machine import architecture

pytestmark = pytest.mark.slow


def test_the_layer_that_cannot_be_rounded_is_ranked_first(tuned: TuneResult) -> None:
    first, second, *_ = tuned.ranking
    assert (first.name, first.operator) == (LAYER, "Conv")
    assert first.proxy_db < 10 < 30 < second.proxy_db
    assert first.dice_drop is not None
    assert first.dice_drop > 0.3
    assert [layer.proxy_db for layer in tuned.ranking] == sorted(layer.proxy_db for layer in tuned.ranking)


def test_it_alone_stays_in_float(tuned: TuneResult) -> None:
    assert tuned.chosen is not None
    assert tuned.chosen.float_layers == (LAYER,)
    assert BUDGETS.missed(tuned.chosen) == ()
    int8 = next(one for one in tuned.candidates if one.precision == "int8-static")
    assert int8.dice_drop > 0.3
    assert int8.drop_error > 0.0


def test_fp32_is_the_measure_of_all(tuned: TuneResult) -> None:
    fp32 = next(one for one in tuned.candidates if one.precision == "fp32")
    assert (fp32.times_fp32, fp32.dice_drop, fp32.search_drop) == (1.0, 0.0, 0.0)
    assert fp32.drop_error == 0.0
    assert set(fp32.float_layers) == {layer.name for layer in tuned.ranking}


def test_the_bundle_is_what_the_recipe_says(tuned: TuneResult) -> None:
    recipe = read_recipe(tuned.run / "recipe.yaml")
    assert recipe == tuned.recipe
    assert recipe.precisions == ("fp32", "mixed")
    assert recipe.float_layers == (LAYER,)
    assert tuned.built is not None
    with Bundle.open(tuned.built.bundle) as bundle:
        held = {variant.precision: variant for variant in bundle.manifest.variants}
    assert set(held) == {"fp32", "mixed"}
    fp32, mixed = (held[name].accuracy for name in ("fp32", "mixed"))
    assert fp32 is not None
    assert mixed is not None
    assert fp32.dice - mixed.dice <= BUDGETS.max_drop


def test_both_parts_are_told(tuned: TuneResult) -> None:
    assert (tuned.searched, tuned.held) == (17, 17)


def test_other_budgets_measure_nothing_again(
    tuned: TuneResult, recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = json.loads((tuned.run / "state.json").read_text())
    monkeypatch.setattr(workshop_module, "build_variant", lambda *_: pytest.fail("built again"))
    result = tune(recipe, Budgets(0.02, mib=0.01), tuned.run)
    assert json.loads((tuned.run / "state.json").read_text()) == before
    assert (result.chosen, result.built, result.recipe) == (None, None, None)
    assert result.candidates == tuned.candidates


def test_a_run_of_another_recipe_is_refused(tuned: TuneResult, recipe: Recipe) -> None:
    with pytest.raises(UsageError, match="begun with another recipe"):
        tune(recipe.model_copy(update={"threshold": 0.4}), BUDGETS, tuned.run)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"targets": ("cpu", "tflite")}, "for one target"),
        ({"evaluation": None}, "images with masks"),
    ],
)
def test_what_cannot_be_tuned_is_refused(
    recipe: Recipe, tmp_path: Path, changes: dict[str, object], why: str
) -> None:
    with pytest.raises(UsageError, match=why):
        tune(recipe.model_copy(update=changes), BUDGETS, tmp_path / "run")


def test_a_budget_finer_than_the_images_can_tell_is_warned_of(
    tuned: TuneResult, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tuned.chosen is not None
    words = ["tune", "--model", f"{SENSITIVE}:sensitive", "--size", "32", "--data", "nuclei"]
    words += ["--budget-mib", str(BUDGETS.mib), "--run"]
    for number, (budget, warned) in enumerate([(tuned.chosen.worst_drop, True), (1.0, False)]):
        run = shutil.copytree(tuned.run, tmp_path / str(number))
        assert run_cli([*words, str(run), "--max-drop", str(budget)]) == 0
        assert ("34 images tell the drop to within" in capsys.readouterr().err) == warned


@pytest.mark.skipif(architecture() == "aarch64", reason="a Raspberry Pi is a machine like this one")
def test_a_target_of_another_architecture_is_refused(recipe: Recipe, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="measured, not modelled"):
        tune(recipe.model_copy(update={"targets": ("raspberry-pi-5",)}), BUDGETS, tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("target", ["openvino", "tflite"])
def test_other_engines_keep_the_layer_too(recipe: Recipe, tmp_path: Path, target: str) -> None:
    result = tune(recipe.model_copy(update={"targets": (target,)}), Budgets(0.02, mib=0.15), tmp_path / "run")
    assert result.chosen is not None
    assert result.chosen.float_layers == (LAYER,)
