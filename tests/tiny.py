"""A U-Net small enough for tests, as a user's own file would hold it."""

from pathlib import Path

import torch
from torch import Tensor, nn

TINY = Path(__file__)


def block(inputs: int, outputs: int) -> nn.Sequential:
    conv = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outputs), nn.ReLU())


class TinyUNet(nn.Module):
    """Two levels, 4 and 8 channels; `outputs` logits a pixel."""

    def __init__(self, inputs: int = 1, outputs: int = 1) -> None:
        super().__init__()
        self.down, self.inner = block(inputs, 4), block(4, 8)
        self.pool, self.up = nn.MaxPool2d(2), nn.ConvTranspose2d(8, 4, 2, stride=2)
        self.join, self.head = block(8, 4), nn.Conv2d(4, outputs, 1)

    def forward(self, image: Tensor) -> Tensor:
        """(N, inputs, H, W) -> (N, outputs, H, W), H and W even."""
        skip = self.down(image)
        up = self.up(self.inner(self.pool(skip)))
        found: Tensor = self.head(self.join(torch.cat([up, skip], 1)))
        return found


def make(inputs: int = 1, outputs: int = 1) -> TinyUNet:
    """Seeded, with BatchNorm statistics that are not the trivial ones."""
    torch.manual_seed(7)
    network = TinyUNet(inputs, outputs)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            assert module.running_mean is not None
            assert module.running_var is not None
            nn.init.uniform_(module.running_mean, -0.2, 0.2)
            nn.init.uniform_(module.running_var, 0.5, 1.5)
    return network


def balanced(network: TinyUNet) -> TinyUNet:
    """The same in eval mode, its head moved so that it finds each of its classes in noise."""
    network.eval()
    with torch.no_grad():
        found = network(torch.rand(1, network.down[0].in_channels, 32, 48))
        network.head.bias -= found.mean(dim=(0, 2, 3))
    return network


def binary() -> TinyUNet:
    """One grey channel, one class."""
    return make()


def one_more_conv() -> TinyUNet:
    """`binary`, with a 1x1 convolution before its head."""
    network = make()
    network.head = nn.Sequential(nn.Conv2d(4, 4, 1), network.head)
    return network


def three_classes() -> TinyUNet:
    """Colour in, three classes out."""
    return make(3, 3)


def colour() -> TinyUNet:
    """Colour in, one class."""
    return make(3)
