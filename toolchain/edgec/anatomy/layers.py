"""list_layers(): the layers of a network, what each costs and what its weights are like."""

import copy
from dataclasses import dataclass

from torch import nn

from edgec.anatomy.filters import Filters, filters_of
from edgec.anatomy.steps import Step, trace
from edgec.errors import ExportError
from edgec.zoo.levels import level_names, level_of

_CONVOLUTION = (nn.Conv2d, nn.Conv3d, nn.ConvTranspose2d, nn.ConvTranspose3d)


@dataclass(frozen=True)
class Layer:
    """A module with parameters of its own.

    `name`: its path; `level`: that of `edgec.anatomy.Level` which holds it. `output`: channels, (depth,)
    height and width of what it makes last; `macs`: of one image, of all its runs. `filters` is None where it
    has no weights.
    """

    name: str
    level: str
    kind: str
    output: tuple[int, ...]
    parameters: int
    macs: int
    filters: Filters | None


def list_layers(network: nn.Module, shape: tuple[int, ...]) -> tuple[Layer, ...]:
    """The layers of a network for one image of `shape`, (C, H, W) or (C, D, H, W), in the order of running.

    Nothing is computed but what its weights are like. A layer that does not run is left out. Raises
    ExportError where torch cannot follow the network.
    """
    try:
        steps = trace(copy.deepcopy(network).to("meta"), (1, *shape))
    except Exception as error:
        said = str(error).partition("\n")[0]
        raise ExportError(f"torch cannot follow the network on an image of {shape}: {said}") from error
    levels = level_names(network)
    runs: dict[str, list[Step]] = {}
    for step in steps:
        runs.setdefault(step.module, []).append(step)
    return tuple(
        _layer(network.get_submodule(name), name, level_of(name, levels), found)
        for name, found in runs.items()
        if any(True for _ in network.get_submodule(name).parameters(recurse=False))
    )


def _layer(module: nn.Module, name: str, level: str, steps: list[Step]) -> Layer:
    return Layer(
        name=name,
        level=level,
        kind=_kind(module),
        output=steps[-1].shape[1:],
        parameters=sum(parameter.numel() for parameter in module.parameters(recurse=False)),
        macs=sum(step.macs for step in steps),
        filters=filters_of(module),
    )


def _kind(module: nn.Module) -> str:
    """``Conv2d 3x3``, and whether it is depthwise; of anything else its class."""
    name = type(module).__name__
    if not isinstance(module, _CONVOLUTION):
        return name
    depthwise = " depthwise" if 1 < module.groups == module.in_channels else ""
    return f"{name} {'x'.join(map(str, module.kernel_size))}{depthwise}"
