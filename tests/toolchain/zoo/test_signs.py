import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from edgec.zoo.signs import reaches, residual_signs, rounded


def gradient(value: float, kind: str) -> tuple[float, float]:
    x, threshold = torch.tensor([value], requires_grad=True), torch.zeros(1, requires_grad=True)
    reaches(x, threshold, kind).sum().backward()
    return float(x.grad), float(threshold.grad)


def test_what_reaches_a_channels_threshold_is_plus_one() -> None:
    x = torch.tensor([-1.0, 0.0, 0.5]).reshape(1, 3, 1, 1).expand(2, 3, 2, 2)
    threshold = torch.tensor([-1.0, 0.1, 0.4]).reshape(1, 3, 1, 1)
    assert reaches(x, threshold, "approx")[1, :, 0, 1].tolist() == [1, -1, 1]


@pytest.mark.parametrize(
    ("value", "straight", "approx"),
    [(0.0, 1, 2), (0.5, 1, 1), (-0.75, 1, 0.5), (1.0, 1, 0), (1.5, 0, 0)],
)
def test_the_gradients_are_those_of_the_papers(value: float, straight: float, approx: float) -> None:
    assert gradient(value, "straight") == (straight, -straight)
    assert gradient(value, "approx") == (approx, -approx)


def test_a_threshold_gathers_the_gradient_of_its_channel() -> None:
    threshold = torch.zeros(1, 2, 1, 1, requires_grad=True)
    reaches(torch.zeros(3, 2, 4, 4), threshold, "approx").sum().backward()
    assert threshold.grad is not None
    assert threshold.grad.flatten().tolist() == [-96, -96]


def test_rounding_is_half_to_even_and_passes_gradients() -> None:
    x = torch.tensor([0.5, 1.5, -0.4], requires_grad=True)
    found = rounded(x)
    found.sum().backward()
    assert found.tolist() == [0, 2, 0]
    assert x.grad is not None
    assert x.grad.tolist() == [1, 1, 1]


@given(st.lists(st.floats(-3, 3, width=32), min_size=1), st.integers(1, 3))
def test_each_level_halves_what_is_left(values: list[float], levels: int) -> None:
    scales = torch.tensor([1.5, 0.75, 0.375])[:levels]
    x = torch.tensor(values)
    found = residual_signs(x, scales)
    assert found.abs().max() <= scales.sum()
    assert (found - x).abs().max() <= 3 / 2**levels
    assert len({round(float(value), 3) for value in found}) <= 2**levels


def test_scales_learn_and_their_sign_does_not_count() -> None:
    scales = torch.tensor([-0.5, 0.25], requires_grad=True)
    x = torch.linspace(-1, 1, 9)
    assert torch.equal(residual_signs(x, scales), residual_signs(x, scales.abs()))
    (residual_signs(x, scales) - x).square().sum().backward()
    assert scales.grad is not None
    assert scales.grad.abs().min() > 0
