"""Tiny binary networks and the kernels, compiled once."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from edgec.export import export
from edgec.graph import Graph
from edgec.passes.simplify import simplify
from edgec.source import Source
from edgec.zoo import create
from edgec.zoo.binary_blocks import BinaryStep, FixedNorm
from edgec_runtime.engine import LoadOptions
from edgec_runtime.engines import onnxruntime
from edgec_runtime.kernels import build, library

Floats = npt.NDArray[np.float32]


@pytest.fixture(scope="session")
def kernels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("kernels") / build.LIBRARY
    build.compile_kernels(out)
    return out


@pytest.fixture
def run(kernels: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Graph, Floats, str], Floats]:
    """A network's map, by "kernel" or by "function body"."""

    def run(graph: Graph, image: Floats, by: str) -> Floats:
        monkeypatch.setenv(library.VARIABLE, str(kernels) if by == "kernel" else "none")
        with onnxruntime.load({"model.onnx": graph.to_bytes()}, LoadOptions(1)) as session:
            assert session.binary == by
            return session.run({"image": image})["map"]

    return run


def binary_network(widths: tuple[int, ...] = (32, 64), levels: int = 1, channels: int = 1) -> nn.Module:
    """As training may leave it: statistics, thresholds, slopes and shifts that all matter."""
    torch.manual_seed(levels)
    network = create("blu_net_fast", in_channels=channels, widths=widths, levels=levels)
    for part in network.modules():
        if isinstance(part, FixedNorm):
            nn.init.uniform_(part.running_mean, -20, 20)  # type: ignore[arg-type]
            nn.init.uniform_(part.running_var, 50, 400)  # type: ignore[arg-type]
            nn.init.uniform_(part.weight, -1, 1)
        if isinstance(part, BinaryStep):
            for parameter in (part.signs.threshold, part.before, part.after):
                nn.init.normal_(parameter, 0, 0.2)
            nn.init.uniform_(part.slope.weight, 0, 0.5)
    return network.eval()


def exported(module: nn.Module, size: tuple[int, int]) -> Graph:
    """The simplified graph of a network for images of one channel."""
    own = Source("net", module.requires_grad_(False), None, 1, 1, None, trained=True)
    return simplify(export(own, size).graph).graph


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The weights of `binary_network()`."""
    path = tmp_path_factory.mktemp("binary") / "weights.safetensors"
    save_file(binary_network().state_dict(), path)
    return path
