"""The parts that a network is made of, by name."""

from collections.abc import Iterable

from torch import nn


def level_names(network: nn.Module) -> list[str]:
    """The parts of a network: its modules, and of a ModuleList each module, in the order of definition."""
    names = list[str]()
    for name, part in network.named_children():
        names += [f"{name}.{i}" for i in range(len(part))] if isinstance(part, nn.ModuleList) else [name]
    return names


def level_of(module: str, levels: Iterable[str]) -> str:
    """Which of `levels` is the module of that path, or holds it; "" where none does."""
    return next((level for level in levels if f"{module}.".startswith(f"{level}.")), "")
