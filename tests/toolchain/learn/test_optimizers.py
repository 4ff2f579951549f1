"""Each optimizer's second step against its formula."""

import math

import pytest
import torch
from torch import nn

from edgec.learn.optimizers import make_optimizer
from edgec.recipe import TrainRecipe

RATE, DECAY, START = 0.1, 0.2, 1.0
GRADIENTS = (0.5, -0.25)


def adam(decoupled: bool) -> float:
    w, m, v = START, 0.0, 0.0
    for t, gradient in enumerate(GRADIENTS, 1):
        g = gradient if decoupled else gradient + DECAY * w
        w -= RATE * DECAY * w if decoupled else 0
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        w -= RATE * (m / (1 - 0.9**t)) / (math.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return w


def sgd() -> float:
    w, velocity = START, 0.0
    for gradient in GRADIENTS:
        velocity = 0.8 * velocity + gradient + DECAY * w
        w -= RATE * velocity
    return w


def lion() -> float:
    w, m = START, 0.0
    for g in GRADIENTS:
        w -= RATE * DECAY * w + RATE * math.copysign(1, 0.9 * m + 0.1 * g)
        m = 0.99 * m + 0.01 * g
    return w


@pytest.mark.parametrize(
    ("word", "expected"), [("adam", adam(False)), ("adamw", adam(True)), ("sgd", sgd()), ("lion", lion())]
)
def test_two_steps(word: str, expected: float) -> None:
    weight = nn.Parameter(torch.tensor([START], dtype=torch.float64))
    recipe = TrainRecipe.model_validate({"optimizer": word, "lr": RATE, "decay": DECAY, "momentum": 0.8})
    optimizer = make_optimizer(recipe, [weight])
    for gradient in GRADIENTS:
        weight.grad = torch.tensor([gradient], dtype=torch.float64)
        optimizer.step()
    assert weight.item() == pytest.approx(expected)
