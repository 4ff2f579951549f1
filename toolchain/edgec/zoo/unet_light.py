"""`unet_light`: a U-Net of depthwise-separable convolutions, half as wide; 1,513,354 parameters."""

from torch import nn

from edgec.zoo.blocks import EncoderDecoder


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


def unet_light() -> nn.Module:
    """One grey channel in, the probability of one class out; shapes as in `EncoderDecoder`."""
    return EncoderDecoder(double_separable_conv, widths=(32, 64, 128, 256), bottleneck=512)
