"""Redundancy: channels whose feature maps say what those of another do are the first to go."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn

from edgec.learn.batches import Batch
from edgec.learn.prune.groups import Group

Similarity = Literal["pearson", "cosine"]


@dataclass
class _Sums:
    """Of the feature maps of one layer: the pixels, the sum of each channel, the products of each two."""

    pixels: int = 0
    sums: Any = 0
    products: Any = 0

    def add(self, _module: nn.Module, _given: Any, made: Tensor) -> None:
        maps = made.detach().double().transpose(0, 1).flatten(1)
        self.pixels += maps.shape[1]
        self.sums = self.sums + maps.sum(dim=1)
        self.products = self.products + maps @ maps.T

    def similarity(self, kind: Similarity) -> Tensor:
        """(channels, channels), 0 to 1; a map that is all the same is like no other."""
        products: Tensor = self.products / self.pixels
        if kind == "pearson":
            mean = self.sums / self.pixels
            products = products - torch.outer(mean, mean)
        size = products.diagonal().clamp(min=0).sqrt()
        found = (products / torch.outer(size, size).clamp(min=1e-12)).abs().clamp(max=1)
        return found.fill_diagonal_(0)


def by_redundancy(
    network: nn.Module,
    groups: Sequence[Group],
    batches: Iterable[Batch],
    kind: Similarity,
    threshold: float,
) -> list[Tensor]:
    """Scores, float64 (width,), of the feature maps that the makers give for real samples.

    Again and again, of the two channels that are most alike, as long as their Pearson correlation or cosine
    similarity is above `threshold`, the one whose maps have less energy is redundant. It scores 1 minus that
    similarity; a channel that is not redundant 1 plus its share of the group's largest energy. So redundant
    ones go first, and then those that say least. Of several makers the similarity and energy are the means.
    The network is left in the mode that it was in.
    """
    layers = {part.layer for group in groups for part in group.makers}
    sums = _watch(network, layers, batches)
    found = []
    for group in groups:
        alike, energy = list[Tensor](), list[Tensor]()
        for part in group.makers:
            places = torch.tensor(part.places)
            alike.append(sums[part.layer].similarity(kind)[places][:, places])
            energy.append((sums[part.layer].products.diagonal() / sums[part.layer].pixels)[places])
        found.append(_scores(torch.stack(alike).mean(0), torch.stack(energy).mean(0), threshold))
    return found


def _watch(network: nn.Module, layers: Iterable[str], batches: Iterable[Batch]) -> Mapping[str, _Sums]:
    sums = {name: _Sums() for name in layers}
    hooks = [network.get_submodule(name).register_forward_hook(each.add) for name, each in sums.items()]
    training = network.training
    try:
        with torch.no_grad():
            network.eval()
            for batch in batches:
                network(batch["image"])
    finally:
        network.train(training)
        for hook in hooks:
            hook.remove()
    return sums


def _scores(alike: Tensor, energy: Tensor, threshold: float) -> Tensor:
    scores = 1 + energy / energy.max().clamp(min=1e-12)
    left = alike.clone()
    for _ in range(len(left)):
        place = int(left.argmax())
        first, second = divmod(place, len(left))
        highest = float(left[first, second])
        if highest <= threshold:
            break
        gone = first if energy[first] < energy[second] else second
        scores[gone] = 1 - highest
        left[gone] = left[:, gone] = 0
    return scores
