"""What the U-Nets of the zoo share: the encoder, the decoder and the way a skip is brought to size."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

Block = Callable[[int, int], nn.Module]
"""Makes the two convolutions of one level from (channels in, channels out); height and width stay."""


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


class EncoderDecoder(nn.Module):
    """A U-Net of any double convolution: Ronneberger et al., 2015, https://arxiv.org/abs/1505.04597.

    Each level of the encoder is halved by 2x2 max pooling; each level of the decoder is doubled by a 2x2
    transposed convolution, and the skip, brought to the decoder's size, comes after it in the concatenation.

    Takes float32 (N, in_channels, H, W) with H and W of at least 2 ** levels; gives probabilities (sigmoid)
    of shape (N, out_channels, h, w), where h and w are H and W rounded down to a multiple of 2 ** levels:
    the centre of the input. A size that is such a multiple comes back as it is.
    """

    def __init__(
        self,
        block: Block,
        widths: Sequence[int],
        bottleneck: int,
        in_channels: int = 1,
        out_channels: int = 1,
    ) -> None:
        super().__init__()
        inputs = [in_channels, *widths]
        deeper = [*widths[1:], bottleneck]
        self.encoder = nn.ModuleList(block(i, o) for i, o in zip(inputs, widths, strict=False))
        self.pool = nn.MaxPool2d(2)
        self.bottleneck = block(widths[-1], bottleneck)
        self.up = nn.ModuleList(
            nn.ConvTranspose2d(d, w, 2, stride=2) for d, w in zip(deeper, widths, strict=True)
        )
        self.decoder = nn.ModuleList(block(2 * w, w) for w in widths)
        self.head = nn.Conv2d(widths[0], out_channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Probabilities of each output channel; see the class for shapes."""
        skips = []
        for level in self.encoder:
            x = level(x)
            skips.append(x)
            x = self.pool(x)
        x = self.bottleneck(x)
        for skip, up, level in zip(reversed(skips), reversed(self.up), reversed(self.decoder), strict=True):
            x = up(x)
            x = level(torch.cat([x, fit_to(skip, x.shape[-2], x.shape[-1])], dim=1))
        return torch.sigmoid(self.head(x))
