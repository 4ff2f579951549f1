"""A tiny U-Net as the pipeline has it, and its ranges."""

import pytest
from tests.tiny import TINY
from tests.toolchain.quantize.networks import Array, measured, values

from edgec.export import export
from edgec.graph import Graph
from edgec.passes.simplify import simplify
from edgec.source import load_source
from edgec_calibration import Ranges

SIZE = (16, 24)


@pytest.fixture(scope="session")
def unet() -> Graph:
    return simplify(export(load_source(f"{TINY}:binary"), SIZE).graph).graph


@pytest.fixture(scope="session")
def samples() -> list[Array]:
    return [values(1, 1, *SIZE, seed=seed) for seed in range(4)]


@pytest.fixture(scope="session")
def ranges(unet: Graph, samples: list[Array]) -> Ranges:
    return measured(unet, samples)
