"""What the filters of a layer are like: how large, and how much of them is zero."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

_TRANSPOSED = (nn.ConvTranspose2d, nn.ConvTranspose3d)


@dataclass(frozen=True)
class Filters:
    """`count` filters, one for each channel of the output, by their L2 norms.

    `std`: of all of them, not an estimate from some. `sparsity`: the share of the weights that are exactly
    zero, 0..1.
    """

    count: int
    mean: float
    least: float
    most: float
    std: float
    sparsity: float


def filters_of(module: nn.Module) -> Filters | None:
    """Of the module's own `weight`; of a norm the filters are its scales. None where it has no weights."""
    weight = getattr(module, "weight", None)
    if not isinstance(weight, Tensor) or weight.numel() == 0:
        return None
    norms = filter_norms(module, weight.detach())
    return Filters(
        count=len(norms),
        mean=float(norms.mean()),
        least=float(norms.min()),
        most=float(norms.max()),
        std=float(norms.std(correction=0)),
        sparsity=float((weight == 0).float().mean()),
    )


def filter_norms(module: nn.Module, weight: Tensor) -> Tensor:
    """The L2 norm of each channel's weights, float64 (channels,).

    Channels of the output come first in a weight, but in that of a transposed convolution, whose second axis
    counts them within each group.
    """
    values = weight.double()
    if isinstance(module, _TRANSPOSED):
        groups = values.reshape(module.groups, -1, *values.shape[1:])
        values = groups.transpose(1, 2).flatten(0, 1)
    rows = values.flatten(1) if values.ndim > 1 else values[:, None]
    norms: Tensor = torch.linalg.vector_norm(rows, dim=1)
    return norms
