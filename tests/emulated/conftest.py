"""What is proven on emulated Raspberry Pis: bundles of a tiny network, in all precisions."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.tiny import TINY

from edgec.emulator import CORES, EmulatedPython
from edgec.pipeline import build
from edgec.recipe import Recipe
from edgec_runtime.format.manifest import PRECISIONS

OnCore = Callable[[str], EmulatedPython]
TARGETS = ("raspberry-pi-4", "raspberry-pi-5", "tflite")


@pytest.fixture(scope="session")
def on(emulator_cache: Path) -> OnCore:
    """The Python of a processor, by name."""
    return lambda core: EmulatedPython(CORES[core], emulator_cache)


@pytest.fixture(scope="session")
def pi_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both boards' ONNX Runtime and LiteRT, in every precision. Not to be changed."""
    recipe = Recipe(
        model=f"{TINY}:binary",
        size=(32, 48),
        targets=TARGETS,
        precisions=PRECISIONS,
        float_layers=("convolution",),
        evaluation="nuclei",
        name="pi",
    )
    return build(recipe, tmp_path_factory.mktemp("artifacts"), slower="unmeasured").bundle
