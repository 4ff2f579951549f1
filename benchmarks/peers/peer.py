"""Peer: one way to run the checkpoint, from the PyTorch module to a map."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from edgec_runtime.engine import Array

if (
    TYPE_CHECKING
):  # a process that runs an engine does without PyTorch, whose threads it would share cores with
    from torch import nn

Run = Callable[[Array], Array]
"""An image as the network takes it, float32 (1, C, H, W) -> its map, float32 (1, C', H, W)."""


@dataclass(frozen=True)
class Job:
    """What all peers are built from.

    `model`: as `edgec build --model` takes it. `images`: to calibrate with, float32 (1, C, H, W). `folder`:
    where peers keep what several of them start from.
    """

    model: str
    images: tuple[Array, ...]
    folder: Path

    def module(self) -> "nn.Module":
        """The network with its weights."""
        from edgec.source import load_source

        module = load_source(self.model).module
        if module is None:
            raise ValueError(f"{self.model} is no PyTorch module")
        return module.eval()


@dataclass(frozen=True)
class Peer:
    """`build` writes its files into a folder, `load` reads them for a number of threads.

    Both are called in fresh processes, so they are functions of a module, and import what they need inside.
    `ours`: a variant of our bundle.
    """

    name: str
    engine: str
    precision: str
    build: Callable[[Job, Path], None]
    load: Callable[[Path, int], Run]
    ours: bool = False
