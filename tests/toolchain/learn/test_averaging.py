"""The moving average forgets its random start."""

import pytest
import torch

from edgec.learn.averaging import warmed


def kept(share: float, step: int) -> float:
    averaged, current = [torch.ones(3)], [torch.zeros(3)]
    warmed(share)(averaged, current, torch.tensor(step))
    return float(averaged[0][0])


def test_first_steps_keep_little_of_the_average() -> None:
    assert kept(0.99, 1) == pytest.approx(2 / 11)
    assert kept(0.99, 90) == pytest.approx(0.91)


def test_later_steps_keep_the_share() -> None:
    assert kept(0.99, 10_000) == pytest.approx(0.99)


def test_a_small_share_is_never_exceeded() -> None:
    assert kept(0.1, 1) == pytest.approx(0.1)


def test_whole_numbers_are_averaged_too() -> None:
    averaged, current = [torch.tensor(4)], [torch.tensor(8)]
    warmed(0.5)(averaged, current, torch.tensor(100))
    assert averaged[0] == 6
