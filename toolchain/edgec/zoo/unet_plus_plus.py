"""`unet_plus_plus`: a U-Net with nested skips; 9,048,897 parameters."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from edgec.zoo.blocks import double_conv, doubled, fit_to
from edgec.zoo.network import Network
from edgec.zoo.options import Channels, Up, Widths


class NestedUNet(Network):
    """Each level refines its skip step by step, every step seeing all before it and one from below.

    Node j of level i takes the nodes 0 to j - 1 of its level and node j - 1 of the level below, `doubled`, to
    whose size the others are brought. Takes and gives what `EncoderDecoder` does.
    """

    def __init__(
        self, in_channels: int, out_channels: int, levels: Sequence[int], norm: bool, up: Up
    ) -> None:
        super().__init__()
        self.pool = nn.MaxPool2d(2)
        self.encoder = nn.ModuleList(
            double_conv(i, o, norm) for i, o in zip([in_channels, *levels], levels, strict=False)
        )
        depth = len(levels) - 1
        self._places = [(level, j) for j in range(1, depth + 1) for level in range(depth + 1 - j)]
        self.up = nn.ModuleList(doubled(levels[level + 1], levels[level], up) for level, _ in self._places)
        self.nodes = nn.ModuleList(
            double_conv((j + 1) * levels[level], levels[level], norm) for level, j in self._places
        )
        self.head = nn.Conv2d(levels[0], out_channels, 1)

    def logits(self, x: Tensor) -> Tensor:
        """Of the last node of the finest level; see the class for shapes."""
        done: list[list[Tensor]] = []
        for level in self.encoder:
            x = level(self.pool(x) if done else x)
            done.append([x])
        for (row, j), up, node in zip(self._places, self.up, self.nodes, strict=True):
            raised = up(done[row + 1][j - 1])
            skips = [fit_to(skip, raised.shape[-2], raised.shape[-1]) for skip in done[row]]
            done[row].append(node(torch.cat([*skips, raised], dim=1)))
        found: Tensor = self.head(done[0][-1])
        return found


def unet_plus_plus(
    in_channels: Channels = 1,
    out_channels: Channels = 1,
    widths: Widths = (32, 64, 128, 256),
    bottleneck: Channels | None = None,
    norm: bool = True,
    up: Up = "transposed",
) -> NestedUNet:
    """Zhou et al., 2018, https://arxiv.org/abs/1807.10165, without deep supervision; options as of `unet`."""
    return NestedUNet(in_channels, out_channels, (*widths, bottleneck or 2 * widths[-1]), norm, up)
