import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from edgec.errors import CheckpointError
from edgec.learn.checkpoint import KEY
from edgec.recipe import Recipe
from edgec.source.described import described

SAYS: dict[str, Any] = {
    "schema": 1,
    "model": "unet_light",
    "options": {"widths": [4, 8], "bottleneck": 16},
    "input": {
        "channels": 3,
        "colour": "bgr",
        "scale": 0.01,
        "mean": [0.1, 0.2, 0.3],
        "std": [1.0, 2.0, 3.0],
        "size": [64, 96],
    },
    "classes": ["background", "vessel"],
    "recipe_sha256": "a" * 64,
    "data_sha256": "b" * 64,
    "metrics": {"dice": 0.5},
}


def checkpoint(path: Path, **changes: object) -> Path:
    save_file({"weight": torch.zeros(1)}, path, {KEY: json.dumps(SAYS | changes)})
    return path


def test_a_recipe_of_what_a_checkpoint_says(tmp_path: Path) -> None:
    path = checkpoint(tmp_path / "best.safetensors")
    recipe = Recipe(**described(path))
    assert (recipe.model, recipe.checkpoint) == ("unet_light", path)
    assert recipe.options == {"widths": (4, 8), "bottleneck": 16}
    assert (recipe.size, recipe.channels, recipe.colour) == ((64, 96), 3, "bgr")
    assert (recipe.scale, recipe.mean, recipe.std) == (0.01, (0.1, 0.2, 0.3), (1.0, 2.0, 3.0))
    assert recipe.classes == ("background", "vessel")


def test_another_network_takes_the_input_and_not_the_options(tmp_path: Path) -> None:
    recipe = Recipe(**described(checkpoint(tmp_path / "best.safetensors"), "net.py:mine"))
    assert (recipe.model, recipe.options, recipe.size) == ("net.py:mine", {}, (64, 96))
    assert described(checkpoint(tmp_path / "best.safetensors"), "unet_light")["options"] == SAYS[
        "options"
    ] | {"widths": (4, 8)}


def test_a_file_does_not_say_which_code_is_run(tmp_path: Path) -> None:
    path = checkpoint(tmp_path / "best.safetensors", model="os:abort", options={})
    with pytest.raises(CheckpointError, match="of your own, os:abort"):
        described(path)
    assert described(path, "os:abort")["model"] == "os:abort"


def test_a_checkpoint_that_says_nothing(tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    save_file({"weight": torch.zeros(1)}, path)
    with pytest.raises(CheckpointError, match="name it with --model"):
        described(path)
    assert described(path, "unet") == {"model": "unet", "checkpoint": path}
