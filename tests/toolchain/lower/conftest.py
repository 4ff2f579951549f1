"""The real `unet_light`, small: exported, simplified and quantized by the toolchain itself."""

from collections.abc import Callable
from typing import Literal

import numpy as np
import pytest

from edgec.export import export
from edgec.graph import Graph
from edgec.passes.simplify import simplify
from edgec.quantize.plan import tensors_to_observe
from edgec.quantize.static import quantize_static
from edgec.source import load_source
from edgec_calibration import calibrate
from edgec_targets.target import Int8

SIZE = (64, 48)


@pytest.fixture(scope="session")
def unet_light() -> Graph:
    """Float, with the shipped weights."""
    return simplify(export(load_source("unet_light"), SIZE).graph).graph


@pytest.fixture(scope="session")
def unet_light_int8(unet_light: Graph) -> Callable[[str], Graph]:
    """Activation type -> the quantized network."""
    images = [np.random.default_rng(seed).random((1, 1, *SIZE), np.float32) for seed in range(2)]
    ranges = calibrate(unet_light.to_bytes(), tensors_to_observe(unet_light), images, "min-max")

    def quantize(activation: Literal["uint8", "int8"]) -> Graph:
        # 7-bit weights: uint8 kernels of x86 without VNNI saturate with 8.
        int8 = Int8(activation=activation, reduce_range=activation == "uint8")
        return quantize_static(unet_light, ranges, int8)

    return quantize
