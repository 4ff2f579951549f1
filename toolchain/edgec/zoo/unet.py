"""`unet`: the plain U-Net with widths 64 to 512 and a bottleneck of 1024; 31,042,369 parameters."""

from functools import partial

from edgec.zoo.blocks import EncoderDecoder, double_conv
from edgec.zoo.options import Channels, Up, Widths


def unet(
    in_channels: Channels = 1,
    out_channels: Channels = 1,
    widths: Widths = (64, 128, 256, 512),
    bottleneck: Channels | None = None,
    norm: bool = True,
    up: Up = "transposed",
) -> EncoderDecoder:
    """Ronneberger et al., 2015, https://arxiv.org/abs/1505.04597, but padded; see `EncoderDecoder`.

    `norm`: BatchNorm behind each convolution, which the paper does not have. `up`: "bilinear" for
    interpolation in place of transposed convolutions.
    """
    return EncoderDecoder(partial(double_conv, norm=norm), widths, bottleneck, in_channels, out_channels, up)
