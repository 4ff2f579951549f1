"""What binary networks are made of: signs of activations and weights, and what is real between them.

Each part that binarizes can also run in full precision (`binary` False), for the phases of a training that
come before it.
"""

from functools import reduce

import torch
from torch import Tensor, nn
from torch.nn import functional

from edgec.zoo.signs import reaches, residual_signs, rounded

STEP = 1 / 16
"""Streams are whole multiples of it, from -128 to 127 of them: int8, exactly."""
GRID = 2**-14
"""Scales and offsets are whole multiples of it: sums up to 1024 are then exact in float32, in any order."""

LEAST_STEP, STEPS = 2**-11, 16
"""Of int8 weights: the finest power of two, and how many there are above it."""


class Binarizing(nn.Module):
    """A part that binarizes, unless `binary` is False."""

    binary: bool = True


def set_binary(network: nn.Module, binary: bool) -> None:
    """Let all parts of `network` that can binarize do so, or run in full precision."""
    for part in network.modules():
        if isinstance(part, Binarizing):
            part.binary = binary


class Signs(Binarizing):
    """RSign: signs by a threshold that each channel learns. ReActNet, https://arxiv.org/abs/2003.03488.

    With two `levels` (ReBNet's, the second worth half of the first): how many of three thresholds are
    reached, which lie one learned `distance` apart, as -3, -1, 1 or 3. In full precision the same without
    steps: clipped where the last step is.
    """

    distance: Tensor

    def __init__(self, channels: int, levels: int) -> None:
        super().__init__()
        self.most = 2**levels - 1  # thresholds of a channel, and the largest value
        self.threshold = nn.Parameter(torch.zeros(1, channels, 1, 1))
        if levels > 1:
            self.distance = nn.Parameter(torch.ones(()))
        else:
            self.register_buffer("distance", torch.tensor(2.0), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> the same shape."""
        distance = self.distance.abs()
        if not self.binary:
            return (2 * (x - self.threshold) / distance).clamp(-self.most, self.most)
        places = range(-(self.most // 2), self.most // 2 + 1)
        each = [reaches(x, self.threshold + place * distance, "approx") for place in places]
        return reduce(torch.add, each)


class BinaryConv(Binarizing):
    """3x3 convolution whose weights are signs, for a BatchNorm behind it, which knows their scale better.

    Beyond the border the input is 0.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(outputs, inputs, 3, 3))
        nn.init.kaiming_normal_(self.weight)

    def forward(self, x: Tensor) -> Tensor:
        """(N, inputs, H, W) -> (N, outputs, H, W)."""
        return functional.conv2d(x, self.signs() if self.binary else self.weight, padding=1)

    def signs(self) -> Tensor:
        """Of the weights: 1 and -1, of their shape."""
        return reaches(self.weight, self.weight.new_zeros(()), "straight")


def signs_of(network: nn.Module) -> dict[str, Tensor]:
    """By name in its state: int8 in place of the weights of which a binary network knows the signs alone."""
    parts = ((name, part) for name, part in network.named_modules() if isinstance(part, BinaryConv))
    return {f"{name}.weight": part.signs().detach().to(torch.int8) for name, part in parts if part.binary}


class FixedNorm(nn.BatchNorm2d):
    """BatchNorm whose scale and offset, once it has learned, are whole multiples of GRID.

    What it is given, integers or multiples of a power of two, then is scaled without any rounding, so that
    every engine finds the same, and a sign never flips because another one sums in another order.
    """

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> the same shape."""
        if self.training:
            return super().forward(x)
        scale, offset = (on_grid(values, GRID)[:, None, None] for values in self.scale_and_offset())
        return x * scale + offset

    def scale_and_offset(self) -> tuple[Tensor, Tensor]:
        """What it multiplies by and then adds, (C,) each, before they are rounded."""
        assert self.running_mean is not None
        assert self.running_var is not None
        scale = self.weight / (self.running_var + self.eps).sqrt()
        return scale, self.bias - self.running_mean * scale


def on_grid(values: Tensor, step: float) -> Tensor:
    """The nearest whole multiples of `step`, a power of two; gradients pass straight."""
    return rounded(values / step) * step


def on_bytes(weights: Tensor, most: int) -> Tensor:
    """Filters (OC, C, k, k) as int8: whole multiples, at most `most`, of a power of two each.

    Gradients pass straight. The power is found by comparisons, which every engine folds to the same.
    """
    largest = weights.abs().amax(dim=(1, 2, 3), keepdim=True)
    step = torch.full_like(largest, LEAST_STEP)
    for power in range(STEPS):
        twice = torch.full_like(largest, LEAST_STEP * 2 ** (power + 1))
        step = torch.where(largest > most * LEAST_STEP * 2**power, twice, step)
    return rounded((weights / step).clamp(-most, most)) * step


class Stream(nn.Module):
    """Rounds what is real between binary convolutions to int8, in steps of STEP; gradients pass straight.

    A fixed step, as BatchNorm has already decided how large values are: so a build rounds nothing that
    training did not.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Any shape -> the same."""
        return rounded((x / STEP).clamp(-128, 127)) * STEP


class BinaryStep(nn.Module):
    """Signs, binary convolution, BatchNorm, the shortcut added, RPReLU: ReActNet's block without the 1x1.

    RPReLU is PReLU, a slope a channel, with a learned shift before and after it. What it takes and gives is a
    stream; the shortcut is real, as in Bi-Real Net.
    """

    def __init__(self, inputs: int, outputs: int, levels: int) -> None:
        super().__init__()
        self.signs = Signs(inputs, levels)
        self.conv = BinaryConv(inputs, outputs)
        self.norm = FixedNorm(outputs)
        self.before = nn.Parameter(torch.zeros(1, outputs, 1, 1))
        self.slope = nn.PReLU(outputs)
        self.after = nn.Parameter(torch.zeros(1, outputs, 1, 1))
        self.stream = Stream()

    def forward(self, x: Tensor, shortcut: Tensor) -> Tensor:
        """(N, inputs, H, W) and a shortcut (N, outputs, H, W) -> (N, outputs, H, W)."""
        found = self.norm(self.conv(self.signs(x))) + shortcut
        stream: Tensor = self.stream(self.slope(found + on_grid(self.before, GRID)) + self.after)
        return stream


class ResidualSigns(Binarizing):
    """Activations as a sum of M signs with a learned scale each: ReBNet, https://arxiv.org/abs/1711.01243.

    In full precision clipped to -1..1, whose slope is the signs' gradient.
    """

    def __init__(self, levels: int) -> None:
        super().__init__()
        self.scales = nn.Parameter(_first_scales(levels))

    def forward(self, x: Tensor) -> Tensor:
        """Any shape -> the same."""
        return residual_signs(x, self.scales) if self.binary else x.clamp(-1, 1)


class ResidualConv(Binarizing):
    """Convolution, 'same' in size, whose weights are a sum of M signs with a learned scale each.

    BLU-Net's: ReBNet's levels, for weights too; the scales are those of all filters. `groups` as in torch's
    Conv2d; a 2x2 kernel reaches to the right and below.
    """

    def __init__(
        self, inputs: int, outputs: int, kernel: int, levels: int, *, groups: int = 1, bias: bool = True
    ) -> None:
        super().__init__()
        self.groups = groups
        self.padding = kernel // 2
        self.even = kernel % 2 == 0
        self.weight = nn.Parameter(torch.empty(outputs, inputs // groups, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(outputs)) if bias else None
        nn.init.kaiming_normal_(self.weight)
        self.scales = nn.Parameter(_first_scales(levels) * self.weight.detach().std() * 2)

    def forward(self, x: Tensor) -> Tensor:
        """(N, inputs, H, W) -> (N, outputs, H, W)."""
        found = functional.conv2d(x, self.used_weight(), self.bias, padding=self.padding, groups=self.groups)
        return found[..., 1:, 1:] if self.even else found

    def used_weight(self) -> Tensor:
        """What is convolved with."""
        return residual_signs(self.weight, self.scales) if self.binary else self.weight


def _first_scales(levels: int) -> Tensor:
    """M, M - 1, ..., 1, adding up to 1."""
    falling = torch.arange(levels, 0, -1.0)
    return falling / falling.sum()
