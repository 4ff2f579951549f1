"""Each loss against its formula, written here pixel by pixel in numpy."""

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from edgec.data import IGNORE
from edgec.errors import UsageError
from edgec.learn.losses import entropy_dice, focal, loss_function, tversky
from edgec.recipe import TrainRecipe

RANDOM = np.random.default_rng(3)


def case(channels: int) -> tuple[np.ndarray, np.ndarray]:
    """Logits (2, K, 3, 4), and masks where some pixels are ignored."""
    mask = RANDOM.integers(0, max(2, channels), (2, 3, 4))
    mask[0, 0, :2] = IGNORE
    return RANDOM.normal(0, 2, (2, channels, 3, 4)), mask


def probabilities(logits: np.ndarray) -> np.ndarray:
    """(N, classes, H, W), the background first."""
    if logits.shape[1] == 1:
        one = 1 / (1 + np.exp(-logits))
        return np.concatenate([1 - one, one], axis=1)
    powers = np.exp(logits)
    return powers / powers.sum(axis=1, keepdims=True)


def each_pixel(logits: np.ndarray, mask: np.ndarray) -> list[tuple[float, int]]:
    """(probability of the true class, that class) of the pixels that count."""
    found = probabilities(logits)
    places = [place for place in np.ndindex(mask.shape) if mask[place] != IGNORE]
    return [(found[n, mask[n, y, x], y, x], int(mask[n, y, x])) for n, y, x in places]


def by_hand_overlap(logits: np.ndarray, mask: np.ndarray, beta: float, weights: list[float]) -> float:
    found, losses = probabilities(logits), []
    for n in range(len(mask)):
        counts = mask[n] != IGNORE
        total = 0.0
        for k in range(1, found.shape[1]):
            p, t = found[n, k][counts], (mask[n] == k)[counts]
            hits, false, missed = (p * t).sum(), (p * ~t).sum(), ((1 - p) * t).sum()
            index = (hits + 0.5) / (hits + (1 - beta) * false + beta * missed + 0.5)
            total += weights[k] * (1 - index)
        losses.append(total / sum(weights[1:]))
    return float(np.mean(losses))


def by_hand_mean(pairs: list[tuple[float, int]], weights: list[float]) -> float:
    return sum(weights[k] * p for p, k in pairs) / sum(weights[k] for _, k in pairs)


def tensors(
    logits: np.ndarray, mask: np.ndarray, weights: list[float] | None
) -> tuple[Tensor, Tensor, Tensor | None]:
    return (
        torch.tensor(logits),
        torch.tensor(mask),
        None if weights is None else torch.tensor(weights).double(),
    )


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("channels", [1, 3])
def test_cross_entropy_and_dice(channels: int, weighted: bool) -> None:
    logits, mask = case(channels)
    weights = [0.5, 2.0, 3.0][: max(2, channels)] if weighted else None
    ones = weights or [1.0] * max(2, channels)
    entropy = by_hand_mean([(-math.log(p), k) for p, k in each_pixel(logits, mask)], ones)
    expected = entropy + by_hand_overlap(logits, mask, 0.5, ones)
    assert float(entropy_dice(*tensors(logits, mask, weights))) == pytest.approx(expected)


@pytest.mark.parametrize("channels", [1, 3])
def test_focal(channels: int) -> None:
    logits, mask = case(channels)
    weights = [0.5, 2.0, 3.0][: max(2, channels)]
    pixels = [((1 - p) ** 1.5 * -math.log(p), k) for p, k in each_pixel(logits, mask)]
    image, truth, share = tensors(logits, mask, weights)
    assert float(focal(image, truth, 1.5, share)) == pytest.approx(by_hand_mean(pixels, weights))


@pytest.mark.parametrize("channels", [1, 3])
def test_tversky(channels: int) -> None:
    logits, mask = case(channels)
    expected = by_hand_overlap(logits, mask, 0.8, [1.0] * max(2, channels))
    assert float(tversky(torch.tensor(logits), torch.tensor(mask), 0.8)) == pytest.approx(expected)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("loss", [entropy_dice, focal, tversky])
def test_what_is_predicted_where_it_is_ignored_makes_no_difference(loss, channels: int) -> None:
    logits, mask = case(channels)
    other = logits.copy()
    other[0, :, 0, :2] = 50
    truth = torch.tensor(mask)
    assert loss(torch.tensor(logits), truth) == loss(torch.tensor(other), truth)
    nothing = torch.full_like(truth, IGNORE)
    assert torch.isfinite(loss(torch.tensor(logits), nothing))


@pytest.mark.parametrize("channels", [1, 3])
def test_the_right_answer_costs_nothing_and_confidence_never_overflows(channels: int) -> None:
    mask = torch.zeros(1, 4, 4, dtype=torch.long)
    mask[0, :2] = 1
    right = torch.where(mask[:, None] == 1, 80.0, -80.0)
    if channels == 3:
        right = torch.cat([-right, right, torch.full_like(right, -80.0)], dim=1)
    for loss in (entropy_dice, focal, tversky):
        assert float(loss(right, mask)) == pytest.approx(0, abs=1e-6)
        assert torch.isfinite(loss(-right, mask))


def test_the_recipe_chooses_and_a_loss_for_other_channels_is_refused() -> None:
    logits, mask = (torch.tensor(array) for array in case(1))
    chosen = loss_function(TrainRecipe(loss="tversky", tversky_beta=0.6), 1, None)
    assert chosen(logits, mask) == tversky(logits, mask, 0.6)
    assert loss_function(TrainRecipe(), 1, None)(logits, mask) == entropy_dice(logits, mask)
    with pytest.raises(UsageError, match="bce-dice is not for 3 output channels: choose ce-dice"):
        loss_function(TrainRecipe(loss="bce-dice"), 3, None)
