"""A small bundle with budgets of its own, beside the tiny one of all tests."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from edgec.pipeline import build
from edgec.recipe import Recipe
from edgec_runtime.gate import Pair, Side

SMALL = ("cpu", "fp32", None)


@pytest.fixture(scope="session")
def small_bundle(tiny_recipe: Recipe, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Only cpu fp32, of the tiny network; far too large for its budgets, but fast enough."""
    recipe = tiny_recipe.model_copy(
        update={
            "targets": ("cpu",),
            "precisions": ("fp32",),
            "max_latency_ms": 5000.0,
            "max_memory_mib": 1.0,
            "max_size_mib": 0.0001,
        }
    )
    return build(recipe, tmp_path_factory.mktemp("small"), slower="unmeasured").bundle


@dataclass
class Counted:
    """An exact metric that counts the candidate as `slower` times the baseline."""

    slower: float
    name: str = "instructions"
    unit: str = "instructions"
    exact: bool = True

    def pair(self, baseline: Side, candidate: Side) -> Pair:
        assert baseline.bundle.exists()
        assert candidate.bundle.exists()
        return Pair(np.array([1e6]), np.array([1e6 * self.slower]))
