"""Network: what every network of the zoo is."""

from abc import ABC, abstractmethod
from typing import ClassVar

import torch
from torch import Tensor, nn


class Network(nn.Module, ABC):
    """Logits, and the probabilities that they mean."""

    image_range: ClassVar[tuple[float, float] | None] = None
    """Beyond which values an image is clipped, where it is."""

    @abstractmethod
    def logits(self, x: Tensor) -> Tensor:
        """One number a pixel and output channel, unbounded: float32 (N, out_channels, H, W)."""

    def forward(self, x: Tensor) -> Tensor:
        """Probabilities: sigmoid of a single channel; softmax over several, of which 0 is the background."""
        found = self.logits(x)
        return torch.sigmoid(found) if found.shape[1] == 1 else torch.softmax(found, dim=1)
