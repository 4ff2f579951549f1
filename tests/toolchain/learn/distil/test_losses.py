import math

import numpy as np
import pytest
import torch
from tests.toolchain.learn.distil.networks import drawn
from torch import Tensor
from torch.nn import functional

from edgec.learn.distil.losses import attention, hint, soft_targets

EVERYWHERE = torch.ones(2, 3, 4, dtype=torch.bool)


def divergence(student: Tensor, teacher: Tensor, temperature: float, valid: Tensor) -> float:
    """Hinton's formula pixel by pixel in plain Python, in 64 bits."""
    terms = []
    for n, row, column in valid.nonzero().tolist():
        pixels = [
            [float(v) / temperature for v in logits[n, :, row, column]] for logits in (student, teacher)
        ]
        q, p = ([math.exp(v) / sum(math.exp(w) for w in pixel) for v in pixel] for pixel in pixels)
        terms.append(sum(a * (math.log(a) - math.log(b)) for a, b in zip(p, q, strict=True)))
    return temperature**2 * sum(terms) / len(terms)


@pytest.mark.parametrize("temperature", [1.0, 4.0])
def test_soft_targets_of_several_classes(temperature: float) -> None:
    student, teacher = drawn(2, 5, 3, 4) * 3, drawn(2, 5, 3, 4, seed=1) * 3
    found = soft_targets(student, teacher, temperature, EVERYWHERE)
    assert float(found) == pytest.approx(divergence(student, teacher, temperature, EVERYWHERE), rel=1e-5)


def test_soft_targets_of_one_class_are_those_of_its_sigmoid() -> None:
    student, teacher = drawn(2, 1, 3, 4) * 3, drawn(2, 1, 3, 4, seed=1) * 3
    p, q = torch.sigmoid(teacher / 4), torch.sigmoid(student / 4)
    entropy = functional.binary_cross_entropy(p, p)
    expected = 16 * (functional.binary_cross_entropy(q, p) - entropy)
    assert float(soft_targets(student, teacher, 4, EVERYWHERE)) == pytest.approx(float(expected), rel=1e-4)


def test_pixels_that_are_not_valid_count_nothing() -> None:
    student, teacher = drawn(2, 5, 3, 4), drawn(2, 5, 3, 4, seed=1)
    valid = torch.arange(24).reshape(2, 3, 4) % 3 == 0
    found = soft_targets(student, teacher, 2, valid)
    assert float(found) == pytest.approx(divergence(student, teacher, 2, valid), rel=1e-5)
    assert float(soft_targets(student, teacher, 2, torch.zeros_like(valid))) == 0


def test_the_gradient_of_soft_targets_hardly_depends_on_the_temperature() -> None:
    """What the square is for: when it is hot, it is (z_student - z_teacher) / classes, less their means."""
    student, teacher = drawn(1, 3, 1, 1).requires_grad_(), drawn(1, 3, 1, 1, seed=1)
    soft_targets(student, teacher, 1000, torch.ones(1, 1, 1, dtype=torch.bool)).backward()
    apart = (student - teacher).detach()
    assert student.grad is not None
    torch.testing.assert_close(student.grad, (apart - apart.mean()) / 3, rtol=1e-2, atol=1e-3)


def test_a_hint_by_hand() -> None:
    student, teacher = drawn(2, 3, 4, 5), drawn(2, 3, 4, 5, seed=1)
    expected = 0.5 * np.square(student.numpy().astype(float) - teacher.numpy()).mean()
    assert float(hint(student, teacher)) == pytest.approx(expected)
    assert float(hint(teacher, teacher)) == 0


def test_a_hint_of_another_size_is_resized_to_the_teachers() -> None:
    ramp = torch.tensor([0.0, 1.0]).reshape(1, 1, 1, 2)
    wide = torch.tensor([0.0, 0.25, 0.75, 1.0]).reshape(1, 1, 1, 4)  # bilinear, centres of pixels aligned
    assert float(hint(ramp, wide)) == pytest.approx(0)
    assert float(hint(ramp, wide + 1)) == pytest.approx(0.5)


def test_attention_by_hand() -> None:
    student, teacher = drawn(2, 3, 4, 5), drawn(2, 6, 4, 5, seed=1)
    maps = [np.square(feature.numpy().astype(float)).sum(axis=1) for feature in (student, teacher)]
    unit = [each / np.sqrt(np.square(each).sum(axis=(1, 2), keepdims=True)) for each in maps]
    expected = np.square(unit[0] - unit[1]).sum(axis=(1, 2)).mean()
    assert float(attention(student, teacher)) == pytest.approx(expected, rel=1e-5)


def test_attention_sees_where_and_not_how_much() -> None:
    feature = drawn(2, 3, 4, 5)
    assert float(attention(7 * feature, torch.cat([feature, -feature], dim=1))) == pytest.approx(0, abs=1e-6)
    left, right = torch.eye(2).reshape(2, 1, 1, 2).split(1)
    assert float(attention(left, right)) == pytest.approx(2)


def test_attention_of_other_sizes_is_compared_at_the_teachers() -> None:
    teacher = torch.ones(1, 2, 8, 8)
    assert float(attention(torch.ones(1, 3, 4, 4), teacher)) == pytest.approx(0, abs=1e-6)


def test_gradients_of_maps_that_are_zero_are_finite() -> None:
    student = torch.zeros(1, 2, 3, 3, requires_grad=True)
    attention(student, torch.zeros(1, 2, 3, 3)).backward()
    assert student.grad is not None
    assert torch.isfinite(student.grad).all()
