import math

import pytest
import torch
from torch import nn

from edgec.learn.optimizers import make_optimizer
from edgec.learn.schedules import make_schedule
from edgec.recipe import TrainRecipe


def rates(**train: object) -> list[float]:
    recipe = TrainRecipe.model_validate({"epochs": 10, "lr": 0.1, **train})
    optimizer = make_optimizer(recipe, [nn.Parameter(torch.zeros(1))])
    schedule = make_schedule(recipe, optimizer, 100)
    found = []
    for _ in range(100):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return found


def test_one_cycle_rises_to_the_rate_and_falls_to_nothing() -> None:
    found = rates(schedule="one-cycle")
    assert max(found) == pytest.approx(0.1)
    assert 25 <= found.index(max(found)) <= 35
    assert found[0] == pytest.approx(0.1 / 25)
    assert found[-1] < 1e-5


def test_cosine_falls_as_half_a_wave() -> None:
    found = rates(schedule="cosine")
    assert found == pytest.approx([0.05 * (1 + math.cos(math.pi * step / 100)) for step in range(100)])


def test_step_falls_by_its_factor_after_so_many_epochs() -> None:
    found = rates(schedule="step", drop_every=3, drop=0.5)
    assert [found[0], found[29], found[30], found[60], found[90]] == pytest.approx(
        [0.1, 0.1, 0.05, 0.025, 0.0125]
    )


@pytest.mark.parametrize("word", ["constant", "plateau"])
def test_the_others_stay(word: str) -> None:
    assert set(rates(schedule=word)) == {0.1}
