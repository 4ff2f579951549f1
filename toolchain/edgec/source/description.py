"""What a checkpoint of edgec says of itself, read from safetensors metadata as from a stranger."""

import json
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from safetensors import SafetensorError, safe_open

from edgec.errors import CheckpointError
from edgec.learn.checkpoint import KEY
from edgec.learn.prune.pruned import Pruned
from edgec.recipe.build import Option

LARGEST = 64 * 1024  # characters of the document


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, strict=True)


class DescribedInput(_Strict):
    """How an image becomes what the network takes; the fields are a recipe's. `size`: (height, width)."""

    channels: int = Field(ge=1, le=1024)
    colour: Literal["grey", "rgb", "bgr"]
    scale: float = Field(gt=0)
    mean: tuple[float, ...] = Field(min_length=1, max_length=1024)
    std: tuple[float, ...] = Field(min_length=1, max_length=1024)
    size: tuple[int, int] | None


class Description(_Strict):
    """The network, its input and classes, and what it was made from and is worth.

    `data_sha256` is None where a network was pruned whose own checkpoint did not say it.
    """

    schema_: Literal[1] = Field(alias="schema")
    model: str = Field(max_length=1000)
    options: dict[str, Option] = Field(max_length=100)
    input: DescribedInput
    classes: tuple[str, ...] = Field(min_length=2, max_length=255)
    recipe_sha256: str = Field(pattern="^[0-9a-f]{64}$")
    data_sha256: str | None = Field(pattern="^[0-9a-f]{64}$")
    metrics: dict[str, float]
    pruned: Pruned | None = None


def read_description(path: Path) -> Description | None:
    """What the checkpoint says of itself; None where it says nothing, as any that edgec did not write.

    Raises CheckpointError where what it says is not what edgec writes, or the file cannot be read.
    """
    if path.suffix != ".safetensors":
        return None
    try:
        with safe_open(path, "numpy") as file:
            text = (file.metadata() or {}).get(KEY)
    except FileNotFoundError as error:
        raise CheckpointError(f"there is no checkpoint {path}") from error
    except (OSError, SafetensorError) as error:
        raise CheckpointError(f"{path} is not a whole safetensors file: {error}") from error
    return None if text is None else _parsed(text, path)


def _parsed(text: str, path: Path) -> Description:
    where = f"{path}: what it says of itself (metadata {KEY!r})"
    if len(text) > LARGEST:
        raise CheckpointError(f"{where} is longer than {LARGEST} characters: it was not written by edgec")
    try:
        if json.loads(text).get("schema") != 1:
            raise CheckpointError(f"{where} is of another edgec: name the network with --model")
        return Description.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise CheckpointError(
            f"{where} is wrong: {place}: {first['msg']}. Name the network with --model"
        ) from error
    except (ValueError, AttributeError, RecursionError) as error:
        raise CheckpointError(f"{where} is no JSON object: name the network with --model") from error
