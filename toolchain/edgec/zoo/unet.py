"""`unet`: the plain U-Net with widths 64 to 512 and a bottleneck of 1024; 31,042,369 parameters."""

from torch import nn

from edgec.zoo.blocks import EncoderDecoder


def double_conv(inputs: int, outputs: int) -> nn.Sequential:
    """Two 3x3 convolutions (with bias), each followed by BatchNorm and ReLU."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
        nn.Conv2d(outputs, outputs, 3, padding=1),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    )


def unet() -> nn.Module:
    """One grey channel in, the probability of one class out; shapes as in `EncoderDecoder`."""
    return EncoderDecoder(double_conv, widths=(64, 128, 256, 512), bottleneck=1024)
