import pytest
import torch
from tests.toolchain.learn.distil.networks import drawn, make, teacher
from torch import nn

from edgec.errors import ModelSourceError
from edgec.learn.distil.selection import select_weights


def test_equal_networks_are_copied() -> None:
    student, shown = make(seed=3), make(seed=4)
    assert select_weights(student, shown) == len(student.state_dict())
    image = drawn(1, 1, 16, 16)
    assert torch.equal(student.eval()(image), shown.eval()(image))


def test_a_narrow_student_gets_evenly_spaced_channels() -> None:
    student, shown = make(), teacher()
    select_weights(student, shown)
    narrow, wide = student.state_dict(), shown.state_dict()
    for name, tensor in narrow.items():
        step = [slice(None, None, of // n) for n, of in zip(tensor.shape, wide[name].shape, strict=True)]
        assert torch.equal(tensor, wide[name][tuple(step)]), name


def test_widths_that_do_not_divide_are_spaced_as_evenly_as_can_be() -> None:
    student, shown = nn.Linear(3, 1, bias=False), nn.Linear(5, 1, bias=False)
    select_weights(student, shown)
    assert torch.equal(student.weight, shown.weight[:, [0, 1, 3]])


def test_what_is_left_out_of_a_layer_is_left_out_of_the_next() -> None:
    """A teacher whose odd channels are never used: the student of the even ones answers the same."""
    shown = nn.Sequential(nn.Conv2d(1, 6, 3), nn.ReLU(), nn.Conv2d(6, 1, 1))
    with torch.no_grad():
        shown[2].weight[:, 1::2] = 0
    student = nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU(), nn.Conv2d(3, 1, 1))
    select_weights(student, shown)
    image = drawn(1, 1, 8, 8)
    torch.testing.assert_close(student(image), shown(image))


def test_what_does_not_fit_stays() -> None:
    student = nn.ModuleDict({"a": nn.Conv2d(1, 4, 1, bias=False), "b": nn.Conv2d(1, 4, 1, bias=False)})
    shown = nn.ModuleDict({"a": nn.Conv2d(1, 8, 1, bias=False), "b": nn.Conv2d(1, 2, 1, bias=False)})
    before = student["b"].weight.clone()
    assert select_weights(student, shown) == 1
    assert torch.equal(student["b"].weight, before)


def test_nothing_that_fits_is_refused() -> None:
    with pytest.raises(ModelSourceError, match="no tensor of the student"):
        select_weights(nn.Conv2d(1, 4, 1), nn.Linear(3, 3, bias=False))
