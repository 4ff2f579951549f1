"""Which channels stay, by their scores: so many of each block, or of one ranking of all."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from edgec.learn.prune.groups import Group, Side
from edgec.learn.prune.masks import GroupMask, Layer
from edgec.learn.prune.narrow import width_of
from edgec.learn.prune.ratios import group_ratios, kept_count
from edgec.recipe.prune import DEFAULT, PruneRecipe


def choose(groups: Sequence[Group], scores: Sequence[Tensor], recipe: PruneRecipe) -> tuple[GroupMask, ...]:
    """The channels of each group that stay, as many as `recipe` says. Raises UsageError for a wrong block."""
    if recipe.granularity == "global":
        wanted = _over_all(scores, recipe.ratios.get(DEFAULT, 0.0))
        ratios = [1 - count / group.width for count, group in zip(wanted, groups, strict=True)]
    else:
        ratios = group_ratios(recipe.ratios, groups)
        wanted = [group.width * (1 - ratio) for group, ratio in zip(groups, ratios, strict=True)]
    return tuple(
        GroupMask(
            block=group.block,
            layer=group.layer,
            layers=tuple(dict.fromkeys(part.layer for part in group.parts)),
            width=group.width,
            ratio=ratio,
            kept=_best(values, kept_count(group.width, count, recipe.multiple)),
            scores=tuple(values.tolist()),
        )
        for group, values, ratio, count in zip(groups, scores, ratios, wanted, strict=True)
    )


def _over_all(scores: Sequence[Tensor], ratio: float) -> list[float]:
    """How many of each group would stay, were the least of all to go; each group's scores have the mean 1."""
    normal = [values / values.mean().clamp(min=torch.finfo(values.dtype).tiny) for values in scores]
    everything = torch.cat(normal).sort().values
    going = int(len(everything) * ratio)
    if going == 0:
        return [float(len(values)) for values in scores]
    limit = everything[going - 1]
    return [float((values > limit).sum()) for values in normal]


def _best(scores: Tensor, count: int) -> tuple[int, ...]:
    """Of equal scores the first stays."""
    return tuple(sorted(torch.argsort(scores, descending=True, stable=True)[:count].tolist()))


def layer_masks(network: nn.Module, groups: Sequence[Group], chosen: Sequence[GroupMask]) -> dict[str, Layer]:
    """What each layer keeps, where it is not all; in the order of the network's definition."""
    gone: dict[str, dict[Side, set[int]]] = {}
    for group, mask in zip(groups, chosen, strict=True):
        going = sorted(set(range(group.width)) - set(mask.kept))
        for part in group.parts:
            if going:
                gone.setdefault(part.layer, {}).setdefault(part.side, set()).update(part.of(going))
    return {
        name: _layer(width_of(layer), gone[name]) for name, layer in network.named_modules() if name in gone
    }


def _layer(width: tuple[int, int], gone: Mapping[Side, set[int]]) -> Layer:
    none, both = set[int](), gone.get("both", set())
    inputs, outputs = both | gone.get("in", none), both | gone.get("out", none)
    return Layer(inputs=_others(width[0], inputs), outputs=_others(width[1], outputs))


def _others(width: int, gone: set[int]) -> tuple[int, ...] | None:
    return tuple(place for place in range(width) if place not in gone) if gone else None
