"""Two U-Nets of the zoo, small enough for tests."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from edgec import zoo


def make(widths: Sequence[int] = (4, 8), outputs: int = 1, inputs: int = 1, seed: int = 0) -> nn.Module:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return zoo.create("unet_light", widths=widths, out_channels=outputs, in_channels=inputs)


def teacher() -> nn.Module:
    """Twice as wide as `make()`."""
    return make((8, 16), seed=1)


def drawn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))
