"""A run on the network with one layer that cannot be rounded, within a budget that only one choice meets."""

import pytest
from tests.toolchain.tune.sensitive import SENSITIVE, SIZE

from edgec.recipe import Recipe
from edgec.tune import Budgets, TuneResult, tune

# Less than fp32's, and than that of two layers in float.
BUDGETS = Budgets(max_drop=0.02, mib=0.15)


@pytest.fixture(scope="session")
def recipe() -> Recipe:
    return Recipe(model=f"{SENSITIVE}:sensitive", size=SIZE, targets=("cpu",), evaluation="nuclei")


@pytest.fixture(scope="session")
def tuned(recipe: Recipe, tmp_path_factory: pytest.TempPathFactory) -> TuneResult:
    return tune(recipe, BUDGETS, tmp_path_factory.mktemp("runs") / "run")
