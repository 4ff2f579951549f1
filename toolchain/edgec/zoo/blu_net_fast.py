"""`blu_net_fast`: a binary U-Net of dense 3x3 convolutions with real shortcuts; 7,861,153 parameters."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from edgec.zoo.binary_blocks import GRID, BinaryStep, FixedNorm, Stream, on_bytes, on_grid
from edgec.zoo.blocks import fit_to
from edgec.zoo.network import Network
from edgec.zoo.options import Channels, Widths
from edgec.zoo.signs import rounded

Levels = Annotated[int, Field(ge=1, le=2)]


PIXEL, OFFSET = 2**-8, 2**-10
"""What an image, and the first convolution's offsets, are whole multiples of: its sums are exact as well."""
FIRST, LAST = 127, 63
"""The largest int8 weights. Without VNNI, MatMulInteger adds two products in 16 bits: 63 cannot overflow."""


class First(nn.Module):
    """The image becomes a stream by a convolution of int8, and goes through one that is binary.

    It is taken as bytes, PIXEL each: from 0 to 1.
    """

    def __init__(self, inputs: int, outputs: int, levels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
        self.norm = FixedNorm(outputs)
        self.stream = Stream()
        self.second = BinaryStep(outputs, outputs, levels)

    def forward(self, image: Tensor) -> Tensor:
        """(N, inputs, H, W) -> (N, outputs, H, W)."""
        image = rounded((image / PIXEL).clamp(0, 255)) * PIXEL
        x = self.stream(self.norm(self.conv(image)) if self.training else self._fixed(image))
        found: Tensor = self.second(x, x)
        return found

    def _fixed(self, image: Tensor) -> Tensor:
        """Convolution and BatchNorm in one, as FixedNorm is."""
        scale, offset = self.norm.scale_and_offset()
        weight = on_bytes(self.conv.weight * scale[:, None, None, None], FIRST)
        return functional.conv2d(image, weight, on_grid(offset, OFFSET), padding=1)


class Last(nn.Conv2d):
    """1x1 convolution of a stream to logits, its weights int8 once it has learned."""

    def forward(self, x: Tensor) -> Tensor:
        """(N, in_channels, H, W) -> (N, out_channels, H, W)."""
        if self.training:
            return super().forward(x)
        assert self.bias is not None
        return functional.conv2d(x, on_bytes(self.weight, LAST), on_grid(self.bias, GRID))


class Down(nn.Module):
    """Half the height and width: the signs are of the largest of four, the shortcut is the first of them."""

    def __init__(self, inputs: int, outputs: int, levels: int) -> None:
        super().__init__()
        self.copies = outputs // inputs
        self.pool = nn.MaxPool2d(2)
        self.first = BinaryStep(inputs, outputs, levels)
        self.second = BinaryStep(outputs, outputs, levels)

    def forward(self, x: Tensor) -> Tensor:
        """(N, inputs, H, W) -> (N, outputs, H / 2, W / 2), rounded down."""
        pooled = self.pool(x)
        shortcut = x[..., : 2 * pooled.shape[-2] : 2, : 2 * pooled.shape[-1] : 2]
        x = self.first(pooled, torch.cat([shortcut] * self.copies, dim=1))
        found: Tensor = self.second(x, x)
        return found


class Joined(nn.Module):
    """What comes from below, twice as high and wide, joins the skip, which is the shortcut too."""

    def __init__(self, deeper: int, outputs: int, levels: int) -> None:
        super().__init__()
        self.first = BinaryStep(outputs + deeper, outputs, levels)
        self.second = BinaryStep(outputs, outputs, levels)

    def forward(self, skip: Tensor, deeper: Tensor) -> Tensor:
        """(N, outputs, H, W) and (N, deeper, h, w) -> (N, outputs, 2 h, 2 w); the skip is cropped to that."""
        up = functional.interpolate(deeper, scale_factor=2, mode="nearest")
        skip = fit_to(skip, up.shape[-2], up.shape[-1])
        x = self.first(torch.cat([skip, up], dim=1), skip)
        found: Tensor = self.second(x, x)
        return found


class FastBinaryUNet(Network):
    """A U-Net whose inner convolutions are xnor and popcount, and whose shortcuts are int8.

    Ronneberger et al., 2015, https://arxiv.org/abs/1505.04597, of ReActNet's blocks (`BinaryStep`). The first
    and the last convolution are int8. Takes images of 0..1; takes and gives else what `EncoderDecoder` does.
    """

    image_range = (0.0, 1.0)

    def __init__(
        self, in_channels: int, out_channels: int, widths: Sequence[int], lowest: int, levels: int
    ) -> None:
        super().__init__()
        deeper = [*widths[1:], lowest]
        self.encoder = nn.ModuleList([First(in_channels, widths[0], levels)])
        self.encoder.extend(Down(i, o, levels) for i, o in pairwise(widths))
        self.bottleneck = Down(widths[-1], lowest, levels)
        self.decoder = nn.ModuleList(Joined(d, w, levels) for d, w in zip(deeper, widths, strict=True))
        self.head = Last(widths[0], out_channels, 1)

    def logits(self, x: Tensor) -> Tensor:
        """See the class."""
        skips = []
        for level in self.encoder:
            x = level(x)
            skips.append(x)
        x = self.bottleneck(x)
        for skip, level in zip(reversed(skips), reversed(self.decoder), strict=True):
            x = level(skip, x)
        found: Tensor = self.head(x)
        return found


def blu_net_fast(
    in_channels: Channels = 1,
    out_channels: Channels = 1,
    widths: Widths = (32, 64, 128, 256),
    bottleneck: Channels | None = None,
    levels: Levels = 1,
) -> FastBinaryUNet:
    """`levels`: bits of an activation. Kernels want widths that are multiples of 32. See `FastBinaryUNet`.

    Raises ValueError where a width is no multiple of the one before: shortcuts are copied to it.
    """
    lowest = bottleneck or 2 * widths[-1]
    for narrow, wide in zip(widths, [*widths[1:], lowest], strict=True):
        if wide % narrow:
            raise ValueError(f"the width {wide} is no multiple of the one before it, {narrow}")
    return FastBinaryUNet(in_channels, out_channels, widths, lowest, levels)
