"""`unet_flex`: a U-Net whose decoder has widths of its own, as a pruned one has; 31,036,481 parameters."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from edgec.zoo.network import Network
from edgec.zoo.options import Channels, Widths


def plain_double_conv(inputs: int, outputs: int) -> nn.Sequential:
    """Two 3x3 convolutions without bias, each followed by BatchNorm and ReLU."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
        nn.Conv2d(outputs, outputs, 3, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    )


class FlexibleUNet(Network):
    """A U-Net of any widths: Ronneberger et al., 2015, https://arxiv.org/abs/1505.04597.

    The skip comes first in the concatenation. What is upsampled is brought to the skip's size by bilinear
    interpolation where that differs, so that a map is as high and wide as its image: float32
    (N, in_channels, H, W) -> (N, out_channels, H, W), H and W at least 2 ** levels.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        widths: Sequence[int],
        bottleneck: int,
        decoder: Sequence[int],
    ) -> None:
        super().__init__()
        inputs, deeper = [in_channels, *widths], [*decoder[1:], bottleneck]
        self.encoder = nn.ModuleList(plain_double_conv(i, o) for i, o in zip(inputs, widths, strict=False))
        self.pool = nn.MaxPool2d(2)
        self.bottleneck = plain_double_conv(widths[-1], bottleneck)
        self.up = nn.ModuleList(
            nn.ConvTranspose2d(d, w, 2, stride=2) for d, w in zip(deeper, decoder, strict=True)
        )
        self.decoder = nn.ModuleList(
            plain_double_conv(skip + w, w) for skip, w in zip(widths, decoder, strict=True)
        )
        self.head = nn.Conv2d(decoder[0], out_channels, 1)

    def logits(self, x: Tensor) -> Tensor:
        """See the class for shapes."""
        skips = []
        for level in self.encoder:
            x = level(x)
            skips.append(x)
            x = self.pool(x)
        x = self.bottleneck(x)
        for skip, up, level in zip(reversed(skips), reversed(self.up), reversed(self.decoder), strict=True):
            x = level(torch.cat([skip, _resized(up(x), skip)], dim=1))
        found: Tensor = self.head(x)
        return found


def _resized(x: Tensor, like: Tensor) -> Tensor:
    if x.shape[-2:] == like.shape[-2:]:
        return x
    return functional.interpolate(x, size=like.shape[-2:], mode="bilinear")


def unet_flex(
    in_channels: Channels = 1,
    out_channels: Channels = 1,
    widths: Widths = (64, 128, 256, 512),
    bottleneck: Channels | None = None,
    decoder: Widths | None = None,
) -> FlexibleUNet:
    """`decoder`: its widths, the finest first; by default those of the encoder. See `FlexibleUNet`.

    Raises ValueError where the decoder has not as many levels as the encoder.
    """
    up = decoder or widths
    if len(up) != len(widths):
        raise ValueError(f"decoder has {len(up)} levels and widths {len(widths)}: give one for each level")
    return FlexibleUNet(in_channels, out_channels, widths, bottleneck or 2 * widths[-1], up)
