"""A plan of a real network: pruned, judged, built; only the race is made up, as sizes tell it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from tests.toolchain.learn.made import squares

from edgec.errors import UsageError
from edgec.learn.prune.masks import read_masks
from edgec.prune_plan import Budget, plan_pruning
from edgec.recipe import Recipe
from edgec.training import prune
from edgec.trial import latency
from edgec.zoo import create
from edgec_runtime.bundle import Bundle
from edgec_runtime.machine import architecture

TRAIN = {"epochs": 1, "batch": 4, "crop": 16, "threads": 1}
OPTIONS = {"widths": (16,), "bottleneck": 16}


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recipe:
    monkeypatch.chdir(tmp_path)
    squares(Path("squares"), 6)
    torch.manual_seed(0)
    save_file(create("unet", **OPTIONS).state_dict(), "weights.safetensors")
    section = {"epochs": 0, "recalibrate": 1}
    return Recipe.model_validate(
        {
            **{"model": "unet", "options": OPTIONS, "checkpoint": "weights.safetensors", "size": (32, 32)},
            **{"data": {"path": "squares"}, "train": TRAIN, "prune": section},
        }
    )


@pytest.fixture
def raced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each network takes a millisecond for every parameter; gives the keys of what was raced."""
    keys: list[str] = []

    def race(starts: Mapping[str, Any], decided: Any) -> dict[str, Any]:
        keys.extend(starts)
        return {key: np.full(8, float(_parameters(start.args[0]))) for key, start in starts.items()}

    monkeypatch.setattr(latency, "race_processes", race)
    return keys


def _parameters(path: Path) -> int:
    with Bundle.open(path) as bundle:
        assert [variant.precision for variant in bundle.manifest.variants] == ["int8-static"]
        return bundle.manifest.parameters


@pytest.mark.slow
def test_the_ratios_that_are_found_prune_the_network_within_the_budget(
    recipe: Recipe, raced: list[str]
) -> None:
    plan = plan_pruning(recipe, Budget(speedup=1.4), "cpu")
    assert plan.searched.chosen.measured >= 1.4
    assert {cut.unit for cut in plan.searched.costs.cuts} == {"encoder.0", "bottleneck", "up.0", "decoder.0"}
    assert plan.recipe.prune is not None
    assert not (plan.folder / "candidates").exists()

    pruned = prune(plan.recipe)
    before, after = pruned.size.parameters, pruned.stages[0].size.parameters
    assert before / after == pytest.approx(plan.searched.chosen.measured)
    groups = read_masks(pruned.stages[0].masks).groups
    taken = {group.block for group in groups if len(group.kept) < group.width}
    assert taken == {unit for unit, _ in plan.searched.chosen.ratios}

    raced.clear()
    with pytest.raises(UsageError, match="cannot be reached"):
        plan_pruning(recipe, Budget(speedup=50), "cpu")
    again = plan_pruning(recipe, Budget(speedup=1.4), "cpu")
    assert again.searched == plan.searched
    assert not raced, "another budget measures again what is known"
    assert len(list(Path("runs/unet").glob("plan-*"))) == 1
    state = json.loads((plan.folder / "state.json").read_text())
    assert state["inputs"]["target"] == "cpu"


@pytest.mark.skipif(architecture() == "aarch64", reason="this machine is as a Raspberry Pi is")
def test_a_target_that_is_another_machine_is_refused(recipe: Recipe) -> None:
    with pytest.raises(UsageError, match="measured, not modelled"):
        plan_pruning(recipe, Budget(speedup=2), "raspberry-pi-4")


def test_a_budget_is_of_blocks(recipe: Recipe) -> None:
    assert recipe.prune is not None
    whole = recipe.prune.model_copy(update={"granularity": "global"})
    with pytest.raises(UsageError, match="ratios of blocks"):
        plan_pruning(recipe.model_copy(update={"prune": whole}), Budget(speedup=2), "cpu")
