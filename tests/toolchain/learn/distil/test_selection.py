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
        chosen = wide[name][tuple(step)]
        larger = tensor.norm() / chosen.norm() if chosen.any() else 1
        torch.testing.assert_close(tensor, chosen * larger, msg=name)


def test_widths_that_do_not_divide_are_spaced_as_evenly_as_can_be() -> None:
    student, shown = nn.Linear(3, 1, bias=False), nn.Linear(5, 1, bias=False)
    select_weights(student, shown)
    torch.testing.assert_close(student.weight, shown.weight[:, [0, 1, 3]] * 5 / 3)


@pytest.mark.parametrize("up", [nn.Upsample(scale_factor=2), nn.ConvTranspose2d(6, 6, 2, stride=2, groups=6)])
@pytest.mark.parametrize("transposed", [False, True])
def test_a_student_of_half_the_channels_answers_as_a_teacher_that_has_all_twice(
    transposed: bool, up: nn.Module
) -> None:
    kind = nn.ConvTranspose2d if transposed else nn.Conv2d

    def network(width: int) -> nn.Sequential:
        depthwise = nn.Conv2d(width, width, 3, groups=width)
        between = up if isinstance(up, nn.Upsample) else nn.ConvTranspose2d(width, width, 2, groups=width)
        layers = [nn.Conv2d(1, width, 3), nn.ReLU(), depthwise, between, kind(width, width, 1), nn.ReLU()]
        return nn.Sequential(*layers, nn.Conv2d(width, 1, 1))

    student, shown = network(3), network(6)
    with torch.no_grad():
        for layer in shown:
            for values in layer.parameters():
                for dimension in (n for n, size in enumerate(values.shape) if size == 6):
                    even = values.index_select(dimension, torch.arange(0, 6, 2))
                    values.copy_(even.repeat_interleave(2, dimension))
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


def test_a_layer_of_the_teachers_own_kind_is_taken_as_it_is() -> None:
    class Own(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.ones(4, 4, 1, 1))

    student, shown = nn.ModuleDict({"a": nn.Conv2d(2, 2, 1, bias=False)}), nn.ModuleDict({"a": Own()})
    select_weights(student, shown)
    assert torch.equal(student["a"].weight, torch.ones(2, 2, 1, 1))
