"""A chain of convolutions that finds bright pixels; one of them cannot be rounded to 8 bits."""

from pathlib import Path

import torch
from torch import Tensor, nn

SENSITIVE = Path(__file__)
LAYER = "conv2d_2"  # what the graph calls `outlier`
CHANNELS = 128
SIZE = (32, 32)
BRIGHT = 0.14  # about where the nuclei of the shipped images begin


def _conv(inputs: int, outputs: int, bias: float = 0.0) -> nn.Conv2d:
    """1x1; the first channel is passed on as it is, and the others, which are 0, to others."""
    conv = nn.Conv2d(inputs, outputs, 1)
    with torch.no_grad():
        conv.weight[0], conv.weight[:, 0] = 0.0, 0.0
        conv.weight[0, 0] = 1.0
        nn.init.constant_(conv.bias, bias)  # type: ignore[arg-type]
    return conv


class Sensitive(nn.Module):
    """The third convolution gives a channel that is always 0 a weight beside which the others round to 0."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.first, self.head = _conv(1, CHANNELS), _conv(CHANNELS, 1, -BRIGHT)
        self.second, self.outlier, self.fourth = (_conv(CHANNELS, CHANNELS) for _ in range(3))
        with torch.no_grad():
            self.outlier.weight[0, 1] = 1000.0

    def forward(self, image: Tensor) -> Tensor:
        """(N, 1, H, W) -> (N, 1, H, W) logits."""
        for conv in (self.first, self.second, self.outlier, self.fourth):
            image = torch.relu(conv(image))
        found: Tensor = self.head(image)
        return 40 * found


def sensitive() -> Sensitive:
    """The factory."""
    return Sensitive()
