"""Which channels of a network go together, as torch-pruning's dependency graph finds them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import torch
import torch_pruning
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.conv import _ConvNd

from edgec.errors import UsageError
from edgec.learn.prune.narrow import can_narrow, is_depthwise
from edgec.zoo.levels import level_names

Side = Literal["in", "out", "both"]


@dataclass(frozen=True)
class Part:
    """Where a group's channels are in a layer: channel i of the group is its channel `places[i]`.

    `side`: "both" where what goes in comes out, in a depthwise convolution and in BatchNorm.
    """

    layer: str
    side: Side
    places: tuple[int, ...]

    def of(self, channels: Sequence[int]) -> tuple[int, ...]:
        """The layer's places of some of the group's channels."""
        return tuple(self.places[channel] for channel in channels)


@dataclass(frozen=True)
class Group:
    """Channels that go or stay in all `parts` at once; `makers`: the parts whose filters compute them."""

    width: int
    makers: tuple[Part, ...]
    parts: tuple[Part, ...]
    blocks: tuple[str, ...]

    @property
    def block(self) -> str:
        """That of its first maker, in the order of the network's definition."""
        return self.blocks[0]

    @property
    def layer(self) -> str:
        """Its first maker."""
        return self.makers[0].layer


def coupled_groups(network: nn.Module, example: Tensor) -> tuple[Group, ...]:
    """The groups whose channels may go, in the order of the network's definition.

    `example`: an image batch (1, C, H, W) of a size that the network halves evenly. Channels of the image and
    of the output are in none, nor are those that a layer takes or gives which cannot be narrowed.

    The dependency graph: Fang et al., DepGraph, 2023, https://arxiv.org/abs/2301.12900. Raises UsageError
    where the network cannot be followed.
    """
    names = {module: name for name, module in network.named_modules()}
    order = {name: place for place, name in enumerate(names.values())}
    levels = level_names(network)
    found = [
        _group(parts, order, levels)
        for group in _dependencies(network, example)
        for parts in _independent(group, names)
        if all(can_narrow(network.get_submodule(part.layer)) for part in parts)
    ]
    usable = [group for group in found if group is not None]
    if not usable:
        raise UsageError("the network has no channels that may go: nothing can be pruned")
    return tuple(sorted(usable, key=lambda group: order[group.layer]))


def _dependencies(network: nn.Module, example: Tensor) -> list[Any]:
    """torch-pruning's groups: lists of items with a dependency, its places and those of the first."""
    learned = [parameter.requires_grad for parameter in network.parameters()]
    training = network.training
    try:
        network.eval().requires_grad_()
        graph = torch_pruning.DependencyGraph()
        with torch.enable_grad():
            graph.build_dependency(network, example_inputs=example, forward_fn=_run, verbose=False)
        return list(graph.get_all_groups(root_module_types=[_ConvNd, nn.Linear]))
    except (RuntimeError, ValueError, TypeError, KeyError, IndexError) as error:
        raise UsageError(
            f"the network's channels cannot be followed ({error}): prune a network of `edgec models`, or one "
            "of plain modules, and give an image size that it halves evenly"
        ) from error
    finally:
        for parameter, flag in zip(network.parameters(), learned, strict=True):
            parameter.requires_grad_(flag)
        network.train(training)


def _run(network: nn.Module, image: Tensor) -> list[Tensor]:
    """The network's answer, and apart from it each map of one channel.

    Such a map is multiplied into all channels of another without being coupled to them. The hooks come behind
    those that torch-pruning has set by now, which see the maps as they were made.
    """
    apart: list[Tensor] = []

    def single(_module: nn.Module, _given: Any, made: Tensor) -> Tensor | None:
        if made.shape[1] > 1:
            return None
        apart.append(made)
        return made.detach()

    layers = [module for module in network.modules() if isinstance(module, _ConvNd | nn.Linear)]
    hooks = [module.register_forward_hook(single) for module in layers]
    try:
        made = [network(image), *apart]
    finally:
        for hook in hooks:
            hook.remove()
    return [tensor for tensor in made if tensor.grad_fn is not None]


def _independent(group: Any, names: dict[nn.Module, str]) -> Iterator[tuple[Part, ...]]:
    """The parts of channels that have the same makers and takers: a concatenation only joins them."""
    at: dict[int, list[tuple[str, Side, int]]] = {}
    for item in group:
        layer = item.dep.target.module
        if layer not in names:
            if isinstance(layer, nn.Parameter):
                return  # a tensor outside of any layer
            continue
        for place, root in zip(item.idxs, item.root_idxs, strict=True):
            at.setdefault(root, []).append((names[layer], _side(item, layer), place))
    alike: dict[tuple[tuple[str, Side], ...], list[list[int]]] = {}
    for root in sorted(at):
        entries = sorted(at[root])
        key = tuple((layer, side) for layer, side, _ in entries)
        alike.setdefault(key, []).append([place for _, _, place in entries])
    for key, rows in alike.items():
        columns = zip(*rows, strict=True)
        yield tuple(Part(*where, tuple(column)) for where, column in zip(key, columns, strict=True))


def _side(item: Any, layer: nn.Module) -> Side:
    if isinstance(layer, _BatchNorm) or is_depthwise(layer):
        return "both"
    return "out" if "out" in item.dep.handler.__name__ else "in"


def _group(parts: tuple[Part, ...], order: dict[str, int], levels: Sequence[str]) -> Group | None:
    """None where the channels are the image's, which nothing makes, or the output's, which nothing takes."""
    ordered = tuple(sorted(parts, key=lambda part: order[part.layer]))
    makers = tuple(part for part in ordered if part.side == "out")
    if not makers or not any(part.side == "in" for part in parts):
        return None
    blocks = tuple(dict.fromkeys(_level(maker.layer, levels) for maker in makers))
    return Group(len(parts[0].places), makers, ordered, blocks)


def _level(layer: str, levels: Sequence[str]) -> str:
    return next((level for level in levels if f"{layer}.".startswith(f"{level}.")), layer)
