"""The way through litert-torch, for a network that our own writer has not all operators of."""

import importlib.util
from pathlib import Path

import pytest

from edgec.pipeline import build
from edgec.recipe import Recipe
from edgec_runtime.bundle import Bundle

NETWORK = """
import torch
from torch import nn

class Wave(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(1)
        self.conv = nn.Conv2d(1, 4, 3, padding=1)
        self.head = nn.Conv2d(4, 1, 1)

    def forward(self, x):
        x = self.conv(x)
        return self.head(torch.sin(x))
"""


@pytest.fixture
def recipe(tmp_path: Path) -> Recipe:
    (tmp_path / "net.py").write_text(NETWORK)
    return Recipe(model=f"{tmp_path}/net.py:Wave", size=(32, 32), targets=("cpu", "tflite"), name="net")


@pytest.mark.skipif(importlib.util.find_spec("litert_torch") is not None, reason="litert-torch is installed")
def test_without_it_the_operator_and_the_extra_are_named(recipe: Recipe, tmp_path: Path) -> None:
    rows = {(row.target.name, row.precision): row.reason for row in build(recipe, tmp_path).variants}
    assert rows["cpu", "fp32"] is None
    reason = rows["tflite", "fp32"] or ""
    assert "Sin" in reason
    assert "edgec[oracle]" in reason


@pytest.mark.slow
@pytest.mark.skipif(
    importlib.util.find_spec("litert_torch") is None,
    reason="litert-torch is not installed: pip install 'edgec[oracle]'",
)
def test_with_it_the_float_variant_is_built_and_proven(recipe: Recipe, tmp_path: Path) -> None:
    result = build(recipe, tmp_path)
    rows = {(row.target.name, row.precision): row for row in result.variants}
    built = rows["tflite", "fp32"].built
    assert built is not None, rows["tflite", "fp32"].reason
    assert built.parity.max_error <= 1e-4
    assert "Sin" in (rows["tflite", "int8-static"].reason or "")
    with Bundle.open(result.bundle) as bundle:
        bundle.load(bundle.variant("tflite", "fp32"))
