from pathlib import Path

import pytest
from tests.toolchain.learn.made import squares

from edgec.errors import TrainingError
from edgec.recipe import DataRecipe, Recipe, TrainRecipe
from edgec.training import find_rate
from edgec.training.finder import HIGHEST, LOWEST, suggested


def test_the_steepest_fall_is_suggested() -> None:
    rates = tuple(10 ** (-6 + step / 10) for step in range(61))
    losses = tuple(1 - 0.9 / (1 + 10 ** (-6 * (step - 30) / 10)) for step in range(61))
    assert suggested(rates, losses) == rates[30]


@pytest.mark.parametrize("losses", [(1.0,) * 40, tuple(float(step) for step in range(40)), (1.0, 0.5)])
def test_a_loss_that_never_falls_suggests_nothing(losses: tuple[float, ...]) -> None:
    rates = tuple(10 ** (-6 + step / 10) for step in range(len(losses)))
    with pytest.raises(TrainingError, match="falls at no rate"):
        suggested(rates, losses)


def test_the_range_test_of_a_network(tmp_path: Path) -> None:
    squares(tmp_path / "squares", 10)
    recipe = Recipe(
        model="unet_light",
        options={"widths": (4, 8), "bottleneck": 8},
        size=(32, 32),
        data=DataRecipe(path=tmp_path / "squares"),
        train=TrainRecipe(batch=4, crop=16, threads=1, augment=()),
    )
    curve = find_rate(recipe)
    assert curve.rates[0] == LOWEST
    assert 30 < len(curve.rates) == len(curve.losses) <= 100
    assert LOWEST < curve.suggestion < HIGHEST
    assert min(curve.losses) < curve.losses[0]
    assert find_rate(recipe) == curve
