"""Bundles of a tiny network, also with something wrong in one variant, packed with right digests."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx_ir as ir
import pytest
from tests.toolchain.ladder.vivid import VIVID

from edgec.calibration import CACHE, Calibration, calibrated, choose_samples
from edgec.data import open_images
from edgec.export import export
from edgec.graph import Graph
from edgec.lower import lower
from edgec.package import publish
from edgec.passes.simplify import simplify
from edgec.pipeline import build
from edgec.recipe import Recipe
from edgec.source import load_source
from edgec.variant import in_precision
from edgec_runtime.bundle import Bundle
from edgec_runtime.format.profile import PORTABLE
from edgec_runtime.format.write import seal
from edgec_targets import load_target

SIZE = (32, 48)
Tamper = Callable[..., Path]


@pytest.fixture(scope="session")
def bundle_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six variants: read it, never change it."""
    recipe = Recipe(model=VIVID, size=SIZE, threshold=0.3, evaluation="nuclei", name="vivid")
    return build(recipe, tmp_path_factory.mktemp("vivid"), slower="unmeasured").bundle


@pytest.fixture(scope="session")
def graph() -> Graph:
    """Simplified, as the build of the bundle had it."""
    return simplify(export(load_source(VIVID), SIZE).graph).graph


@pytest.fixture(scope="session")
def calibration(bundle_path: Path, graph: Graph) -> Calibration:
    """As the build had it."""
    with Bundle.open(bundle_path) as bundle:
        samples = choose_samples(open_images("nuclei-calibration"), 64, bundle.manifest.input)
    return calibrated([graph], samples, "min-max", bundle_path.parent / CACHE)


@pytest.fixture
def tampered(bundle_path: Path, graph: Graph, calibration: Calibration, tmp_path: Path) -> Tamper:
    """(target, precision, constants...) -> the bundle with those constants wrong in one variant."""

    def tamper(target: str, precision: str, *constants: str) -> Path:
        wrong = in_precision(graph, calibration, load_target(target), precision, PORTABLE).clone()
        for constant in constants:
            change(wrong, constant)
        lowered = lower(wrong, load_target(target).engine)
        with Bundle.open(bundle_path) as bundle:
            manifest = bundle.manifest
            files = {entry.path: bundle.read(entry.path) for entry in manifest.files}
        files |= {f"{target}/{precision}/{name}": data for name, data in lowered.files.items()}
        return publish(seal(manifest, files), files, tmp_path, force=False)

    return tamper


def change(graph: Graph, constant: str) -> None:
    """Weights back to front, a scale three times as large."""
    value = graph.model.graph.initializers[constant]
    assert value.const_value is not None
    data = value.const_value.numpy()
    wrong = data * 3 if constant.endswith("_scale") else np.flip(data).copy()
    value.const_value = ir.tensor(wrong.astype(data.dtype), name=constant)
