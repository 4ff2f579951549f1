import math

import pytest
import torch
from torch import nn

from edgec.zoo import create, parameter_count
from edgec.zoo.binary_blocks import (
    GRID,
    STEP,
    BinaryConv,
    BinaryStep,
    FixedNorm,
    ResidualConv,
    Signs,
    Stream,
    on_bytes,
    set_binary,
)
from edgec.zoo.paper import paper_bytes


def drawn(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(("levels", "values"), [(1, {-1, 1}), (2, {-3, -1, 1, 3})])
def test_signs_have_as_many_values_as_levels_tell_apart(levels: int, values: set[int]) -> None:
    part = Signs(4, levels)
    nn.init.normal_(part.threshold)
    assert set(part(3 * drawn(2, 4, 8, 8)).unique().tolist()) == values


def test_signs_learn_their_thresholds() -> None:
    part = Signs(4, 2)
    (part(drawn(2, 4, 8, 8)) * drawn(2, 4, 8, 8)).sum().backward()
    assert all(parameter.grad is not None and parameter.grad.any() for parameter in part.parameters())


def test_binary_weights_are_signs_and_learn() -> None:
    part = BinaryConv(3, 5)
    found = part(torch.ones(1, 3, 3, 3))[0, :, 1, 1]
    expected = torch.where(part.weight >= 0, 1.0, -1.0).sum((1, 2, 3))
    assert torch.equal(found, expected)
    found.sum().backward()
    assert part.weight.grad is not None
    assert part.weight.grad.any()


def test_in_full_precision_nothing_is_a_sign() -> None:
    step = BinaryStep(4, 4, 1)
    set_binary(step, False)
    assert len(step.signs(drawn(1, 4, 8, 8)).unique()) > 100
    assert torch.equal(
        step.conv(drawn(1, 4, 8, 8)),
        nn.functional.conv2d(drawn(1, 4, 8, 8), step.conv.weight, padding=1),
    )
    set_binary(step, True)
    assert len(step.signs(drawn(1, 4, 8, 8)).unique()) == 2


def test_a_fixed_norm_is_the_norm_on_a_grid() -> None:
    fixed, norm = FixedNorm(6), nn.BatchNorm2d(6)
    for name, tensor in norm.state_dict().items():
        if tensor.ndim:
            tensor.copy_(drawn(6).abs() + 0.5)
        fixed.state_dict()[name].copy_(tensor)
    x = drawn(2, 6, 4, 4)
    assert torch.equal(fixed(x), norm(x))  # while it learns
    fixed.eval()
    norm.eval()
    assert torch.allclose(fixed(x), norm(x), atol=8 * GRID)
    assert all(torch.equal(values / GRID, (values / GRID).round()) for values in (fixed(x.round()),))


def test_norm_and_sign_are_one_threshold() -> None:
    """BatchNorm and RSign decide as an integer compare of the dot product does, each channel in its sense."""
    norm = FixedNorm(3).eval()
    norm.weight.data, norm.bias.data = torch.tensor([1.0, -0.7, 0.3]), torch.tensor([0.2, 0.1, -4.0])
    norm.running_mean, norm.running_var = torch.tensor([3.0, -2.0, 0.5]), torch.tensor([40.0, 90.0, 4.0])
    dots = torch.arange(-27.0, 28.0).reshape(1, 1, -1, 1).expand(1, 3, 55, 1)
    reached = norm(dots) >= 0.25
    scale, offset = (torch.round(values / GRID) * GRID for values in norm.scale_and_offset())
    for channel in range(3):
        limit = ((0.25 - offset) / scale)[channel]
        rises = scale[channel] > 0
        expected = (
            dots[0, channel, :, 0] >= limit.ceil() if rises else dots[0, channel, :, 0] <= limit.floor()
        )
        assert torch.equal(reached[0, channel, :, 0], expected)


def test_a_stream_is_int8() -> None:
    found = Stream()(torch.linspace(-20, 20, 1001)) / STEP
    assert torch.equal(found, found.round())
    assert (found.min(), found.max()) == (-128, 127)


@pytest.mark.parametrize("kernel", [1, 2, 3])
@pytest.mark.parametrize("levels", [1, 2, 3])
def test_residual_convolutions_keep_the_size_and_have_few_weights(kernel: int, levels: int) -> None:
    part = ResidualConv(4, 6, kernel, levels)
    assert part(drawn(1, 4, 7, 9)).shape == (1, 6, 7, 9)
    assert len(part.used_weight().detach().mul(1e4).round().unique()) <= 2**levels


def test_a_2x2_convolution_reaches_right_and_below() -> None:
    part = ResidualConv(1, 1, 2, 1)
    x = torch.zeros(1, 1, 3, 3)
    x[0, 0, 2, 2] = 1
    assert part(x).detach().ne(0).nonzero()[:, 2:].tolist() == [[1, 1], [1, 2], [2, 1], [2, 2]]


@pytest.mark.parametrize("name", ["blu_net", "blu_net_fast"])
def test_the_first_and_the_last_convolution_are_not_binary(name: str) -> None:
    network = create(name, widths=[4, 8])
    plain = [part for part in network.modules() if isinstance(part, nn.Conv2d)]
    assert [(part.in_channels, part.out_channels) for part in plain] == [(1, 4), (4, 1)]


def test_the_size_on_paper_is_that_of_the_publication() -> None:
    """BLU-Net says 1.431 MiB."""
    with torch.device("meta"):
        assert paper_bytes(create("blu_net")) / 2**20 == pytest.approx(1.431, rel=0.01)
        network = create("blu_net_fast", widths=[32, 64])
        assert paper_bytes(create("unet_light")) is None
    signs = sum(part.weight.numel() for part in network.modules() if isinstance(part, BinaryConv))
    assert paper_bytes(network) == signs // 8 + 4 * (parameter_count(network) - signs)


def test_int8_weights_are_whole_multiples_of_a_power_of_two_a_filter() -> None:
    weights = torch.randn(5, 3, 3, 3) * torch.tensor([1e-3, 0.02, 0.5, 3.0, 40.0])[:, None, None, None]
    for most in (127, 63):
        found = on_bytes(weights, most)
        for filter_, given in zip(found, weights, strict=True):
            step = 2.0 ** max(math.ceil(math.log2(given.abs().max().item() / most)), -11)
            whole = filter_ / step
            assert torch.equal(whole, whole.round())
            assert whole.abs().max() <= most
            assert (filter_ - given).abs().max() <= step / 2


def test_an_image_is_taken_as_bytes() -> None:
    network = create("blu_net_fast", widths=[32], bottleneck=64).eval()
    image = torch.rand(1, 1, 16, 16)
    with torch.inference_mode():
        assert torch.equal(network(image), network((image * 256).round().clamp(0, 255) / 256))
        assert torch.equal(network(image - 1), network(torch.zeros_like(image)))
