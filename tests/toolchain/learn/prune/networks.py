"""Small networks of the zoo whose numbers are not the trivial ones, pruned at will."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from edgec import zoo
from edgec.learn.prune.choice import choose, layer_masks
from edgec.learn.prune.filters import by_norm
from edgec.learn.prune.groups import Group, coupled_groups
from edgec.learn.prune.masks import GroupMask, Masks
from edgec.recipe import PruneRecipe

SHA256 = "0" * 64
NETWORKS: Mapping[str, dict[str, Any]] = {
    "unet": {"widths": (8, 16)},
    "unet_light": {"widths": (8, 16)},
    "eunet": {"widths": (8, 16)},
    "attention_unet": {"widths": (8, 16)},
    "unet_plus_plus": {"widths": (8, 16)},
    "unet_flex": {"widths": (8, 16), "decoder": (12, 20)},
}


def network_of(name: str, **more: Any) -> nn.Module:
    """Seeded, in eval mode, with BatchNorms that do something."""
    torch.manual_seed(3)
    network = zoo.create(name, **(NETWORKS[name] | more)).eval()
    for part in network.modules():
        if isinstance(part, nn.BatchNorm2d):
            for tensor, low, high in (
                (part.running_mean, -0.2, 0.2),
                (part.running_var, 0.5, 1.5),
                (part.weight, 0.5, 1.5),
                (part.bias, -0.2, 0.2),
            ):
                assert tensor is not None
                nn.init.uniform_(tensor, low, high)
    return network


def image_of(name: str) -> Tensor:
    """(1, C, 32, 32), as the network takes it."""
    channels = zoo.options_of(name)["in_channels"]
    return torch.rand((1, channels, 32, 32), generator=torch.Generator().manual_seed(5))


def masks_of(name: str, network: nn.Module, ratios: Mapping[str, float], multiple: int = 1) -> Masks:
    """Those of L1 norms."""
    groups = coupled_groups(network, image_of(name))
    recipe = PruneRecipe(ratios=dict(ratios), multiple=multiple)
    chosen = choose(groups, by_norm(network, groups, 1), recipe)
    return masks_with(name, network, groups, chosen, recipe)


def masks_with(
    name: str,
    network: nn.Module,
    groups: Sequence[Group],
    chosen: Sequence[GroupMask],
    recipe: PruneRecipe,
) -> Masks:
    """The masks of these choices."""
    return Masks(
        model=name,
        options=NETWORKS[name],
        source_sha256=SHA256,
        method=recipe.method,
        granularity=recipe.granularity,
        ratios=recipe.ratios,
        multiple=recipe.multiple,
        layers=layer_masks(network, groups, chosen),
        groups=tuple(chosen),
    )


def without(network: nn.Module, groups: Sequence[Group], masks: Masks, image: Tensor) -> Tensor:
    """The logits of the whole network where the channels that went are zero wherever they are."""
    hooks = []
    for group, mask in zip(groups, masks.groups, strict=True):
        gone = [channel for channel in range(group.width) if channel not in mask.kept]
        for part in group.parts:
            if part.side != "in":
                layer = network.get_submodule(part.layer)
                hooks.append(layer.register_forward_hook(_zeroing(list(part.of(gone)))))
    with torch.no_grad():
        found: Tensor = network.logits(image)  # type: ignore[operator]
    for hook in hooks:
        hook.remove()
    return found


def _zeroing(places: list[int]) -> Any:
    def hook(_module: nn.Module, _given: Any, made: Tensor) -> Tensor:
        made = made.clone()
        made[:, places] = 0
        return made

    return hook
