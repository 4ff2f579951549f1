"""Checkpoints that say what they are: weights in safetensors, and beside them how to use them."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save
from torch import Tensor, nn

from edgec.errors import OutputError
from edgec.learn.prune.pruned import Pruned
from edgec.recipe import Recipe
from edgec.zoo.binary_blocks import signs_of
from edgec_runtime.format.manifest import InputSpec
from edgec_runtime.wholefile import write_whole

KEY = "edgec"
"""Of the metadata: a JSON document."""
SCHEMA = 1

_LEARNED = {
    *("model", "options", "data", "train", "distil", "prune", "size", "channels"),
    *("colour", "scale", "mean", "std", "activation", "threshold", "classes"),
}


def learning_digest(recipe: Recipe) -> str:
    """sha256 (hex) of all that a recipe says of how weights come to be; folders count by their names."""
    fields = recipe.model_dump(mode="json", include=_LEARNED)
    for section, key in (("data", "path"), ("train", "start"), ("prune", "early")):
        if fields[section] and fields[section][key]:
            fields[section][key] = Path(fields[section][key]).name
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def describe(
    recipe: Recipe,
    spec: InputSpec,
    classes: Sequence[str],
    data_sha256: str | None,
    pruned: Pruned | None = None,
) -> dict[str, Any]:
    """What a checkpoint says of itself, but for its metrics; `pruned`: what its network is marked with."""
    said = {} if pruned is None else {"pruned": pruned.model_dump(mode="json")}
    return said | {
        "schema": SCHEMA,
        "model": recipe.model,
        "options": recipe.model_dump(mode="json")["options"],
        "input": {
            "channels": spec.channels,
            "colour": spec.colour,
            "scale": spec.scale,
            "mean": list(spec.mean),
            "std": list(spec.std),
            "size": None if spec.height is None else [spec.height, spec.width],
        },
        "classes": list(classes),
        "recipe_sha256": learning_digest(recipe),
        "data_sha256": data_sha256,
    }


def write_checkpoint(
    path: Path, network: nn.Module, description: Mapping[str, Any], metrics: Mapping[str, float]
) -> None:
    """Write the network's weights and what they are, whole or not at all. Raises OutputError.

    Of weights that are binary the signs: a training goes on from its own file, and nothing else knows more.
    """
    text = json.dumps({**description, "metrics": dict(metrics)}, sort_keys=True, ensure_ascii=False)
    tensors = network.state_dict() | signs_of(network)
    write_file(path, save({name: _plain(tensor) for name, tensor in tensors.items()}, {KEY: text}))


def _plain(tensor: Tensor) -> Tensor:
    """As safetensors takes it: in C order, and of memory that no other tensor has."""
    return tensor.detach().cpu().clone(memory_format=torch.contiguous_format)


def write_file(path: Path, data: bytes | str) -> None:
    """A file of a run, whole or not at all. Raises OutputError."""
    try:
        write_whole(path, data)
    except OSError as error:
        raise OutputError(
            f"{path} cannot be written ({error.strerror or error}): free some space. What was written before "
            "is whole, and the same command goes on from there"
        ) from error
