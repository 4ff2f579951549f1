"""Logits of a network, whatever its forward gives: what losses are computed on."""

from collections.abc import Callable
from typing import cast

import torch
from torch import Tensor, nn

LogitsFunction = Callable[[Tensor], Tensor]

_ACTIVATIONS = ("SigmoidBackward0", "HardsigmoidBackward0", "SoftmaxBackward0")
"""What torch's autograd calls them."""
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
    """Whether the last that was done for a network's output is a sigmoid or a softmax.

    As in a build (edgec.spec), it is what was done that counts: logits of few networks leave 0..1 before they
    are trained. The output must have been computed with gradients.
    """
    return output.grad_fn is not None and output.grad_fn.name() in _ACTIVATIONS
