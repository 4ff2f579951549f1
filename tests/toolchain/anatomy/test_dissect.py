import pytest
import torch
from torch import nn

from edgec.anatomy import dissect
from edgec.anatomy.sight import receptive_field
from edgec.anatomy.steps import trace
from edgec.errors import GraphError
from edgec.export import export
from edgec.source import load_source
from edgec.zoo import MODELS, create, parameter_count
from edgec.zoo.binary_blocks import set_binary

IMAGES = tuple(name for name in MODELS if name != "unet3d")


def _on_meta(name: str, **options: object) -> nn.Module:
    with torch.device("meta"):
        return create(name, **options)


@pytest.mark.parametrize("name", ["unet_light", "eunet", "attention_unet"])
def test_multiply_accumulates_are_those_of_the_exported_graph(name: str) -> None:
    source = load_source(name, options={"widths": (4, 8)})
    found = dissect(_on_meta(name, widths=(4, 8)), (source.channels, 48, 32))
    assert found.macs == export(source, (48, 32)).graph.macs


@pytest.mark.parametrize("name", MODELS)
def test_the_levels_add_up_to_the_network(name: str) -> None:
    network = _on_meta(name, widths=(4, 8), in_channels=1)
    found = dissect(network, (1, 16, 32, 48) if name == "unet3d" else (1, 32, 48))
    assert sum(level.parameters for level in found.levels) == found.parameters == parameter_count(network)
    assert sum(level.macs for level in found.levels) == found.macs
    assert max(level.memory for level in found.levels) <= found.memory
    assert found.levels[-1].name == "head"
    assert found.levels[-1].receptive_field == found.receptive_field
    assert found.levels[-1].output == found.output == ((1, 16, 32, 48) if name == "unet3d" else (1, 32, 48))


def test_a_tensor_is_held_until_it_was_read_last() -> None:
    """Worked out by hand: one grey image, two channels on both levels, ReLUs in place."""
    pixels = 4 * 64 * 64
    with torch.device("meta"):
        network = create("unet", widths=[2], bottleneck=2)
    by_name = {level.name: level for level in dissect(network, (1, 64, 64)).levels}
    assert by_name["encoder.0"].memory == pixels * (2 + 2)  # two convolutions, one into the other
    assert by_name["bottleneck"].memory == pixels * (2 + 2 * 2 // 4)
    assert by_name["up.0"].memory == pixels * 4 + pixels * 2 // 4
    assert by_name["head"].memory == pixels * (2 + 1)
    assert dissect(network, (1, 64, 64)).memory == pixels * (4 + 4)  # skip, upsampled, and both joined


@pytest.mark.parametrize("name", IMAGES)
def test_a_pixel_sees_what_its_gradient_reaches(name: str) -> None:
    """With positive weights and slopes, what counts is exactly what has a gradient."""
    torch.manual_seed(0)
    network = create(name, widths=[2, 2], in_channels=1).double().eval()
    set_binary(network, False)
    for module in network.modules():
        for child, part in module.named_children():
            if isinstance(part, nn.MaxPool2d):  # which looks at all and passes one on
                setattr(module, child, nn.AvgPool2d(2))
            if isinstance(part, nn.ReLU | nn.Hardswish | nn.GELU):
                setattr(module, child, nn.Softplus())
    for parameter in network.parameters():
        parameter.data.abs_().mul_(0.1).add_(0.01)  # a sigmoid must not saturate
    size = 160
    image = torch.zeros(1, 1, size, size, dtype=torch.double, requires_grad=True)
    logits = network.logits(image)
    seen = 0
    for place in range(size // 2, size // 2 + 4):
        (gradient,) = torch.autograd.grad(logits[0, 0, place, place], image, retain_graph=True)
        rows = gradient[0, 0].abs().sum(dim=1).nonzero()
        seen = max(seen, int(rows[-1] - rows[0]) + 1)
    assert dissect(_on_meta(name, widths=[2, 2], in_channels=1), (1, size, size)).receptive_field == seen


def test_a_crop_moves_what_is_seen() -> None:
    class Moved(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x[:, :, 3:] + x[:, :, :-3]

    steps = trace(Moved(), (1, 1, 16, 16))
    assert receptive_field(steps, len(steps) - 1) == 4


def test_padding_moves_what_is_seen() -> None:
    class Moved(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return nn.functional.pad(x, (0, 0, 2, -2)) + x

    steps = trace(Moved(), (1, 1, 16, 16))
    assert receptive_field(steps, len(steps) - 1) == 3


def test_an_operator_that_is_not_known_is_refused() -> None:
    class Odd(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.fft.fft(x).real

    steps = trace(Odd(), (1, 1, 16, 16))
    with pytest.raises(GraphError, match="depends on is not known"):
        receptive_field(steps, len(steps) - 1)
