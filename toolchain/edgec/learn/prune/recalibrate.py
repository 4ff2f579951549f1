"""BatchNorm's statistics, taken anew: those of a wider network are not a pruned one's."""

from collections.abc import Iterable

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from edgec.learn.batches import Batch


def recalibrate(network: nn.Module, batches: Iterable[Batch]) -> None:
    """Set the running mean and variance of each BatchNorm to their means over the batches.

    All else stays, also the mode that the network is in.
    """
    norms = [part for part in network.modules() if isinstance(part, _BatchNorm) and part.track_running_stats]
    training, momenta = network.training, [norm.momentum for norm in norms]
    network.eval()
    for norm in norms:
        norm.reset_running_stats()
        norm.train()
        norm.momentum = None  # the mean over all
    with torch.no_grad():
        for batch in batches:
            network(batch["image"])
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
    network.train(training)
