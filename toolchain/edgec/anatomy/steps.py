"""A network as the tensors that it makes one after the other, found without computing any of them."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, fx, nn

from edgec.zoo.levels import level_names, level_of

CONVOLUTIONS = ("conv2d", "conv3d")
TRANSPOSED = ("conv_transpose2d", "conv_transpose3d")


@dataclass(frozen=True)
class Step:
    """One operator and the tensor that it makes.

    `module`: the innermost that runs it, by its path, and `level`: which of `level_names` holds that; both ""
    for the network itself.
    `sources`: the steps whose tensors it reads; -1 is the image.
    """

    operator: str
    module: str
    level: str
    sources: tuple[int, ...]
    shape: tuple[int, ...]
    macs: int
    node: fx.Node


def trace(network: nn.Module, shape: tuple[int, ...]) -> list[Step]:
    """The steps of a network on the meta device for one input of `shape` (1, C, H, W) or (1, C, D, H, W)."""
    levels = level_names(network)
    program = torch.export.export(network.eval(), (torch.zeros(shape, device="meta"),))
    (image,) = program.graph_signature.user_inputs
    places: dict[str, int] = {str(image): -1}
    steps = list[Step]()
    for node in program.graph.nodes:
        if node.op == "call_function":
            sources = tuple(places[entry.name] for entry in node.all_input_nodes if entry.name in places)
            if not sources:  # of weights alone: done once
                continue
            places[node.name] = len(steps)
            module, made = _module(node), tuple(node.meta["val"].shape)
            level = level_of(module, levels)
            steps.append(Step(_operator(node), module, level, sources, made, _macs(node), node))
    return steps


def _operator(node: fx.Node) -> str:
    """``conv2d`` of aten.conv2d.default."""
    return str(node.target).split(".")[1]


def _module(node: fx.Node) -> str:
    stack = list(node.meta.get("nn_module_stack", {}).values())
    return str(stack[-1][0]) if stack else ""


def _macs(node: fx.Node) -> int:
    """Of a convolution: its weights times the positions that each is used at; else none."""
    operator = _operator(node)
    if operator not in CONVOLUTIONS + TRANSPOSED:
        return 0
    source, weight = (_tensor(node, place) for place in (0, 1))
    places = source if operator in TRANSPOSED else node.meta["val"]
    return math.prod(weight.shape) * math.prod(places.shape[2:])


def _tensor(node: fx.Node, place: int) -> Tensor:
    argument = node.args[place]
    assert isinstance(argument, fx.Node)
    found: Tensor = argument.meta["val"]
    return found
