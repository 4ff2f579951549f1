"""Scores that the weights alone tell: the norms of filters, the size of BatchNorm's scale; and chance."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.conv import _ConvTransposeNd

from edgec.errors import UsageError
from edgec.learn.prune.groups import Group, Part


def by_norm(network: nn.Module, groups: Sequence[Group], power: int) -> list[Tensor]:
    """The L1 or L2 norm of each channel's filter, float64 (width,); of several makers the mean.

    Li et al., Pruning filters for efficient ConvNets, 2017, https://arxiv.org/abs/1608.08710.
    """
    return [_norms(network, group, power) for group in groups]


def by_batchnorm(network: nn.Module, groups: Sequence[Group]) -> list[Tensor]:
    """The size of each channel's scale in BatchNorm; where there is none, the L2 norm of its filter.

    Liu et al., Network slimming, 2017, https://arxiv.org/abs/1708.06519. Raises UsageError where no group has
    a BatchNorm.
    """
    found = [_scales(network, group) for group in groups]
    if all(scales is None for scales in found):
        raise UsageError(
            "the network has no BatchNorm to rank channels by: choose another method, such as l1"
        )
    return [
        _norms(network, group, 2) if scales is None else scales
        for group, scales in zip(groups, found, strict=True)
    ]


def at_random(groups: Sequence[Group], seed: int) -> list[Tensor]:
    """Random numbers: the control that every method has to beat."""
    generator = torch.Generator().manual_seed(seed)
    return [torch.rand(group.width, generator=generator, dtype=torch.float64) for group in groups]


def filters(weight: Tensor, layer: nn.Module, part: Part) -> Tensor:
    """The rows of a layer's weight (or of what has its shape) that make the group's channels: (width, n)."""
    rows = weight.transpose(0, 1) if isinstance(layer, _ConvTransposeNd) else weight
    return rows.detach().double().flatten(1)[list(part.places)]


def _norms(network: nn.Module, group: Group, power: int) -> Tensor:
    found = []
    for part in group.makers:
        layer = network.get_submodule(part.layer)
        weight = layer.weight
        assert isinstance(weight, Tensor)
        found.append(torch.linalg.vector_norm(filters(weight, layer, part), ord=power, dim=1))
    return torch.stack(found).mean(dim=0)


def _scales(network: nn.Module, group: Group) -> Tensor | None:
    found = []
    for part in group.parts:
        layer = network.get_submodule(part.layer)
        if isinstance(layer, _BatchNorm) and layer.affine:
            found.append(layer.weight.detach().double().abs()[list(part.places)])
    return torch.stack(found).mean(dim=0) if found else None
