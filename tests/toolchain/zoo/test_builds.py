"""Every network of the zoo that takes images: built for three engines in float and integers, and verified."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from edgec.ladder import verify
from edgec.pipeline import build
from edgec.recipe import Recipe
from edgec.zoo import create

NETWORKS = [
    ("unet", {"up": "bilinear", "out_channels": 3}),
    ("unet", {"norm": False}),
    ("unet_light", {"out_channels": 3}),
    ("unet_flex", {"decoder": (6, 10)}),
    ("eunet", {}),
    ("attention_unet", {}),
    ("unet_plus_plus", {}),
]


def _weights(name: str, options: dict[str, object], path: Path) -> Path:
    """Random ones that let pixels differ: BatchNorm's statistics as training leaves them."""
    torch.manual_seed(3)
    network = create(name, **options)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.running_mean, -0.2, 0.2)
            nn.init.uniform_(module.running_var, 0.02, 0.2)
    save_file(network.state_dict(), path)
    return path


@pytest.mark.slow
@pytest.mark.parametrize(("name", "options"), NETWORKS)
def test_it_runs_everywhere_and_every_rung_holds(
    name: str, options: dict[str, object], tmp_path: Path
) -> None:
    options = {"widths": (8, 16), **options}
    checkpoint = _weights(name, options, tmp_path / "weights.safetensors")
    recipe = Recipe(model=name, options=options, checkpoint=checkpoint, size=(50, 70), calibration_samples=8)
    result = build(recipe, tmp_path, slower="unmeasured")
    assert [row.reason for row in result.variants] == [None] * 6
    assert all("int8" in row.built.operators for row in result.variants if row.precision == "int8-static")
    ladder = verify(result.bundle, model=name, checkpoint=checkpoint)
    assert ladder.holds, {rung.name: rung.status for rung in ladder.rungs}
