"""`eunet`: an efficient U-Net with large-kernel attention; 6,434,463 parameters for three channels in."""

from collections.abc import Sequence

from torch import Tensor, nn

from edgec.zoo.blocks import fit_to
from edgec.zoo.network import Network
from edgec.zoo.options import Channels, Widths


def separable(inputs: int, outputs: int) -> nn.Sequential:
    """3x3 depthwise, then 1x1, both with bias."""
    return nn.Sequential(
        nn.Conv2d(inputs, inputs, 3, padding=1, groups=inputs), nn.Conv2d(inputs, outputs, 1)
    )


def space_to_depth_conv(inputs: int, outputs: int) -> nn.Sequential:
    """SPD-Conv: Sunkara and Luo, 2022, https://arxiv.org/abs/2208.03641; half the height and width.

    Moving each 2x2 pixels into channels and a 1x1 convolution of those are a 2x2 convolution of stride 2 with
    as many weights, which is written here because engines run it without moving anything.
    """
    return nn.Sequential(nn.Conv2d(inputs, outputs, 2, stride=2, bias=False), nn.BatchNorm2d(outputs))


class Efficient(nn.Module):
    """Two separable convolutions, the later ones behind BatchNorm and Hardswish, beside a 1x1 shortcut.

    `first` has neither before its own first: it takes the image.
    """

    def __init__(self, inputs: int, outputs: int, first: bool = False) -> None:
        super().__init__()
        before = [] if first else [nn.BatchNorm2d(inputs), nn.Hardswish()]
        self.body = nn.Sequential(
            *before,
            separable(inputs, outputs),
            nn.BatchNorm2d(outputs),
            nn.Hardswish(),
            separable(outputs, outputs),
        )
        self.shortcut = nn.Conv2d(inputs, outputs, 1, bias=False)
        self.activation = nn.Hardswish()

    def forward(self, x: Tensor) -> Tensor:
        """(N, inputs, H, W) -> (N, outputs, H, W)."""
        found: Tensor = self.activation(self.body(x) + self.shortcut(x))
        return found


class LargeKernelAttention(nn.Module):
    """Guo et al., 2022, Visual Attention Network, https://arxiv.org/abs/2202.09741: sees 23x23 pixels."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.before = nn.Sequential(nn.Conv2d(channels, channels, 1), nn.GELU())
        self.attention = nn.Sequential(
            nn.Conv2d(channels, channels, 5, padding=2, groups=channels),
            nn.Conv2d(channels, channels, 7, padding=9, dilation=3, groups=channels),
            nn.Conv2d(channels, channels, 1),
        )
        self.after = nn.Conv2d(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """The shape stays."""
        inner = self.before(x)
        found: Tensor = x + self.after(inner * self.attention(inner))
        return found


class EfficientUNet(Network):
    """SPD-Conv between the levels, attention at the lowest, skips that are added.

    Takes and gives what `edgec.zoo.blocks.EncoderDecoder` does.
    """

    def __init__(self, in_channels: int, out_channels: int, widths: Sequence[int], bottleneck: int) -> None:
        super().__init__()
        deeper = [*widths[1:], bottleneck]
        self.encoder = nn.ModuleList(
            [Efficient(in_channels, widths[0], first=True), *(Efficient(w, w) for w in widths[1:])]
        )
        self.down = nn.ModuleList(space_to_depth_conv(w, d) for w, d in zip(widths, deeper, strict=True))
        self.bottleneck = LargeKernelAttention(bottleneck)
        self.up = nn.ModuleList(
            nn.ConvTranspose2d(d, w, 2, stride=2) for d, w in zip(deeper, widths, strict=True)
        )
        self.decoder = nn.ModuleList(Efficient(w, w) for w in widths)
        self.head = nn.Conv2d(widths[0], out_channels, 1)

    def logits(self, x: Tensor) -> Tensor:
        """See the class for shapes."""
        skips = []
        for level, down in zip(self.encoder, self.down, strict=True):
            x = level(x)
            skips.append(x)
            x = down(x)
        x = self.bottleneck(x)
        for skip, up, level in zip(reversed(skips), reversed(self.up), reversed(self.decoder), strict=True):
            x = up(x)
            x = level(x + fit_to(skip, x.shape[-2], x.shape[-1]))
        found: Tensor = self.head(x)
        return found


def eunet(
    in_channels: Channels = 3,
    out_channels: Channels = 1,
    widths: Widths = (64, 128, 256, 512),
    bottleneck: Channels | None = None,
) -> EfficientUNet:
    """A U-Net of SPD-Conv, separable convolutions and large-kernel attention; see `EfficientUNet`.

    `bottleneck` is the last width where it is not given. With the widths 96, 192, 432 and 800 it has
    15,981,359 parameters, the 16 M at which it was published.
    """
    return EfficientUNet(in_channels, out_channels, widths, bottleneck or widths[-1])
