"""The weights that a pruned network begins its training with."""

import copy

import torch
from torch import nn

from edgec.recipe.prune import Reinit


def starting_weights(pruned: nn.Module, early: nn.Module | None, reinit: Reinit, seed: int) -> nn.Module:
    """A network to be trained: with the weights of `pruned`, with new ones, or with those of `early`.

    `early`: the network of an early epoch, pruned in the same way. Of new weights, every layer draws those
    that torch gives it by default, from `seed`.

    Rewinding: Renda et al., Comparing rewinding and fine-tuning, 2020, https://arxiv.org/abs/2003.02389.
    """
    if reinit == "rewind":
        assert early is not None
        found = copy.deepcopy(early)
    else:
        found = copy.deepcopy(pruned)
    if reinit == "random":
        _draw(found, seed)
    return found.requires_grad_()


def _draw(network: nn.Module, seed: int) -> None:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for part in network.modules():
            reset = getattr(part, "reset_parameters", None)
            if callable(reset):
                reset()
