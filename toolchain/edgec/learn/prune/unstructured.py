"""Which single weights stay, by one ranking of all: the network is no smaller, but compresses better."""

import torch
from torch import Tensor, nn
from torch.nn.modules.conv import _ConvNd

from edgec.learn.prune.prune import pack
from edgec.recipe.prune import DEFAULT, PruneRecipe


def weight_masks(network: nn.Module, recipe: PruneRecipe, seed: int) -> dict[str, str]:
    """`Masks.weights` of all convolutions and Linears: the smallest go, or any ("random").

    Han et al., Learning both weights and connections, 2015, https://arxiv.org/abs/1506.02626.
    """
    generator = torch.Generator().manual_seed(seed)
    scores = {
        f"{name}.weight": _scores(layer.weight, recipe, generator)
        for name, layer in network.named_modules()
        if isinstance(layer, _ConvNd | nn.Linear)
    }
    everything = torch.cat([values.flatten() for values in scores.values()])
    going = int(everything.numel() * recipe.ratios.get(DEFAULT, 0.0))
    if going == 0:
        return {}
    limit = everything.kthvalue(going).values
    return {name: pack(values > limit) for name, values in scores.items()}


def _scores(weight: Tensor, recipe: PruneRecipe, generator: torch.Generator) -> Tensor:
    if recipe.method == "random":
        return torch.rand(weight.shape, generator=generator)
    return weight.detach().abs()
