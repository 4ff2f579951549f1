"""The Taylor score: what the loss would change by without a channel, told by gradient times weight."""

from collections.abc import Callable, Iterable, Sequence

import torch
from torch import Tensor, nn

from edgec.learn.batches import Batch
from edgec.learn.prune.filters import filters
from edgec.learn.prune.groups import Group


def by_taylor(
    network: nn.Module, groups: Sequence[Group], batches: Iterable[Batch], loss: Callable[[Batch], Tensor]
) -> list[Tensor]:
    """The squared sum of gradient times weight over each channel's filter, float64 (width,).

    The mean over batches; of several makers the sum. `loss` is of the network's answer to a batch. The
    network is in eval mode meanwhile, so that its statistics stay, and is left without gradients. Molchanov
    et al., Importance estimation for neural network pruning, 2019, https://arxiv.org/abs/1906.10771.
    """
    found = [torch.zeros(group.width, dtype=torch.float64) for group in groups]
    training, learned = network.training, [parameter.requires_grad for parameter in network.parameters()]
    network.eval().requires_grad_()
    for count, batch in enumerate(batches, 1):
        network.zero_grad()
        loss(batch).backward()  # type: ignore[no-untyped-call]
        for total, group in zip(found, groups, strict=True):
            total += (_change(network, group) - total) / count
    network.zero_grad()
    for parameter, flag in zip(network.parameters(), learned, strict=True):
        parameter.requires_grad_(flag)
    network.train(training)
    return found


def _change(network: nn.Module, group: Group) -> Tensor:
    total = torch.zeros(group.width, dtype=torch.float64)
    for part in group.makers:
        layer = network.get_submodule(part.layer)
        weight = layer.weight
        assert isinstance(weight, Tensor)
        if weight.grad is not None:  # None where the layer has no say in the loss
            total += filters(weight * weight.grad, layer, part).sum(dim=1)
    return total**2
