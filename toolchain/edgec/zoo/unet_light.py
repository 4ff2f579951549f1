"""`unet_light`: a U-Net of depthwise-separable convolutions, half as wide; 1,513,354 parameters."""

from torch import nn

from edgec.zoo.blocks import EncoderDecoder
from edgec.zoo.options import Channels, Widths


def separable_conv(inputs: int, outputs: int) -> nn.Sequential:
    """3x3 depthwise, then 1x1, both without bias, then one BatchNorm and ReLU (MobileNet with one norm)."""
    return nn.Sequential(
        nn.Conv2d(inputs, inputs, 3, padding=1, groups=inputs, bias=False),
        nn.Conv2d(inputs, outputs, 1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    )


def double_separable_conv(inputs: int, outputs: int) -> nn.Sequential:
    """Two separable convolutions."""
    return nn.Sequential(separable_conv(inputs, outputs), separable_conv(outputs, outputs))


def unet_light(
    in_channels: Channels = 1,
    out_channels: Channels = 1,
    widths: Widths = (32, 64, 128, 256),
    bottleneck: Channels | None = None,
) -> EncoderDecoder:
    """The U-Net of Ronneberger et al. with the separable convolutions of MobileNet; see `EncoderDecoder`.

    Howard et al., 2017, https://arxiv.org/abs/1704.04861, with one BatchNorm for the two in place of two.
    """
    return EncoderDecoder(double_separable_conv, widths, bottleneck, in_channels, out_channels)
