"""What the U-Nets of the zoo share: the encoder, the decoder and the way a skip is brought to size."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from edgec.zoo.network import Network
from edgec.zoo.options import Up

Block = Callable[[int, int], nn.Module]
"""Makes the two convolutions of one level from (channels in, channels out); height and width stay."""
Gate = Callable[[int, int], nn.Module]
"""Makes from (channels of the skip, those below) what takes the two, the latter half as high and wide."""


def double_conv(inputs: int, outputs: int, norm: bool = True) -> nn.Sequential:
    """Two 3x3 convolutions (with bias), each followed by BatchNorm (where `norm`) and ReLU."""
    return nn.Sequential(*_conv(inputs, outputs, norm), *_conv(outputs, outputs, norm))


def _conv(inputs: int, outputs: int, norm: bool) -> list[nn.Module]:
    middle = [nn.BatchNorm2d(outputs)] if norm else []
    return [nn.Conv2d(inputs, outputs, 3, padding=1), *middle, nn.ReLU()]


def doubled(inputs: int, outputs: int, up: Up = "transposed") -> nn.Module:
    """Twice the height and width: a 2x2 transposed convolution, or a 1x1 one and bilinear interpolation.

    The 1x1 convolution stands first: the result is the same, for a quarter of the work.
    """
    if up == "transposed":
        return nn.ConvTranspose2d(inputs, outputs, 2, stride=2)
    return nn.Sequential(nn.Conv2d(inputs, outputs, 1), nn.Upsample(scale_factor=2, mode="bilinear"))


class Open(nn.Module):
    """The gate that lets all of a skip through."""

    def forward(self, skip: Tensor, _deeper: Tensor) -> Tensor:
        """`skip` itself."""
        return skip


def fit_to(skip: Tensor, height: int, width: int) -> Tensor:
    """Centre-crop `skip` (N, C, H, W) to (height, width); where it is smaller, pad it evenly with zeros.

    A skip that already fits is returned as it is, so that an exported graph holds no operator for it.
    """
    tall, wide = skip.shape[-2], skip.shape[-1]
    if tall > height or wide > width:
        top, left = max(tall - height, 0) // 2, max(wide - width, 0) // 2
        skip = skip[..., top : top + min(tall, height), left : left + min(wide, width)]
    if tall < height or wide < width:
        down, right = max(height - tall, 0), max(width - wide, 0)
        skip = functional.pad(skip, (right // 2, right - right // 2, down // 2, down - down // 2))
    return skip


class EncoderDecoder(Network):
    """A U-Net of any double convolution: Ronneberger et al., 2015, https://arxiv.org/abs/1505.04597.

    Each level of the encoder is halved by 2x2 max pooling; each level of the decoder is `doubled`, and the
    skip, brought to the decoder's size and through its gate, comes after it in the concatenation.

    Takes float32 (N, in_channels, H, W) with H and W of at least 2 ** levels; gives (N, out_channels, h, w),
    where h and w are H and W rounded down to a multiple of 2 ** levels: the centre of the input. A size that
    is such a multiple comes back as it is. `bottleneck` is twice the last width where it is not given.
    """

    def __init__(
        self,
        block: Block,
        widths: Sequence[int],
        bottleneck: int | None,
        in_channels: int,
        out_channels: int,
        up: Up = "transposed",
        gate: Gate = lambda _skip, _deeper: Open(),
    ) -> None:
        super().__init__()
        lowest = bottleneck or 2 * widths[-1]
        inputs, deeper = [in_channels, *widths], [*widths[1:], lowest]
        self.encoder = nn.ModuleList(block(i, o) for i, o in zip(inputs, widths, strict=False))
        self.pool = nn.MaxPool2d(2)
        self.bottleneck = block(widths[-1], lowest)
        self.up = nn.ModuleList(doubled(d, w, up) for d, w in zip(deeper, widths, strict=True))
        self.gate = nn.ModuleList(gate(w, d) for d, w in zip(deeper, widths, strict=True))
        self.decoder = nn.ModuleList(block(2 * w, w) for w in widths)
        self.head = nn.Conv2d(widths[0], out_channels, 1)

    def logits(self, x: Tensor) -> Tensor:
        """See the class for shapes."""
        skips = []
        for level in self.encoder:
            x = level(x)
            skips.append(x)
            x = self.pool(x)
        x = self.bottleneck(x)
        for skip, up, level, gate in zip(
            reversed(skips), reversed(self.up), reversed(self.decoder), reversed(self.gate), strict=True
        ):
            deeper, x = x, up(x)
            x = level(torch.cat([x, gate(fit_to(skip, x.shape[-2], x.shape[-1]), deeper)], dim=1))
        found: Tensor = self.head(x)
        return found
