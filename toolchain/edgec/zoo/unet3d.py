"""`unet3d`: a U-Net for volumes; 19,072,769 parameters, 19,069,955 as published."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from edgec.zoo.network import Network
from edgec.zoo.options import Channels, Widths


def volume_conv(inputs: int, outputs: int, norm: bool) -> list[nn.Module]:
    """A 3x3x3 convolution (with bias), BatchNorm (where `norm`) and ReLU."""
    middle = [nn.BatchNorm3d(outputs)] if norm else []
    return [nn.Conv3d(inputs, outputs, 3, padding=1), *middle, nn.ReLU()]


class VolumeUNet(Network):
    """A U-Net whose channels double before each pooling, so that no level is a bottleneck.

    Takes float32 (N, in_channels, D, H, W), each of D, H and W at least 2 ** levels; gives
    (N, out_channels, D, H, W). What is upsampled is padded with zeros at its far ends to the skip's size.
    """

    def __init__(self, in_channels: int, out_channels: int, levels: Sequence[int], norm: bool) -> None:
        super().__init__()

        def down(inputs: int, outputs: int) -> nn.Sequential:
            half = max(outputs // 2, 1)
            return nn.Sequential(*volume_conv(inputs, half, norm), *volume_conv(half, outputs, norm))

        def up(inputs: int, outputs: int) -> nn.Sequential:
            return nn.Sequential(*volume_conv(inputs, outputs, norm), *volume_conv(outputs, outputs, norm))

        widths, deeper = levels[:-1], levels[1:]
        self.encoder = nn.ModuleList(down(i, o) for i, o in zip([in_channels, *levels], levels, strict=False))
        self.pool = nn.MaxPool3d(2)
        self.up = nn.ModuleList(nn.ConvTranspose3d(d, d, 2, stride=2, bias=False) for d in deeper)
        self.decoder = nn.ModuleList(up(w + d, w) for w, d in zip(widths, deeper, strict=True))
        self.head = nn.Conv3d(levels[0], out_channels, 1)

    def logits(self, x: Tensor) -> Tensor:
        """One number a voxel and output channel; see the class for shapes."""
        skips: list[Tensor] = []
        for level in self.encoder:
            x = level(self.pool(x) if skips else x)
            skips.append(x)
        skips.pop()
        for skip, up, level in zip(reversed(skips), reversed(self.up), reversed(self.decoder), strict=True):
            x = level(torch.cat([skip, _padded(up(x), skip)], dim=1))
        found: Tensor = self.head(x)
        return found


def _padded(x: Tensor, like: Tensor) -> Tensor:
    missing = [wanted - has for wanted, has in zip(like.shape[2:], x.shape[2:], strict=True)]
    ends = [end for gap in reversed(missing) for end in (0, gap)]
    return functional.pad(x, ends) if any(missing) else x


def unet3d(
    in_channels: Channels = 1,
    out_channels: Channels = 1,
    widths: Widths = (64, 128, 256),
    bottleneck: Channels | None = None,
    norm: bool = True,
) -> VolumeUNet:
    """Cicek et al., 2016, https://arxiv.org/abs/1606.06650, but padded; see `VolumeUNet`.

    The paper's count is that of three channels in and out, without those of BatchNorm. A volume is no image:
    bundles are not made of this network; torch exports it to ONNX.
    """
    return VolumeUNet(in_channels, out_channels, (*widths, bottleneck or 2 * widths[-1]), norm)
