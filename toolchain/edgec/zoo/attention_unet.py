"""`attention_unet`: a U-Net whose skips pass attention gates; 32,087,813 parameters."""

from functools import partial

import torch
from torch import Tensor, nn

from edgec.zoo.blocks import EncoderDecoder, double_conv
from edgec.zoo.options import Channels, Up, Widths


class AttentionGate(nn.Module):
    """An additive attention gate on the grid of the deeper level (figure 2 of the paper)."""

    def __init__(self, channels: int, gating: int) -> None:
        super().__init__()
        inner = max(channels // 2, 1)
        self.skip = nn.Conv2d(channels, inner, 2, stride=2, bias=False)
        self.gating = nn.Conv2d(gating, inner, 1)
        self.score = nn.Conv2d(inner, 1, 1)
        self.resample = nn.Upsample(scale_factor=2, mode="bilinear")

    def forward(self, skip: Tensor, deeper: Tensor) -> Tensor:
        """`skip` (N, channels, 2h, 2w) times what `deeper` (N, gating, h, w) finds important, 0 to 1."""
        score = self.score(torch.relu(self.skip(skip) + self.gating(deeper)))
        attention: Tensor = self.resample(torch.sigmoid(score))
        return skip * attention


def attention_unet(
    in_channels: Channels = 1,
    out_channels: Channels = 1,
    widths: Widths = (64, 128, 256, 512),
    bottleneck: Channels | None = None,
    norm: bool = True,
    up: Up = "transposed",
) -> EncoderDecoder:
    """Oktay et al., 2018, https://arxiv.org/abs/1804.03999, in two dimensions; options as those of `unet`."""
    block = partial(double_conv, norm=norm)
    return EncoderDecoder(block, widths, bottleneck, in_channels, out_channels, up, AttentionGate)
