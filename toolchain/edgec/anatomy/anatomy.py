"""dissect(): the numbers of a network and of its levels."""

from dataclasses import dataclass

from torch import nn

from edgec.anatomy.memory import alive
from edgec.anatomy.sight import receptive_field
from edgec.anatomy.steps import Step, trace
from edgec.zoo.levels import level_names


@dataclass(frozen=True)
class Level:
    """A part of a network.

    `output`: channels, (depth,) height and width of what it makes last. `macs` of one image. `memory`: bytes
    of float32 that are held at most while it runs. `receptive_field`: height in pixels of the part of the
    image that a pixel of the output sees.
    """

    name: str
    output: tuple[int, ...]
    parameters: int
    macs: int
    memory: int
    receptive_field: int


@dataclass(frozen=True)
class Anatomy:
    """A network for one image of `input`, (C, H, W) or (C, D, H, W); the numbers as those of a `Level`."""

    input: tuple[int, ...]
    output: tuple[int, ...]
    parameters: int
    macs: int
    memory: int
    receptive_field: int
    levels: tuple[Level, ...]


def dissect(network: nn.Module, shape: tuple[int, ...]) -> Anatomy:
    """Take apart a network on the meta device, where nothing is computed; `shape` as in `Anatomy.input`.

    Levels are its modules that have parameters, in the order of running. Raises GraphError where an operator
    is not known.
    """
    image = (1, *shape)
    steps = trace(network, image)
    held = alive(steps, image)
    names = [name for name in level_names(network) if _parameters(network, name)]
    places = {name: [at for at, step in enumerate(steps) if step.level == name] for name in names}
    order = sorted(names, key=places.__getitem__)
    levels = [_level(network, name, steps, held, places[name]) for name in order]
    return Anatomy(
        input=shape,
        output=steps[-1].shape[1:],
        parameters=_parameters(network, ""),
        macs=sum(step.macs for step in steps),
        memory=max(held),
        receptive_field=receptive_field(steps, len(steps) - 1),
        levels=tuple(levels),
    )


def _level(network: nn.Module, name: str, steps: list[Step], held: list[int], places: list[int]) -> Level:
    return Level(
        name=name,
        output=steps[places[-1]].shape[1:],
        parameters=_parameters(network, name),
        macs=sum(steps[at].macs for at in places),
        memory=max(held[at] for at in places),
        receptive_field=receptive_field(steps, places[-1]),
    )


def _parameters(network: nn.Module, name: str) -> int:
    part = network.get_submodule(name)
    return sum(parameter.numel() for parameter in part.parameters())
