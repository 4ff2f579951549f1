"""`blu_net`: the binary, separable U-Net with residual levels, as published; 3,901,633 parameters."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from edgec.zoo.binary_blocks import ResidualConv, ResidualSigns
from edgec.zoo.blocks import fit_to
from edgec.zoo.network import Network
from edgec.zoo.options import Channels, Widths

Levels = Annotated[int, Field(ge=1, le=3)]


def separable(inputs: int, outputs: int, kernel: int, levels: int, norm: bool) -> nn.Sequential:
    """Depthwise and 1x1 with nothing binarized between them, BatchNorm where `norm`, residual signs."""
    return nn.Sequential(
        ResidualConv(inputs, inputs, kernel, levels, groups=inputs, bias=False),
        ResidualConv(inputs, outputs, 1, levels),
        *([nn.BatchNorm2d(outputs)] if norm else []),
        ResidualSigns(levels),
    )


def double_separable(inputs: int, outputs: int, levels: int, norm: bool) -> nn.Sequential:
    """Two 3x3 ones."""
    return nn.Sequential(
        separable(inputs, outputs, 3, levels, norm), separable(outputs, outputs, 3, levels, norm)
    )


class BinaryUNet(Network):
    """BLU-Net: a separable U-Net with residual binarization, https://github.com/ChengZhang-98/BLU-Net.

    All but the first and the last convolution have binary weights and binary activations, of `levels` levels
    each with scalar scales (ReBNet); what a depthwise convolution gives its 1x1 is real. Upsampling is by
    nearest neighbour and a 2x2 convolution. Takes and gives what `EncoderDecoder` does.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        widths: Sequence[int],
        lowest: int,
        levels: int,
        norm: bool,
    ) -> None:
        super().__init__()
        deeper = [*widths[1:], lowest]
        first = nn.Sequential(
            nn.Conv2d(in_channels, widths[0], 3, padding=1),
            *([nn.BatchNorm2d(widths[0])] if norm else []),
            ResidualSigns(levels),
            separable(widths[0], widths[0], 3, levels, norm),
        )
        self.encoder = nn.ModuleList([first])
        self.encoder.extend(double_separable(i, o, levels, norm) for i, o in pairwise(widths))
        self.pool = nn.MaxPool2d(2)
        self.bottleneck = double_separable(widths[-1], lowest, levels, norm)
        self.up = nn.ModuleList(separable(d, w, 2, levels, norm) for d, w in zip(deeper, widths, strict=True))
        self.decoder = nn.ModuleList(double_separable(2 * w, w, levels, norm) for w in widths)
        self.head = nn.Conv2d(widths[0], out_channels, 1)

    def logits(self, x: Tensor) -> Tensor:
        """See the class."""
        skips = []
        for level in self.encoder:
            x = level(x)
            skips.append(x)
            x = self.pool(x)
        x = self.bottleneck(x)
        for skip, up, level in zip(reversed(skips), reversed(self.up), reversed(self.decoder), strict=True):
            x = up(functional.interpolate(x, scale_factor=2, mode="nearest"))
            x = level(torch.cat([fit_to(skip, x.shape[-2], x.shape[-1]), x], dim=1))
        found: Tensor = self.head(x)
        return found


def blu_net(
    in_channels: Channels = 1,
    out_channels: Channels = 1,
    widths: Widths = (64, 128, 256, 512),
    bottleneck: Channels | None = None,
    levels: Levels = 3,
    norm: bool = False,
) -> BinaryUNet:
    """`levels`: of weights and of activations; `norm`: with BatchNorm, as not published. See `BinaryUNet`."""
    return BinaryUNet(in_channels, out_channels, widths, bottleneck or 2 * widths[-1], levels, norm)
