"""Logits of a network, whatever its forward gives: what losses are computed on."""

from collections.abc import Callable
from typing import cast

import torch
from torch import Tensor, nn

LogitsFunction = Callable[[Tensor], Tensor]

_LEAST = 1e-6  # of a probability whose logarithm is taken


def logits_function(network: nn.Module, *, probabilities: bool) -> LogitsFunction:
    """Image batch (N, C, H, W) -> logits (N, K, H, W), as the loss wants them.

    A network of the zoo has a method `logits`. Of another the forward's output is taken: as logits, or, where
    it is `probabilities`, turned back into logits.
    """
    own = getattr(network, "logits", None)
    if callable(own):
        return cast(LogitsFunction, own)
    if not probabilities:
        return network

    def from_probabilities(images: Tensor) -> Tensor:
        found: Tensor = network(images)
        return torch.logit(found, _LEAST) if found.shape[1] == 1 else torch.log(found.clamp(min=_LEAST))

    return from_probabilities


def are_probabilities(output: Tensor) -> bool:
    """Whether what a network gives, (N, K, H, W), lies in 0..1 and, of several channels, adds up to 1."""
    if bool((output < 0).any()) or bool((output > 1).any()):
        return False
    sums = output.sum(dim=1)
    return output.shape[1] == 1 or bool(torch.allclose(sums, torch.ones_like(sums), atol=1e-4))
